"""The hash of a question: it changes with what is asked, not with how one is helped or with the numbers drawn."""

from pathlib import Path
from typing import Any

import pytest

from content.documents import Section
from content.questions import draw, from_mapping
from content.wording import of_question, of_section
from engine.theory import compute

BASE: dict[str, Any] = {
    "id": "03-q", "type": "number", "prompt": "β = {beta}?", "draw": {"beta": [0.5, 2]}, "answer": "2*beta",
    "hints": ["Double it."], "explanation": "Twice {beta}.",
}  # fmt: skip


def hashed(**changes: Any) -> str:
    return of_question(from_mapping({**BASE, **changes}, Path("03-ppo.md"), 1))


@pytest.mark.parametrize("change", [{"prompt": "And β = {beta}?"}, {"answer": "3*beta"}, {"draw": {"beta": [0.5, 4]}}])
def test_another_question_has_another_hash(change: dict[str, Any]) -> None:
    assert hashed(**change) != hashed()


def test_hints_explanations_lines_and_numbers_leave_it_alone() -> None:
    assert hashed(hints=["Look.", "Then double."], explanation="So.") == hashed()
    written = from_mapping(BASE, Path("03-ppo.md"), 1)
    assert of_question(from_mapping(BASE, Path("elsewhere.md"), 7)) == of_question(written)
    assert of_question(draw(written, 1, compute)) == of_question(draw(written, 2, compute)) == of_question(written)


def test_a_section_is_known_by_its_text() -> None:
    one, other = (Section("a", "A", text, Path("x.md"), 1) for text in ("text", "Text"))
    assert of_section(one) != of_section(other)
    assert of_section(one) == of_section(Section("b", "B", "text", Path("y.md"), 9))
