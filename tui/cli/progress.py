"""`preferably progress`: the map of the chapters on a plain terminal."""

from typing import Any

from tui.cli.session import Session, session
from tui.cli.translated import command


@command("progress")
def progress() -> None:
    from engine.progress import next_step
    from engine.store import Store
    from tui.course import read_progress

    here = session()
    with Store.open() as store:
        chapters = read_progress(store, here.language)
    step = next_step(chapters)
    here.document(
        {
            "chapters": [fields(one) for one in chapters.values()],
            "next": {"kind": step.kind, "chapter": step.chapter, "item": step.item} if step else None,
        }
    )
    if not here.as_json:
        show(chapters, step, here)


def fields(one: Any) -> dict[str, Any]:
    """A chapter as a document shows it."""
    from dataclasses import asdict

    return {
        "id": one.chapter,
        "prerequisites": list(one.prerequisites),
        "state": one.state,
        "standing": one.standing,
        "sections": {"read": one.read, "all": one.sections},
        "questions": {"solved": one.solved, "all": one.questions},
        "exercises": dict(one.exercises),
        "cards": {**asdict(one.cards), "known": one.known},
        "gates": dict(one.labs),
        "weak": one.weak,
        "revised": list(one.revised),
    }


def show(chapters: Any, step: Any, here: Session) -> None:
    """The map, the signs and the next step, for a person."""
    from tui.chapter_map import drawn
    from tui.progress_words import SIGNS, Words

    words = Words(here.t, here.language)
    titles = words.titles()
    prerequisites = {id: one.prerequisites for id, one in chapters.items()}
    map_lines = drawn(prerequisites, {id: SIGNS[one.state][0] for id, one in chapters.items()})
    width = max(map(len, titles.values()))
    state = max(len(words.state(one)) for one in chapters.values())
    numbers = here.t("progress.head")
    here.line(" " * (len(map_lines[0]) + 4 + width + 2 + state + 2) + numbers)
    for one, line in zip(chapters.values(), map_lines, strict=True):
        counts = f"{one.read}/{one.sections}", f"{one.solved}/{one.questions}"
        exercises = f"{one.exercises_done}/{len(one.exercises)}"
        row = f"{counts[0]:>5}{counts[1]:>7}{exercises:>7}{one.cards.due or '·':>5}"
        here.line(f"{line} {one.chapter} {titles[one.chapter]:<{width}}  {words.state(one):<{state}} {row}")
    here.line()
    for text in words.legend():
        here.line(text)
    here.line()
    here.line(f"→ {words.step(step)}")
