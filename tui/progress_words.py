"""A learner's progress in words: the same on the map, at home and on a terminal."""

from collections.abc import Callable, Mapping, Sequence

from content.chapters import Section, chapter, chapters
from content.errors import ContentError
from engine.progress import ENOUGH, WEAK_CARDS, WEAK_SHARE, Progress, State, Step, required
from engine.review.state import MASTERED
from tui.numbers import percent

SIGNS: dict[State, tuple[str, str]] = {
    "new": ("○", "$secondary"),
    "begun": ("◐", "$warning"),
    "done": ("●", "$success"),
    "mastered": ("★", "bold $success"),
    "weak": ("▽", "bold $error"),
    "revised": ("↻", "bold $accent"),
}
"""The sign of each state and its colour."""


def section_of(step: Step, language: str) -> Section | None:
    """The section to be read, or the one with the question to be solved."""
    sections = chapter(step.chapter, language).sections
    match step.kind:
        case "read":
            return next((section for section in sections if section.id == step.item), None)
        case "questions":
            asked = ((section, question.id) for section in sections for question in section.questions)
            return next((section for section, question in asked if question == step.item), None)
    return None


class Words:
    """The sentences of one language. `say` is a sentence by its id."""

    def __init__(self, say: Callable[..., str], language: str) -> None:
        self.say, self.language = say, language

    def state(self, one: Progress) -> str:
        return self.say(f"progress.state.{one.state}")

    def step(self, step: Step | None) -> str:
        """What is recommended next."""
        if step is None:
            return self.say("progress.next.nothing")
        item = step.item
        if section := section_of(step, self.language):
            item = section.title
        return self.say(f"progress.next.{step.kind}", chapter=step.chapter, item=item)

    def brief(self, step: Step | None) -> str:
        """The same in a few words."""
        if step is None:
            return self.say("progress.next.nothing")
        section = section_of(step, self.language)
        item = section.title if section else self.say(f"progress.brief.{step.kind}", item=step.item)
        return self.say("progress.brief.next", chapter=step.chapter, item=item)

    def detail(self, one: Progress, all_of_them: Mapping[str, Progress]) -> list[str]:
        """Everything about one chapter, a line each."""
        counts = {
            "read": one.read,
            "sections": one.sections,
            "solved": one.solved,
            "questions": one.questions,
            "exercises_done": one.exercises_done,
            "exercises": len(one.exercises),
        }
        title = f"{one.chapter} {self.titles()[one.chapter]}."
        lines = [
            f"{title} {self._needs(one, all_of_them)}",
            self.say("progress.detail.counts", **counts),
            self._cards(one),
        ]
        if one.revised:
            lines.append(self.say("progress.detail.revised", items=", ".join(self._titles(one))))
        return lines

    def _needs(self, one: Progress, all_of_them: Mapping[str, Progress]) -> str:
        needed = required(all_of_them, one.chapter)
        if not needed:
            return self.say("progress.detail.needs_nothing")
        missing = [id for id in needed if not all_of_them[id].passed]
        if missing and not one.passed:
            return self.say("progress.detail.not_ready", chapters=", ".join(missing))
        return self.say("progress.detail.needs", chapters=", ".join(needed))

    def _cards(self, one: Progress) -> str:
        cards = one.cards
        counts = {"cards": cards.cards, "mastered": cards.mastered, "due": cards.due, "weak": cards.weak}
        line = self.say("progress.detail.cards", known=one.known, **counts)
        if not one.labs:
            return line
        gates = (
            self.say("progress.detail.gate_passed" if passed else "progress.detail.gate_open", lab=lab)
            for lab, passed in one.labs.items()
        )
        return f"{line} · {self.say('progress.detail.gates', labs=', '.join(gates))}"

    def _titles(self, one: Progress) -> Sequence[str]:
        """Sections by their title, questions by their id."""
        try:
            titles = {section.id: section.title for section in chapter(one.chapter, self.language).sections}
        except ContentError:
            titles = {}
        return [titles.get(id, id) for id in one.revised]

    def legend(self) -> list[str]:
        """What the states mean, with their thresholds."""
        weak = {"cards": WEAK_CARDS, "weak_share": percent(WEAK_SHARE)}
        numbers = {"share": percent(ENOUGH), "days": f"{MASTERED:g}", **weak}
        states: tuple[State, ...] = ("done", "mastered", "weak", "revised")
        return [f"{SIGNS[state][0]} {self.say(f'progress.legend.{state}', **numbers)}" for state in states]

    def titles(self) -> dict[str, str]:
        """What the chapters are called."""
        return {found.id: found.title for found in chapters(self.language)}
