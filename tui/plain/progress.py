"""How far one is, in words: a chapter after the other, and what to do next."""

import re
from typing import TYPE_CHECKING

from engine.progress import next_step
from tui.course import read_progress
from tui.plain.talk import Talk, listed
from tui.progress_words import Words

if TYPE_CHECKING:
    from engine.store import Store

SHARE = re.compile(r"(\d+)/(\d+)")


def open_progress(talk: Talk, store: "Store", argument: str) -> None:
    """Say it, and return to the menu."""
    chapters = read_progress(store, talk.here.language)
    words = Words(talk.here.t, talk.here.language)
    talk.heading(f"{talk.here.t('progress.title')}.")
    for one in chapters.values():
        title, counts, cards, *more = words.detail(one, chapters)
        talk.line(f"{words.state(one)}: {title}")
        for line in (counts, cards, *more):
            talk.line(SHARE.sub(talk.t("share"), listed(line)))
    talk.line(words.step(next_step(chapters)))
