"""The frame that every chapter follows: goals, at least two live blocks and four questions in the text, and at its end
pitfalls, the interview corner and a recap with references and what comes next."""

from collections.abc import Iterator

from content.chapters import Chapter
from content.inspection.fault import Fault, fault

LAST = ("pitfalls", "interview", "recap")
RECAP = {
    "en": ("**In one paragraph.**", "**References**", "**Next.**"),
    "es": ("**En un párrafo.**", "**Referencias**", "**Lo que sigue.**"),
}
LIVES, QUESTIONS, PLACES, INTERVIEW, GOALS = 2, 4, 3, 3, 3


def framed(chapter: Chapter) -> Iterator[Fault]:
    """What a chapter lacks."""
    first, last = chapter.sections[0], chapter.sections[-1]
    if tuple(section.id for section in chapter.sections[-3:]) != LAST:
        yield fault("frame_sections", last, 1, need=", ".join(LAST))
        return
    text = chapter.sections[:-3]
    lives = [section.id for section in text for _ in section.lives]
    asked = [section.id for section in chapter.sections[:-2] for item in section.questions if item.type != "free"]
    interview = [question for question in chapter.section("interview").questions if question.type == "free"]
    for what, found, need in (
        ("goals", len(chapter.goals), GOALS),
        ("live blocks", len(lives), LIVES),
        ("sections with a live block", len(set(lives)), LIVES),
        ("questions", len(asked), QUESTIONS),
        ("sections with a question", len(set(asked)), PLACES),
        ("interview questions", len(interview), INTERVIEW),
    ):
        if found < need:
            yield fault("frame_too_few", first, 1, what=what, found=found, need=need)
    for part in RECAP[chapter.language]:
        if part not in last.source:
            yield fault("frame_recap", last, 1, part=part)
