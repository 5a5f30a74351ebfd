"""What is said when a sitting with the cards is over: how it went, what to read again, what comes tomorrow."""

from collections import Counter
from collections.abc import Callable, Iterator

from textual.content import Content

from engine.review import AGAIN, GRADES, Session, count
from tui.literal import clean
from tui.numbers import duration, percent
from tui.reviewing import due_tomorrow, source
from tui.widgets.grade_bar import STYLES

BAR = 24
SHOWN_SECTIONS = 5
TWICE = 2

Say = Callable[..., str]


def summary(session: Session, say: Say, language: str, seconds: float, chapter: str | None) -> Content:
    """The whole text, with the keys that lead on from here."""
    lines = [Content.styled(_headline(session, say, chapter), "bold $accent"), Content("")]
    lines += _grades(session, say, seconds)
    lines += _read_again(session, say, language)
    if session.scheduled:
        counts = count(session.cards, session.states, session.today)
        numbers = {"cards": counts.cards, "mastered": counts.mastered, "weak": counts.weak, "new": counts.new}
        lines += [Content(say("review.over.deck", **numbers))]
        lines += [Content(say("review.over.tomorrow", cards=due_tomorrow(session))), Content("")]
        lines += [Content(line) for line in _more(session, say)]
        lines += [Content.styled(say("review.over.hours"), "$secondary")]
    return Content("\n").join([*lines, Content.styled(say("review.over.keys"), "$secondary")])


def _headline(session: Session, say: Say, chapter: str | None) -> str:
    if not session.scheduled:
        return say("review.over.cram_done")
    if not session.done:
        return say("review.over.nothing")
    return say("review.over.done" if chapter is None else "review.over.done_chapter")


def _grades(session: Session, say: Say, seconds: float) -> Iterator[Content]:
    given = Counter(act.grade for act in session.done if act.grade is not None)
    total = sum(given.values())
    if not total:
        return
    known = total - given[AGAIN]
    share = percent(known / total)
    yield Content(say("review.over.reviews", reviews=total, time=duration(seconds), known=known, share=share))
    width = max(len(say(f"review.grade.{grade}")) for grade in GRADES)
    for grade in GRADES:
        bar = "█" * -(-BAR * given[grade] // total)  # one block at least for what happened at all
        name = say(f"review.grade.{grade}")
        yield Content.assemble(f"  {name:<{width}}  ", (bar, STYLES[grade]), f" {given[grade]}")
    yield Content("")


def _read_again(session: Session, say: Say, language: str) -> Iterator[Content]:
    """The sections of leeches, and of cards forgotten twice in this sitting."""
    forgotten = Counter(act.card for act in session.done if act.grade == AGAIN)
    tired = [card for card in session.cards if forgotten[card.id] and session.state(card.id).leech]
    tired += [card for card in session.cards if forgotten[card.id] >= TWICE]
    sections = list(dict.fromkeys(source(card, language) for card in tired))
    if sections:
        yield Content.styled(say("review.over.again"), "bold")
        for chapter, section in sections[:SHOWN_SECTIONS]:
            yield Content(f"  {clean(chapter)} ▸ {clean(section)}")
        yield Content("")


def _more(session: Session, say: Say) -> Iterator[str]:
    """Whether there is more for those who want it today."""
    if session.ahead and not session.read:
        yield say("review.over.no_sections")
    elif session.ahead:
        yield say("review.over.ahead", cards=session.ahead)
    yield say("review.over.limit", new=session.limits.new)
