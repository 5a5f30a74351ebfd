"""The fold of what was read and answered: its laws, the states with their thresholds, and what is recommended next."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.progress import Done, Outline, Progress, Step, fold, next_step, progress, required
from engine.review import Counts
from engine.store import Store
from engine.store.store import Event

NOW = frozenset({"now-en", "now-es"})
FIVE = [f"s{number}" for number in range(5)]
QUESTIONS = [f"03-q{number}" for number in range(5)]
EXERCISES = {f"e{number}": {f"03-e{number}": NOW} for number in range(5)}
OUTLINE = Outline("03", (), dict.fromkeys(FIVE, NOW), dict.fromkeys(QUESTIONS, NOW), EXERCISES, ("01",))
GOOD = Counts(cards=5, mastered=4)


def event(id: int, kind: str, item: str, payload: Mapping[str, Any] | None = None, wording: str = "now-en") -> Event:
    return Event(id, "", "", kind, item, wording, dict(payload or {}))


def answer(id: int, item: str, verdict: str = "correct", *, wording: str = "now-en", **others: Any) -> Event:
    return event(id, "answer", item, {"text": "1", "verdict": verdict, "seed": 1, **others}, wording)


def read(*sections: str, wording: str = "now-en") -> list[Event]:
    return [event(100 + n, "section", f"03#{section}", wording=wording) for n, section in enumerate(sections)]


def solve(*questions: str) -> list[Event]:
    return [answer(200 + n, question) for n, question in enumerate(questions)]


GATE = event(300, "gate", "01", {"lab": "01", "gate": {"passed": True}})


def chapter(*events: Event, cards: Counts | None = None, outline: Outline = OUTLINE) -> Progress:
    return progress([outline], fold(events), {"03": cards or Counts()})["03"]


# --- records


def test_a_record_counts_tries_and_remembers_the_last_answer() -> None:
    record = fold([answer(1, "q", "mistake", seed=4), answer(2, "q", "wrong", seed=7, text="2")]).record("q")
    assert (record.tries, record.solved, record.seed, record.text, record.mark) == (2, False, 7, "2", "tried")
    assert record.unsolved_seed == 7


def test_once_solved_a_later_mistake_takes_nothing_away() -> None:
    record = fold([answer(1, "q"), answer(2, "q", "mistake")]).record("q")
    assert (record.solved, record.tries, record.unsolved_seed) == (True, 2, None)


def test_an_answer_after_the_solution_is_a_try_and_its_numbers_are_used_up() -> None:
    record = fold([answer(1, "q", seed=5, solution=True)]).record("q")
    assert (record.solved, record.tries, record.unsolved_seed, record.seen) == (False, 1, None, {5})
    hinted = fold([event(1, "hint", "q", {"tier": 4, "seed": 6, "solution": True})]).record("q")
    assert (hinted.tries, hinted.seen, hinted.mark) == (0, {6}, "tried")
    assert fold([event(1, "hint", "q", {"tier": 1, "seed": 6, "solution": False})]).record("q").mark == "new"


def test_the_last_ticks_count() -> None:
    ticks = [event(n, "rubric", "q", {"ticked": ticked}) for n, ticked in enumerate([[1], [1, 2], [2]])]
    assert fold(ticks).record("q").ticked == {2}


def test_events_of_before_there_were_hints_count_as_they_are() -> None:
    old = event(1, "answer", "q", {"text": "0.8", "verdict": "correct"}, wording="")
    assert fold([old]).record("q").solved


EVENTS = st.lists(
    st.one_of(
        st.builds(answer, st.integers(1, 10**6), st.sampled_from(QUESTIONS), st.sampled_from(["correct", "mistake"])),
        st.builds(event, st.integers(1, 10**6), st.just("section"), st.sampled_from([f"03#{id}" for id in FIVE])),
    ),
    unique_by=lambda event: event.id,
    max_size=12,
)


@given(EVENTS, st.randoms())
def test_the_order_in_which_events_are_read_does_not_matter(events: list[Event], chance: Any) -> None:
    shuffled = events.copy()
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(events)


@given(EVENTS, EVENTS)
def test_more_events_never_take_anything_away(events: list[Event], more: list[Event]) -> None:
    later = [replace(event, id=event.id + 10**7) for event in more]
    before, after = chapter(*events), chapter(*events, *later)
    assert set(after.unread) <= set(before.unread)
    assert set(after.unsolved) <= set(before.unsolved)
    order = ("new", "begun", "done", "mastered")
    assert order.index(after.standing) >= order.index(before.standing)


def test_what_was_taken_back_does_not_count(tmp_path: Any) -> None:
    with Store.open(tmp_path / "store.db") as store:
        number = store.record("answer", "q", {"text": "1", "verdict": "correct"})
        assert fold(store.events()).record("q").solved
        store.undo(number)
        assert fold(store.events()) == Done()


# --- states


def test_nothing_done_is_new_and_anything_is_begun() -> None:
    assert chapter().state == "new"
    assert chapter(*read("s0")).state == "begun"
    assert chapter(answer(1, "03-q0", "mistake")).state == "begun"
    assert chapter(cards=Counts(cards=5, new=4)).state == "begun"
    assert chapter(cards=Counts(cards=5, new=5)).state == "new"
    assert chapter(answer(1, "04-q0")).state == "new"


def test_done_takes_four_fifths_of_sections_and_questions() -> None:
    assert chapter(*read(*FIVE[:4]), *solve(*QUESTIONS[:4])).state == "done"
    assert chapter(*read(*FIVE[:3]), *solve(*QUESTIONS)).state == "begun"
    assert chapter(*read(*FIVE), *solve(*QUESTIONS[:3])).state == "begun"


def test_whoever_solves_the_exercises_need_not_read() -> None:
    assert chapter(*solve("03-e0", "03-e1", "03-e2", "03-e3")).state == "done"
    assert chapter(*solve("03-e0", "03-e1", "03-e2")).state == "begun"


def test_an_exercise_is_done_with_all_its_questions() -> None:
    outline = Outline("03", exercises={"e": {"a": NOW, "b": NOW}})
    assert chapter(answer(1, "a"), outline=outline).exercises == {"e": "tried"}
    assert chapter(answer(1, "a"), answer(2, "b"), outline=outline).exercises == {"e": "done"}
    assert chapter(outline=outline).exercises == {"e": "new"}


def test_mastered_takes_exercises_cards_and_gates_too() -> None:
    passed = [*read(*FIVE), *solve(*QUESTIONS, "03-e0", "03-e1", "03-e2", "03-e3"), GATE]
    assert chapter(*passed, cards=GOOD).state == "mastered"
    assert chapter(*passed, cards=Counts(cards=5, mastered=3)).state == "done"
    assert chapter(*passed).state == "done"
    assert chapter(*passed[:-1], cards=GOOD).state == "done"
    assert chapter(*read(*FIVE), *solve(*QUESTIONS), GATE, cards=GOOD).state == "done"


@pytest.mark.parametrize(
    ("cards", "weak"),
    [
        (Counts(cards=10, weak=2), True),
        (Counts(cards=10, weak=1), False),
        (Counts(cards=20, weak=3), False),
        (Counts(cards=20, new=10, weak=2), True),
    ],
)
def test_weak_takes_two_cards_and_a_fifth_of_those_met(cards: Counts, weak: bool) -> None:
    one = chapter(*read(*FIVE), *solve(*QUESTIONS), cards=cards)
    assert one.weak == weak
    assert one.state == ("weak" if weak else "done")
    assert one.standing == "done"


def test_what_changed_since_it_was_passed_is_named_and_still_counts() -> None:
    one = chapter(*read("s0", wording="old"), *read("s1"), answer(1, "03-q0", wording="old"), answer(2, "03-e0"))
    assert one.revised == ("s0", "03-q0")
    assert one.state == "revised"
    assert (one.read, one.solved, one.standing) == (2, 1, "begun")
    again = chapter(*read("s0", wording="old"), *read("s0", wording="now-es"))
    assert again.revised == ()


def test_a_wording_that_is_not_known_and_a_wrong_answer_are_not_called_revised() -> None:
    assert chapter(*read("s0", wording="")).revised == ()
    assert chapter(answer(1, "03-q0", "mistake", wording="old")).revised == ()


# --- what next

COURSE = [
    Outline("00", (), {"a": NOW}, {"00-q": NOW}),
    Outline("01", ("00",), {"a": NOW}, {}, {"e": {"01-e": NOW}}, ("00",)),
    Outline("02", ("00",), {"a": NOW}),
    Outline("03", ("01", "02", "99"), {"a": NOW}),
]


def state(*events: Event, **cards: Counts) -> dict[str, Progress]:
    return progress(COURSE, fold(events), {name.removeprefix("c"): counts for name, counts in cards.items()})


def seen(*chapters: str) -> list[Event]:
    return [event(n, "section", f"{id}#a") for n, id in enumerate(chapters, 1)]


def test_the_way_through_the_course() -> None:
    solved = answer(50, "00-q")
    gate = event(60, "gate", "00", {"lab": "00", "gate": {"passed": True}})
    practised = answer(70, "01-e")
    assert next_step(state()) == Step("read", "00", "a")
    assert next_step(state(*seen("00"))) == Step("questions", "00", "00-q")
    assert next_step(state(*seen("00"), solved)) == Step("read", "01", "a")
    assert next_step(state(*seen("00", "01"), solved)) == Step("lab", "01", "00")
    assert next_step(state(*seen("00", "01"), solved, gate)) == Step("read", "02", "a")
    assert next_step(state(*seen("00", "01", "02"), solved, gate)) == Step("read", "03", "a")
    assert next_step(state(*seen("00", "01", "02", "03"), solved, gate)) == Step("exercises", "01")
    everything = state(*seen("00", "01", "02", "03"), solved, gate, practised)
    assert next_step(everything) is None


def test_due_cards_of_what_it_builds_on_come_first() -> None:
    due = Counts(cards=4, due=1)
    ready = [*seen("00"), answer(50, "00-q")]
    assert next_step(state(*ready, c00=due)) == Step("review", "00")
    assert next_step(state(*ready, c03=due)) == Step("read", "01", "a")
    assert next_step(state(c00=due)) == Step("read", "00", "a")


def test_a_peek_ahead_is_not_a_beginning() -> None:
    peeked = state(event(9, "hint", "01-e", {"tier": 1, "seed": None, "solution": True}), answer(10, "01-e", "mistake"))
    assert peeked["01"].state == "begun"
    assert next_step(peeked) == Step("read", "00", "a")


def test_prerequisites_of_prerequisites_are_required_and_unknown_ones_ignored() -> None:
    assert required(state(), "03") == ("00", "01", "02")
    assert required(state(), "00") == ()
