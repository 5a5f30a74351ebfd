"""Every sentence a learner reads outside a chapter, by id, in each language.

`content/<language>/text/<area>.toml` holds `key = "sentence with {parameter}"`; the id is `<area>.<key>`
(tables nest: `[lab]` in `runs.toml` gives `runs.lab.key`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
LANGUAGES = ("en", "es")


def _flatten(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(f"{prefix}.{key}", value)
        else:
            yield f"{prefix}.{key}", str(value)


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of one language by id. Raises KeyError for a language that does not exist."""
    if language not in LANGUAGES:
        raise KeyError(language)
    found: dict[str, str] = {}
    for file in sorted((ROOT / language / "text").glob("*.toml")):
        found.update(_flatten(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))))
    return found


def say(language: str, key: str, /, **params: Any) -> str:
    """The sentence `key` with its parameters filled in. Raises KeyError for an unknown id."""
    sentence = sentences(language)[key]
    return sentence.format(**params) if params else sentence
