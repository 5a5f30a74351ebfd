"""MathML of the formulas: well-formed, nothing lost, structure as in the TeX."""

import unicodedata
from xml.etree import ElementTree

import pytest
from test_formula_goldens import Golden, goldens

from content.maths import inline, mathml

MATHS = "{http://www.w3.org/1998/Math/MathML}"


def tree(tex: str, block: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(mathml(tex, block))


def letters(text: str) -> set[str]:
    """Letters and digits, without accents and however small."""
    return {sign for sign in unicodedata.normalize("NFKD", text) if sign.isalnum()}


@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.name)
def test_no_letter_is_lost(golden: Golden) -> None:
    shown = "".join(tree(golden.tex).itertext())
    assert letters(shown) >= letters(inline(golden.tex))
    assert "\\" not in shown


@pytest.mark.parametrize(
    ("tex", "path", "texts"),
    [
        (r"\frac{a}{b}", "mfrac", ["a", "b"]),
        (r"\pi_{\mathrm{ref}}", "msub", ["π", "ref"]),
        (r"x^2", "msup", ["x", "2"]),
        (r"x_i^2", "msubsup", ["x", "i", "2"]),
        (r"\hat{A}", "mover", ["A", "^"]),
        (r"\sqrt{x}", "msqrt", ["x"]),
        (r"\sum_{i=1}^n", "munderover", ["∑", "i=1", "n"]),
    ],
)
def test_structure(tex: str, path: str, texts: list[str]) -> None:
    element = tree(tex).find(f".//{MATHS}{path}")
    assert element is not None
    assert ["".join(child.itertext()) for child in element] == texts


def test_words_keep_their_distance_and_block_is_said() -> None:
    spaced = tree(r"\log \pi", block=True)
    assert spaced.get("display") == "block"
    assert spaced.find(f".//{MATHS}mspace") is not None
    assert tree(r"\log(x)").find(f".//{MATHS}mspace") is None


def test_signs_of_markup_are_escaped() -> None:
    assert "&lt;" in mathml("a < b")
