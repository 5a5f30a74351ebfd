"""Votes in the store, what they add up to, and when nothing is claimed."""

import pytest

from engine.arena.tally import match, standings
from engine.arena.vote import Vote, add_vote, votes
from engine.store import Store
from engine.store.rater import ENOUGH

PROMPT = "fill: yesterday he __ (go) to school . ->"


def vote(choice, *, first="new", second="old", swapped=False, number=0, **more):
    prompt = PROMPT.replace("to school", f"to school {number}") if number else PROMPT
    return Vote(first, second, prompt, "went", "goed", choice, swapped=swapped, **more)


@pytest.mark.parametrize(
    ("choice", "swapped", "points"),
    [("left", False, 1), ("right", False, 0), ("left", True, 0), ("right", True, 1), ("tie", True, 0.5)],
)
def test_a_side_is_read_back_as_a_model(choice, swapped, points):
    one = vote(choice, swapped=swapped)
    assert one.points == points
    assert (one.left, one.right) == (("goed", "went") if swapped else ("went", "goed"))


def test_votes_are_events_and_can_be_taken_back(tmp_path):
    with Store.open(tmp_path / "store.db") as store:
        kept = [add_vote(store, vote(choice)) for choice in ("left", "tie")]
        assert votes(store) == kept
        store.undo(kept[1].event)
        assert votes(store) == kept[:1]


def test_a_match_counts_ties_half_and_both_orders_of_asking():
    cast = [
        vote("left"),
        vote("left", swapped=True),
        vote("tie", same=2),
        vote("both_bad"),
        vote("right", first="old", second="new"),  # the second, "new", wins
        vote("left", first="new", second="other"),
    ]
    found = match(cast, "new", "old")
    assert (found.wins, found.ties, found.losses, found.both_bad, found.same) == (2, 2, 1, 1, 2)
    assert found.with_same == pytest.approx((2 + 4 / 2) / 7)
    assert found.rate is None  # five votes: too few to say


def test_a_rate_is_claimed_from_enough_votes_on():
    cast = [vote("left" if number % 4 else "tie", number=number) for number in range(ENOUGH)]
    assert match(cast[:-1], "new", "old").rate is None
    rate = match(cast, "new", "old").rate
    assert rate is not None
    assert rate.value == pytest.approx(0.875)
    assert rate.low <= rate.value <= rate.high


def test_a_rate_asks_for_different_prompts_and_is_never_certain():
    same = [vote("left") for _ in range(2 * ENOUGH)]
    assert match(same, "new", "old").rate is None
    unbeaten = match([vote("left", number=number) for number in range(ENOUGH)], "new", "old").rate
    assert unbeaten.value == unbeaten.high == 1
    assert unbeaten.low == pytest.approx(0.8389, abs=1e-4)  # Wilson's, 20 of 20


def test_agreement_with_the_rule_looks_at_what_stood_where():
    cast = [vote("left"), vote("right", swapped=True), vote("left", swapped=True), vote("tie")]
    rule = match(cast, "new", "old").rule
    assert (rule.hits, rule.of) == (2, 3)
    assert match([Vote("new", "old", "tell me a joke", "a", "b", "left")], "new", "old").rule.of == 0


def test_standings_rank_linked_models_and_keep_strangers_apart():
    cast = [vote("left", number=number) for number in range(ENOUGH)]
    cast += [vote("left", first="old", second="oldest", number=number) for number in range(3)]
    cast += [vote("tie", first="x", second="y")]
    linked, strangers = standings(cast)
    assert [each.model for each in linked] == ["new", "old", "oldest"]
    assert linked[0].low is not None
    assert linked[0].low <= linked[0].strength <= linked[0].high
    assert linked[2].low is None  # three votes of its own
    assert [each.strength for each in strangers] == pytest.approx([0, 0])
    assert standings([]) == []
