"""What is asked today, in which order, and how often."""

import pytest
from deck import CARDS, Card, Clock

from engine.errors import Problem
from engine.review import AGAIN, EASY, GOOD, HARD, Counts, Cram, Left, Limits, Session, count_by_chapter
from engine.review.state import read_states
from engine.store import Store


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "learner.db") as store:
        yield store


@pytest.fixture
def clock():
    return Clock()


def work_off(session, grade=GOOD):
    """Grade everything, and return the ids in the order in which they were asked."""
    asked = []
    while session.current is not None:
        asked.append(session.current.id)
        session.grade(grade, latency_ms=1000)
    return asked


# --- limits


def test_new_cards_come_in_course_order_up_to_the_limit_of_the_day(store, clock):
    limits = Limits(new=5)
    assert work_off(Session(store, CARDS, limits, now=clock)) == [card.id for card in CARDS[:5]]
    assert Session(store, CARDS, limits, now=clock).current is None, "enough for today"
    clock.days(1)
    assert work_off(Session(store, CARDS, limits, now=clock)) == [card.id for card in CARDS[5:10]]


def test_a_sitting_broken_off_takes_up_the_rest_of_the_limit(store, clock):
    session = Session(store, CARDS, Limits(new=5), now=clock)
    session.grade(GOOD, latency_ms=1)
    session.grade(GOOD, latency_ms=1)
    assert Session(store, CARDS, Limits(new=5), now=clock).left == Left(new=3)


def test_due_cards_come_first_the_longest_overdue_at_the_head(store, clock):
    session = Session(store, CARDS, Limits(new=3), now=clock)
    for grade in (EASY, GOOD, HARD):  # due in 8, 2 and 1 days
        session.grade(grade, latency_ms=1)
    clock.days(10)
    asked = Session(store, CARDS, Limits(new=1), now=clock)
    assert asked.waiting == (CARDS[2].id, CARDS[1].id, CARDS[0].id, CARDS[3].id)
    assert asked.left == Left(due=3, new=1)


def test_the_limit_of_reviews_counts_the_whole_day_but_never_holds_back_forgotten_cards(store, clock):
    work_off(Session(store, CARDS, Limits(new=6), now=clock))
    clock.days(5)
    session = Session(store, CARDS, Limits(new=0, reviews=4), now=clock)
    assert session.left == Left(due=4)
    session.grade(AGAIN, latency_ms=1)
    session.grade(GOOD, latency_ms=1)
    again = Session(store, CARDS, Limits(new=0, reviews=4), now=clock)
    assert again.left == Left(due=2, again=1)
    work_off(again)
    assert Session(store, CARDS, Limits(new=0, reviews=4), now=clock).current is None
    clock.days(1)
    assert Session(store, CARDS, Limits(new=0, reviews=4), now=clock).left.due >= 2, "the rest comes the next day"


def test_new_cards_come_from_sections_that_were_read(store, clock):
    session = Session(store, CARDS, read={"02#s1"}, now=clock)
    assert work_off(session) == ["02-1", "02-3", "02-5"]
    assert Session(store, CARDS, read=set(), now=clock).current is None
    clock.days(2)
    assert Session(store, CARDS, read=set(), now=clock).left == Left(due=3), "what was learned is asked all the same"


# --- repeating in the sitting


def test_a_forgotten_card_comes_again_after_five_others_until_it_is_known(store, clock):
    session = Session(store, CARDS, Limits(new=8), now=clock)
    first = session.current.id
    session.grade(AGAIN, latency_ms=1)
    assert session.left == Left(new=7, again=1)
    asked = []
    for _ in range(6):
        asked.append(session.current.id)
        session.grade(GOOD, latency_ms=1)
    assert asked == [*(card.id for card in CARDS[1:6]), first]
    assert work_off(session) == [card.id for card in CARDS[6:8]]


def test_the_last_card_forgotten_comes_at_once(store, clock):
    session = Session(store, CARDS[:1], now=clock)
    session.grade(AGAIN, latency_ms=1)
    assert session.current == CARDS[0]
    session.grade(GOOD, latency_ms=1)
    assert session.current is None


