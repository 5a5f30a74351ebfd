"""The sentences of the interface: the same in both languages, and one for every code."""

import re
import string
from pathlib import Path

import pytest

from content.text import LANGUAGES, ROOT, sentences

AREAS = sorted({file.name for language in LANGUAGES for file in (ROOT / language / "text").glob("*.toml")})


def parameters(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_have_the_same_sentences_with_the_same_parameters(area: str) -> None:
    prefix = area.removesuffix(".toml") + "."
    english, spanish = (
        {key: text for key, text in sentences(language).items() if key.startswith(prefix)} for language in ("en", "es")
    )
    assert english.keys() == spanish.keys()
    for key, sentence in english.items():
        assert parameters(sentence) == parameters(spanish[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters_have_names(language: str) -> None:
    for key, sentence in sentences(language).items():
        assert all(re.fullmatch(r"[a-z_]\w*", name) for name in parameters(sentence)), key


def test_every_error_of_content_has_its_sentence() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in Path(ROOT).rglob("*.py"))
    codes = set(re.findall(r'"content\.([a-z_]+)"', source))
    codes |= {f"maths_{code}" for code in re.findall(r'MathsError\("([a-z_]+)"', source)}
    assert len(codes) > 20
    for language in LANGUAGES:
        said = {
            key.removeprefix("problems_content.") for key in sentences(language) if key.startswith("problems_content.")
        }
        assert said == codes


def test_every_verdict_has_its_sentence() -> None:
    for language in LANGUAGES:
        said = {key for key in sentences(language) if key.startswith("question.")}
        assert said >= {
            f"question.{code}" for code in ("correct", "mistake", "too_coarse", "wrong", "unparsed", "recorded")
        }
