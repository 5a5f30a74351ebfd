"""The state of a card is a fold of its reviews, and the scheduler is FSRS itself."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import fsrs
import pytest
from deck import CARDS, Clock
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.review import AGAIN, EASY, GOOD, GRADES, HARD, CardState, Session, graded_by_machine, learning_day
from engine.review import read_states as states_in
from engine.review.state import scheduler
from engine.store import Store

DAY = date(2026, 3, 2)
HISTORIES = st.lists(st.tuples(st.integers(0, 80), st.sampled_from(GRADES)), min_size=1, max_size=12)


def after(history, card="card"):
    """The state after reviews (days since the one before, grade), and the day of the last."""
    state, day = CardState(card), DAY
    for days, grade in history:
        day += timedelta(days=days)
        state = state.reviewed(grade, day)
    return state, day


# --- against FSRS itself


def test_the_first_intervals_are_those_of_fsrs_without_learning_steps():
    # FSRS-6: the first stability is the weight w0 to w3 (0.212, 1.2931, 2.3065, 8.2956 days); recall falls to 0.9 at S.
    assert [CardState("new").preview(grade, DAY) for grade in GRADES] == [None, 1, 2, 8]
    assert CardState("new").reviewed(EASY, DAY).stability == pytest.approx(8.2956)


@given(HISTORIES)
def test_a_card_is_what_fsrs_makes_of_the_same_reviews(history):
    state, _ = after(history)
    day, logs = datetime(2026, 3, 2, tzinfo=UTC), []
    for days, grade in history:
        day += timedelta(days=days)
        logs.append(fsrs.ReviewLog(state.memory.card_id, fsrs.Rating(grade), day, None))
    fresh = fsrs.Card(card_id=state.memory.card_id, due=logs[0].review_datetime)
    assert scheduler().reschedule_card(fresh, logs) == state.memory


@given(HISTORIES)
def test_intervals_rise_with_the_grade_and_stay_within_the_course(history):
    state, day = after(history)
    day += timedelta(days=3)
    previews = [state.preview(grade, day) or 0 for grade in GRADES]
    assert previews == sorted(previews)
    assert previews[0] == 0, "a forgotten card comes again in the same sitting"
    assert previews[-1] <= 60


@given(HISTORIES, st.sampled_from(GRADES))
def test_the_preview_of_a_grade_is_what_it_does(history, grade):
    state, day = after(history)
    day += timedelta(days=1)
    foretold = state.preview(grade, day)
    done = state.reviewed(grade, day)
    assert foretold == (None if done.is_due(day) else (done.due - day).days)
    if foretold:
        assert not done.is_due(day + timedelta(days=foretold - 1))
        assert done.is_due(day + timedelta(days=foretold))


# --- what the counts mean


def test_lapses_are_losses_of_what_was_known():
    assert after([(0, AGAIN), (0, AGAIN), (0, GOOD)])[0].lapses == 0, "never known, so never lost"
    state, _ = after([(0, GOOD), (3, AGAIN), (0, AGAIN), (0, GOOD), (2, AGAIN)])
    assert state.lapses == 2
    assert state.weak
    assert not state.leech


def test_four_lapses_make_a_leech_until_the_card_is_mastered():
    history = [(0, GOOD), *[(3, AGAIN), (0, GOOD)] * 4]
    assert not after(history[:-2])[0].leech
    state, day = after(history)
    assert state.leech
    while not state.mastered:
        day = state.due
        state = state.reviewed(EASY, day)
    assert not state.leech
    assert not state.weak


def test_mastered_needs_three_weeks_of_stability_and_a_last_answer_that_was_right():
    state, _ = after([(0, GOOD), (2, GOOD)])
    assert not state.mastered
    state = state.reviewed(GOOD, state.due)
    assert state.stability >= 21
    assert state.mastered
    assert not state.reviewed(AGAIN, state.due).mastered


# --- days


def test_a_day_begins_at_four_in_the_morning_on_the_learners_clock():
    west = timezone(timedelta(hours=-5))
    assert learning_day(datetime(2026, 3, 3, 3, 59, tzinfo=west)) == date(2026, 3, 2)
    assert learning_day(datetime(2026, 3, 3, 4, 0, tzinfo=west)) == date(2026, 3, 3)
    # The same moment, 08:59 in UTC, is another day elsewhere.
    assert learning_day(datetime(2026, 3, 3, 3, 59, tzinfo=west).astimezone(UTC)) == date(2026, 3, 3)


def test_a_late_sitting_and_an_early_one_are_a_day_apart(tmp_path):
    clock = Clock()
    clock.now = clock.now.replace(hour=23)
    with Store.open(tmp_path / "learner.db") as store:
        session = Session(store, CARDS[:1], now=clock)
        session.grade(HARD, latency_ms=1)  # again in one day
        clock.now += timedelta(hours=4)  # 03:00: still the same evening
        assert Session(store, CARDS[:1], now=clock).current is None
        clock.now += timedelta(hours=1)
        assert Session(store, CARDS[:1], now=clock).current == CARDS[0]


# --- the store


class Acts:
    """A learner who does what hypothesis says, and what they would remember of it."""

    def __init__(self, folder):
        self.clock = Clock()
        self.store = Store.open(folder / "learner.db")
        self.session = Session(self.store, CARDS, now=self.clock)

    def act(self, kind, value):
        if kind == "undo":
            self.session.undo()
        elif kind == "days":
            self.clock.days(value)
            self.session = Session(self.store, CARDS, now=self.clock)
        elif self.session.current is not None:
            if kind == "bury":
                self.session.bury()
            else:
                self.session.grade(value, latency_ms=900, **({"seed": 7, "correct": True} if value > HARD else {}))


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("grade"), st.sampled_from(GRADES)),
        st.tuples(st.sampled_from(["undo", "bury"]), st.none()),
        st.tuples(st.just("days"), st.integers(0, 30)),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(ACTS)
def test_the_state_in_a_sitting_is_the_fold_of_the_store(tmp_path_factory, acts):
    learner = Acts(tmp_path_factory.mktemp("fold"))
    with learner.store:
        for kind, value in acts:
            learner.act(kind, value)
            folded = states_in(learner.store)
            assert {card.id: learner.session.state(card.id) for card in CARDS} == {
                card.id: folded.get(card.id, CardState(card.id)) for card in CARDS
            }


@settings(max_examples=20, deadline=None)
@given(ACTS)
def test_undoing_everything_leaves_nothing(tmp_path_factory, acts):
    learner = Acts(tmp_path_factory.mktemp("undo"))
    with learner.store:
        fresh = learner.session.waiting
        for kind, value in acts:
            if kind != "days":  # which would begin another sitting
                learner.act(kind, value)
        while learner.session.undo():
            pass
        assert states_in(learner.store) == {}
        assert learner.session.waiting == fresh


def test_a_review_says_what_was_asked_and_how_it_went(tmp_path):
    with Store.open(tmp_path / "learner.db") as store:
        session = Session(store, CARDS, now=Clock())
        session.grade(GOOD, latency_ms=4200, seed=11, correct=True)
        session.grade(AGAIN, latency_ms=900)
        first, second = store.events("review")
        assert (first.item, first.payload) == (
            CARDS[0].id,
            {"card": CARDS[0].id, "grade": 3, "seed": 11, "correct": True, "latency_ms": 4200, "day": "2026-03-02"},
        )
        assert second.payload == {"card": CARDS[1].id, "grade": 1, "latency_ms": 900, "day": "2026-03-02"}
        assert first.time.endswith("+00:00"), "times are kept in UTC"


def test_fsrs_is_imported_by_the_first_review_only():
    source = "import sys, engine.review; print('fsrs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- graded by a machine


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ({"tries": 1, "hints": 0, "solution_shown": False, "latency_ms": 9000}, GOOD),
        ({"tries": 1, "hints": 1, "solution_shown": False, "latency_ms": 100}, HARD),
        ({"tries": 2, "hints": 0, "solution_shown": False, "latency_ms": 100}, HARD),
        ({"tries": 1, "hints": 0, "solution_shown": True, "latency_ms": 100}, AGAIN),
        # the median of the earlier times is 8 s, and three quarters of it are 6 s
        ({"tries": 1, "hints": 0, "solution_shown": False, "latency_ms": 5999, "earlier_ms": [2000, 8000, 9000]}, EASY),
        ({"tries": 1, "hints": 0, "solution_shown": False, "latency_ms": 6000, "earlier_ms": [2000, 8000, 9000]}, GOOD),
        ({"tries": 1, "hints": 0, "solution_shown": False, "latency_ms": 1, "earlier_ms": [8000, 8000]}, GOOD),
        ({"tries": 1, "hints": 3, "solution_shown": False, "latency_ms": 1, "earlier_ms": [8000] * 3}, HARD),
    ],
)
def test_nobody_gets_a_better_grade_than_was_shown(answer, grade):
    assert graded_by_machine(**answer) == grade


def test_only_right_answers_without_help_make_the_median():
    state = CardState("card")
    for grade, correct in ((GOOD, True), (HARD, True), (AGAIN, False), (EASY, True)):
        state = state.after(
            "review", {"grade": grade, "correct": correct, "latency_ms": 1000 * grade, "day": DAY.isoformat()}
        )
    assert state.times_ms == (3000, 4000)
    assert state.after("review", {"grade": GOOD, "latency_ms": 5, "day": DAY.isoformat()}).times_ms == (3000, 4000)
