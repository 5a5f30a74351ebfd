"""A small deck in two languages for the tests of reviewing: recall cards of two chapters and one calculator card."""

from dataclasses import dataclass
from fractions import Fraction

from content.questions import Question


@dataclass(frozen=True)
class Card:
    id: str
    section: str
    front: str = ""
    back: str = ""
    question: str | None = None


FRONTS = {"en": "What does $\\beta$ weigh in case {n}?", "es": "¿Qué pesa $\\beta$ en el caso {n}?"}
BACKS = {"en": "The KL term, number {n}.", "es": "El término de KL, número {n}."}
SECTIONS = ("03#closed-form", "03#closed-form", "03#what-beta-does", "04#derivation", "04#derivation")
CALCULATOR = Card("03-double", "03#closed-form", question="03-double-number")


def recall(language: str, chapter: str | None = None) -> tuple[Card, ...]:
    """Five recall cards."""
    return tuple(
        Card(f"{section[:2]}-case-{n}", section, FRONTS[language].replace("{n}", str(n)), BACKS[language].format(n=n))
        for n, section in enumerate(SECTIONS, start=1)
        if chapter in (None, section[:2])
    )


def calculating(language: str, chapter: str | None = None) -> tuple[Card, ...]:
    """The calculator card, then a recall card."""
    return (CALCULATOR, recall(language)[0])


def doubled(card: Card, language: str, seed: int) -> Question:
    """`What is twice SEED?`, the numbers of the calculator card."""
    words = {"en": "What is twice {}?", "es": "¿Cuánto es el doble de {}?"}[language]
    because = {"en": "Twice {} is {}.", "es": "El doble de {} es {}."}[language]
    return Question(
        id="03-double-number",
        type="number",
        prompt=words.format(seed),
        values=(Fraction(2 * seed),),
        tolerance=Fraction(0),
        explanation=because.format(seed, 2 * seed),
        hints=("hint one", "hint two", "hint three"),
    )
