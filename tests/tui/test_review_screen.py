"""The review screen, driven by keys: what each key keeps, what it shows, and what survives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import review_cards
from driving import settle, shown
from textual.widgets import Input

from engine.errors import Problem
from engine.review import read_states
from engine.review.day import local_now
from engine.store import Store
from tui import settings
from tui.app import PreferablyApp
from tui.screens.home import HomeScreen
from tui.screens.learn import LearnScreen
from tui.screens.review import ReviewScreen
from tui.widgets.grade_bar import GradeBar
from tui.widgets.question_box import QuestionBox

SIZES = [(80, 24), (60, 20), (140, 45)]


class Clock:
    """The learner's day and the seconds of the sitting, which pass when the test says so."""

    def __init__(self) -> None:
        self.day = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.day


class Sitting:
    """The app on its review screen, all sections read unless told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.monkeypatch = monkeypatch
        self.seeds = iter(range(11, 99))

    def deck(self, cards: Any) -> None:
        self.monkeypatch.setattr("tui.screens.review.deck", cards)
        self.monkeypatch.setattr("tui.review_table.drawn", review_cards.doubled)

    @asynccontextmanager
    async def open(
        self, cards: Any = review_cards.recall, size: tuple[int, int] = (80, 24), read: bool = True, **arguments: Any
    ) -> AsyncIterator["Sitting"]:
        self.deck(cards)
        with Store.open() as store:
            for place in dict.fromkeys(review_cards.SECTIONS) if read else ():
                store.read_section(*place.split("#"))
        language = arguments.pop("language", "en")
        self.app = PreferablyApp(
            "review",
            language=language,
            clock=self.clock,
            now=self.clock.now,
            seeds=lambda: next(self.seeds),
            **arguments,
        )
        async with self.app.run_test(size=size) as self.pilot:
            await settle(self.app, self.pilot)
            assert isinstance(self.app.screen, ReviewScreen)
            self.screen = self.app.screen
            yield self

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.clock.seconds += 2
            await self.pilot.press(key)
            await settle(self.app, self.pilot)

    @property
    def text(self) -> str:
        return shown(self.app)

    @property
    def phase(self) -> str:
        assert self.screen.table is not None
        return self.screen.table.phase

    @property
    def card(self) -> str:
        assert self.screen.table is not None
        assert self.screen.table.card is not None
        return self.screen.table.card.id

    def reviews(self) -> list[dict[str, Any]]:
        return [event.payload for event in self.app.store.events("review")]


@pytest.fixture
def sitting(monkeypatch: pytest.MonkeyPatch) -> Sitting:
    return Sitting(monkeypatch)


# --- one card


async def test_space_turns_the_card_and_each_grade_says_when_it_comes_again(sitting: Sitting) -> None:
    async with sitting.open():
        assert "What does β weigh in case 1?" in sitting.text
        assert "The KL term" not in sitting.text
        assert "due 0 · new 5 · again 0" in sitting.text
        await sitting.press("3")
        assert sitting.reviews() == [], "nobody grades what was not looked at"
        await sitting.press("space")
        assert "The KL term, number 1." in sitting.text
        names, times = sitting.text.splitlines()[-4:-2]
        assert names.split() == ["1", "Again", "2", "Hard", "3", "Good", "4", "Easy"]
        assert times.split("  ")[-1] or times
        assert [words.strip() for words in times.split("  ") if words.strip()] == ["this sitting", "1 d", "2 d", "8 d"]


@pytest.mark.parametrize(("key", "grade", "days"), [("2", 2, 1), ("3", 3, 2), ("4", 4, 8)])
async def test_a_grade_is_in_the_store_when_the_next_card_is_there(
    sitting: Sitting, key: str, grade: int, days: int
) -> None:
    async with sitting.open():
        sitting.clock.seconds += 5
        await sitting.press("space", key)
        assert sitting.card == "03-case-2"
        assert sitting.reviews() == [{"card": "03-case-1", "grade": grade, "latency_ms": 9000, "day": "2026-03-02"}]
        assert read_states(sitting.app.store)["03-case-1"].waits(sitting.clock.day.date()) == days
        assert f"comes again: {days} d" in sitting.text


async def test_enter_shows_and_clicks_grade(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("enter")
        bar = sitting.screen.query_one(GradeBar)
        await sitting.pilot.click(GradeBar, offset=(bar.size.width - 3, 0))
        await settle(sitting.app, sitting.pilot)
        assert [review["grade"] for review in sitting.reviews()] == [4]


async def test_a_held_space_grades_nothing(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press(*["space"] * 6, *["enter"] * 6)
        assert sitting.reviews() == []
        assert sitting.phase == "back"


async def test_a_forgotten_card_comes_again_in_the_sitting(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("space", "1")
        assert "new 4 · again 1" in sitting.text
        await sitting.press(*["space", "3"] * 4)
        assert sitting.card == "03-case-1"
        assert "reviews: 1 · last: today" in sitting.text


# --- undo, putting away


async def test_undo_goes_back_to_the_first_card_each_turned_over(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("space", "1", "space", "4", "s")
        assert sitting.card == "04-case-4"
        for card, phase in (("03-case-3", "back"), ("03-case-2", "back"), ("03-case-1", "back")):
            await sitting.press("u")
            assert (sitting.card, sitting.phase) == (card, phase)
        assert sitting.reviews() == []
        assert sitting.app.store.events("bury") == []
        await sitting.press("u")
        assert sitting.card == "03-case-1", "there is nothing more to take back"
        await sitting.press("3")
        assert [review["grade"] for review in sitting.reviews()] == [3]


async def test_a_card_put_away_is_gone_until_tomorrow(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("s")
        assert sitting.card == "03-case-2"
        assert "until tomorrow" in sitting.text
    async with sitting.open():
        assert sitting.card == "03-case-2"
    sitting.clock.day += timedelta(days=1)
    async with sitting.open():
        assert sitting.card == "03-case-1"


async def test_a_grade_that_could_not_be_saved_is_said_and_the_card_stays(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting.open():

        def locked(*_: Any) -> None:
            raise Problem("store.locked", file="learner.db", seconds=5)

        monkeypatch.setattr(sitting.app.store, "record", locked)
        await sitting.press("space", "3")
        assert (sitting.card, sitting.phase) == ("03-case-1", "back")
        assert any("busy for 5 seconds" in note.message for note in sitting.app._notifications)
        monkeypatch.undo()


async def test_what_was_graded_stays_when_the_app_is_left_in_the_middle(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("space", "3", "space")
    async with sitting.open():
        assert sitting.card == "03-case-2"
        assert "new 4" in sitting.text


# --- calculator cards


async def test_a_right_answer_is_graded_at_once_and_explained(sitting: Sitting) -> None:
    async with sitting.open(review_cards.calculating):
        assert "What is twice 11?" in sitting.text
        await sitting.press("2", "2", "enter")
        assert sitting.reviews() == [
            {"card": "03-double", "grade": 3, "latency_ms": 6000, "day": "2026-03-02", "seed": 11, "correct": True}
        ]
        assert "Twice 11 is 22." in sitting.text
        assert "Right without help." in sitting.text
        await sitting.press("space")
        assert sitting.card == "03-case-1"


@pytest.mark.parametrize(
    ("keys", "grade", "correct"),
    [
        (["5", "enter", "backspace", "2", "2", "enter"], 2, True),
        (["x", "enter", "backspace", "2", "2", "enter"], 3, True),
        (["f5", "2", "2", "enter"], 2, True),
        (["f4"], 1, False),
        (["2", "f4"], 1, False),
    ],
    ids=["second try", "slip of the keyboard", "hint", "given up", "given up while typing"],
)
async def test_nobody_can_claim_more_than_they_showed(
    sitting: Sitting, keys: list[str], grade: int, correct: bool
) -> None:
    async with sitting.open(review_cards.calculating):
        await sitting.press(*keys)
        (review,) = sitting.reviews()
        assert (review["grade"], review["correct"]) == (grade, correct)
        assert "Twice 11 is 22." in sitting.text
        await sitting.press("4")
        assert len(sitting.reviews()) == 1, "the machine has graded it"


async def test_hints_come_one_by_one_and_end(sitting: Sitting) -> None:
    async with sitting.open(review_cards.calculating):
        await sitting.press("f5")
        assert "hint one" in sitting.text
        assert "hint two" not in sitting.text
        await sitting.press("f5", "f5", "f5", "f5")
        assert "hint three" in sitting.text
        assert sitting.phase == "asking"


async def test_a_calculator_card_that_comes_again_has_other_numbers(sitting: Sitting) -> None:
    async with sitting.open(review_cards.calculating):
        await sitting.press("f4", "space", "space", "3")
        assert sitting.card == "03-double"
        assert "What is twice 12?" in sitting.text
        await sitting.press("escape", "u", "u")
        assert "What is twice 13?" in sitting.text, "whoever has seen the solution gets new numbers after undoing too"


async def test_letters_are_typed_while_an_answer_is_typed(sitting: Sitting) -> None:
    async with sitting.open(review_cards.calculating):
        await sitting.press(*"suc")
        assert sitting.screen.query_one(Input).value == "suc"
        await sitting.press("escape", "s")
        assert sitting.card == "03-case-1"


async def test_fast_answers_are_easy_once_there_is_a_median(sitting: Sitting) -> None:
    with Store.open() as store:
        for day in ("2026-01-01", "2026-01-03", "2026-01-10"):
            payload = {"card": "03-double", "grade": 3, "seed": 1, "correct": True, "latency_ms": 20_000, "day": day}
            store.record("review", "03-double", payload)
    async with sitting.open(review_cards.calculating):
        await sitting.press("2", "2", "enter")
        assert sitting.reviews()[-1]["grade"] == 4
        assert "fast for you" in sitting.text


# --- leeches


async def test_a_leech_is_sent_to_its_section(sitting: Sitting) -> None:
    with Store.open() as store:
        days = [f"2026-02-{day:02}" for day in range(1, 15)]
        for day, grade in zip(days, [3, 1, 3, 1, 3, 1, 3], strict=False):
            store.record("review", "03-case-1", {"card": "03-case-1", "grade": grade, "latency_ms": 1, "day": day})
    async with sitting.open():
        assert sitting.card == "03-case-1"
        await sitting.press("space", "1")
        assert sitting.phase == "leech"
        assert "forgotten this card 4 times" in sitting.text
        await sitting.press("g")
        assert isinstance(sitting.app.screen, LearnScreen)
        assert (sitting.app.screen.chapter_id, sitting.app.screen.section_id) == ("03", "closed-form")
        await sitting.press("escape")
        assert sitting.app.screen is sitting.screen, "the sitting has waited"
        await sitting.press("space")
        assert sitting.card == "03-case-2"
        await sitting.press("u")
        assert (sitting.card, sitting.phase) == ("03-case-1", "back")


# --- the end, cramming, limits


async def test_the_summary_says_how_it_went(sitting: Sitting) -> None:
    async with sitting.open(size=(80, 30)):
        await sitting.press("space", "1", *["space", "3"] * 4, "space", "2")
        assert sitting.phase == "over"
        assert "Done for today." in sitting.text
        assert "Answers: 6 in 0:24 · known: 5 (83" in sitting.text
        assert "Cards: 5 · mastered: 0 · weak: 0 · not met yet: 0" in sitting.text
        assert "Due tomorrow: 1" in sitting.text
        assert "four in the morning" in sitting.text
        await sitting.press("u")
        assert (sitting.card, sitting.phase) == ("03-case-1", "back")


async def test_cramming_leaves_the_schedule_alone(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("space", "4")
        before = sitting.app.store.events(undone=True)
        await sitting.press("c")
        assert "to go 5 · again 0" in sitting.text
        assert "cramming: no schedule" in sitting.text
        await sitting.press("space")
        assert " d" not in sitting.text.splitlines()[-3], "no interval is promised"
        await sitting.press("1", *["space", "3"] * 5)
        assert sitting.phase == "over"
        assert "Every card has been known once" in sitting.text
        await sitting.press("u")
        assert sitting.phase == "back"
        await sitting.press("3", "c")
        assert "new 4" in sitting.text, "back on the schedule"
        assert sitting.app.store.events(undone=True) == before


async def test_a_newcomer_hears_where_cards_come_from_and_may_take_them_all(sitting: Sitting) -> None:
    async with sitting.open(read=False):
        assert "sections you have read" in sitting.text
        await sitting.press("a")
        assert sitting.card == "03-case-1"


async def test_the_daily_limit_can_be_changed_and_is_remembered(sitting: Sitting) -> None:
    settings.save(settings.Settings(language="en", new_cards=2))
    async with sitting.open():
        assert "new 2" in sitting.text
        await sitting.press(*["space", "3"] * 2)
        assert "New cards a day: 2." in sitting.text
        await sitting.press("plus")
        assert "new 3" in sitting.text
    assert settings.load().new_cards == 7
    async with sitting.open(language="es"):
        assert "nuevas 3" in sitting.text


async def test_one_chapter_can_be_reviewed(sitting: Sitting) -> None:
    async with sitting.open(chapter="04"):
        assert sitting.card == "04-case-4"
        assert "new 2" in sitting.text


# --- languages, sizes, places


async def test_another_language_keeps_the_card_and_its_side(sitting: Sitting) -> None:
    async with sitting.open():
        await sitting.press("space", "3", "space", "f2")
        assert (sitting.card, sitting.phase) == ("03-case-2", "back")
        assert "¿Qué pesa β en el caso 2?" in sitting.text
        assert "El término de KL, número 2." in sitting.text
        await sitting.press("3")
        assert len(sitting.reviews()) == 2


async def test_another_language_keeps_the_numbers_and_what_was_typed(sitting: Sitting) -> None:
    async with sitting.open(review_cards.calculating):
        await sitting.press("f5", "2", "2", "f2")
        assert "¿Cuánto es el doble de 11?" in sitting.text
        assert "Pista 1: hint one" in sitting.text
        assert sitting.screen.query_one(Input).value == "22"
        await sitting.press("enter")
        assert [review["grade"] for review in sitting.reviews()] == [2]
        await sitting.press("f2")
        assert "Twice 11 is 22." in sitting.text
        await sitting.press("space")
        assert sitting.card == "03-case-1"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_everything_fits(sitting: Sitting, size: tuple[int, int], language: str) -> None:
    async with sitting.open(size=size, language=language):
        await sitting.press("space")
        region = sitting.screen.region
        for part in ("#progress", "#front", "#back", "#said", "GradeBar"):
            assert region.contains_region(sitting.screen.query_one(part).region), part
        words = sitting.app.t("review.progress", due=0, new=5, again=0)
        assert words in sitting.text
        assert sitting.app.t("review.interval.soon") in sitting.text


async def test_a_long_card_scrolls_below_its_grades(sitting: Sitting) -> None:
    def long(language: str, chapter: str | None = None) -> tuple[review_cards.Card, ...]:
        return (review_cards.Card("03-long", "03#closed-form", "Why?", "because " * 300 + "end"),)

    async with sitting.open(long, size=(60, 20)):
        await sitting.press("space")
        assert "end" not in sitting.text
        assert "1 Again" in sitting.text
        await sitting.press(*["pagedown"] * 20)
        assert "because end" in sitting.text


async def test_cards_are_shown_literally(sitting: Sitting) -> None:
    def odd(language: str, chapter: str | None = None) -> tuple[review_cards.Card, ...]:
        return (review_cards.Card("03-odd", "03#closed-form", "[b]x[/b] \x1b[2J $x_1$", "[/]"),)

    async with sitting.open(odd):
        assert "[b]x[/b] <U+001B>[2J x₁" in sitting.text
        await sitting.press("space")
        assert "[/]" in sitting.text


async def test_home_counts_what_waits_and_its_key_leads_here(sitting: Sitting) -> None:
    sitting.monkeypatch.setattr("tui.reviewing.deck", review_cards.recall)
    sitting.clock.day = local_now()  # home knows no other
    async with sitting.open():
        await sitting.press("space", "1", "space", "3", "escape")
        assert isinstance(sitting.app.screen, HomeScreen)
        assert "1 due · 3 new" in sitting.text
        await sitting.press("3")
        assert isinstance(sitting.app.screen, ReviewScreen)
        assert not sitting.screen.query(QuestionBox)