def test_a_forgotten_card_waits_for_the_next_sitting_of_the_day(store, clock):
    Session(store, CARDS, Limits(new=1), now=clock).grade(AGAIN, latency_ms=1)
    assert Session(store, CARDS, Limits(new=1), now=clock).left == Left(again=1)
    clock.days(1)
    assert Session(store, CARDS, Limits(new=0), now=clock).left == Left(due=1)


# --- putting away, undoing


def test_a_card_put_away_comes_back_tomorrow(store, clock):
    session = Session(store, CARDS, Limits(new=2), now=clock)
    session.bury()
    assert session.waiting == (CARDS[1].id,)
    assert CARDS[0].id not in Session(store, CARDS, Limits(new=2), now=clock).waiting
    clock.days(1)
    assert Session(store, CARDS, Limits(new=2), now=clock).waiting[0] == CARDS[0].id


def test_undo_goes_back_to_the_first_card_and_the_schedule_forgets(store, clock):
    session = Session(store, CARDS, Limits(new=3), now=clock)
    before = session.waiting
    session.grade(AGAIN, latency_ms=1)
    session.bury()
    session.grade(EASY, latency_ms=1)
    stood = [act.waiting for act in session.done]
    assert [session.undo().waiting for _ in range(3)] == stood[::-1]
    assert session.undo() is None
    assert session.waiting == before
    assert read_states(store) == {}
    assert len(store.events("review", undone=True)) == 2, "what was taken back is still in the file"


def test_a_grade_that_cannot_be_kept_changes_nothing(store, clock, monkeypatch):
    session = Session(store, CARDS, now=clock)
    before = session.waiting

    def locked(*_):
        raise Problem("store.locked", file="learner.db", seconds=5)

    monkeypatch.setattr(store, "record", locked)
    with pytest.raises(Problem):
        session.grade(GOOD, latency_ms=1)
    assert (session.waiting, session.done, session.states) == (before, [], {})


# --- cramming


def test_cramming_asks_every_card_and_leaves_the_schedule_alone(store, clock):
    Session(store, CARDS, Limits(new=4), now=clock).grade(EASY, latency_ms=1)
    states, events = read_states(store), store.events(undone=True)
    cram = Cram(store, CARDS, now=clock, seed=3)
    assert cram.left == Left(due=12)
    first = cram.current.id
    cram.grade(AGAIN, latency_ms=1)
    assert cram.left == Left(due=11, again=1)
    cram.bury()
    cram.undo()
    asked = work_off(cram)
    assert asked.count(first) == 1
    assert len(asked) == 12
    assert read_states(store) == states
    assert store.events(undone=True) == events


def test_cramming_has_an_order_of_its_own_that_its_seed_gives(store, clock):
    orders = {Cram(store, CARDS, now=clock, seed=seed).waiting for seed in (1, 1, 2)}
    assert len(orders) == 2
    assert all(sorted(order) == sorted(card.id for card in CARDS) for order in orders)


# --- counts


def test_chapters_are_counted(store, clock):
    session = Session(store, CARDS, Limits(new=3), now=clock)
    session.grade(EASY, latency_ms=1)
    session.grade(AGAIN, latency_ms=1)
    session.grade(GOOD, latency_ms=1)
    counts = count_by_chapter(CARDS, session.states, session.today)
    assert counts == {"01": Counts(cards=6, due=1, new=3, weak=1), "02": Counts(cards=6, new=6)}
    clock.days(2)
    assert count_by_chapter(CARDS, read_states(store), session.today)["01"].due == 2


def test_a_card_that_is_gone_from_the_course_is_not_asked(store, clock):
    Session(store, [Card("gone", "01#s0")], now=clock).grade(GOOD, latency_ms=1)
    clock.days(9)
    assert Session(store, CARDS, Limits(new=1), now=clock).waiting == (CARDS[0].id,)
