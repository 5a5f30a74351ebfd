"""A sitting without a screen: the mix of what is asked, the split by prompt, repeats, gold, and which pair is first."""

import time
from datetime import UTC, datetime

import pytest
from pair_samplers import ROWS, writing

from engine.exchange.labels import left_out, rows_for_training
from engine.labelling.mix import BLOCK, MIX, part
from engine.store import Store
from tui.labelling import Labelling, missed_gold

SEED = 7


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    with Store.open() as store:
        store.record("seed", "", {"seed": SEED})
        yield store


def varied(target, seed):
    """A sampler whose every pair has a prompt of its own."""
    rows = [{**row, "pair_id": f"{seed}-{n}", "prompt": f"correct: p{seed}x{n} . ->"} for n, row in enumerate(ROWS)]
    return writing(rows)(target, seed)


def labelled(store, count, choice=lambda shown: "left", sampler=varied):
    """A sitting in which so many pairs were decided."""
    labelling = Labelling(store, sampler)
    try:
        while len(labelling.given) < count:
            end = time.monotonic() + 20
            while labelling.shown is None or len(labelling.waiting) < 10:
                labelling.poll()
                assert time.monotonic() < end, "no pair came"
            how = {"shown_at": datetime.now(UTC).isoformat()}
            decided = choice(labelling.shown)
            labelling.keep(labelling.label(decided, None, **how))
    finally:
        labelling.close()
    return labelling


def test_ninety_pairs_have_the_mix_and_what_measures_is_not_trained_on(store):
    labelling = labelled(store, 3 * BLOCK)
    purposes = [label.purpose for label in labelling.given]
    assert purposes.count("gold") == 3 * MIX["gold"]
    assert 1 <= purposes.count("repeat") <= 2 * MIX["repeat"], "none in the first block: no pair is old enough"
    assert abs(purposes.count("test") - 3 * MIX["test"]) <= 3
    for label in labelling.given:
        if label.purpose in ("train", "test"):
            assert part(SEED, label.prompt) == label.purpose
    standing = store.labels()
    assert len(rows_for_training(standing)) == purposes.count("train")
    assert left_out(standing) == {name: purposes.count(name) for name in ("test", "gold", "repeat")}


def test_a_repeat_is_an_old_pair_once_with_the_sides_exchanged_half_the_time(store):
    given = labelled(store, 4 * BLOCK).given
    by_event = {label.event: label for label in given}
    twice = [(by_event[label.repeats], label) for label in given if label.purpose == "repeat"]
    assert len({first.event for first, _ in twice}) == len(twice) >= 8
    for first, again in twice:
        assert (first.prompt, first.answers) == (again.prompt, again.answers)
        assert given.index(again) - given.index(first) > BLOCK
    turned = sum(first.swapped != again.swapped for first, again in twice)
    assert abs(2 * turned - len(twice)) <= 1


def test_sides_stay_even_with_repeats_among_them(store):
    swapped = [label.swapped for label in labelled(store, 90).given]
    assert 30 <= sum(swapped) <= 60


def test_a_gold_pair_is_missed_by_its_worse_answer_and_not_by_a_skip(store):
    given = labelled(store, BLOCK).given
    for label in given:
        if label.purpose == "gold":
            assert missed_gold(label) == (label.verdict == "b")
    assert not any(map(missed_gold, (label for label in given if label.purpose != "gold")))
    skipped = labelled(store, 2 * BLOCK, lambda shown: "skip" if shown.purpose == "gold" else "left").given[BLOCK:]
    assert not any(map(missed_gold, skipped))


def test_the_pairs_of_a_prompt_are_all_for_training_or_all_for_testing(store):
    rows = [{**row, "pair_id": f"q{n}"} for n, row in enumerate(ROWS)]  # seven prompts, six pairs each
    given = labelled(store, 25, sampler=writing(rows)).given
    sides = {}
    for label in given:
        if label.purpose in ("train", "test"):
            sides.setdefault(label.prompt, set()).add(label.purpose)
    assert all(len(found) == 1 for found in sides.values())


def test_the_reward_models_least_sure_pair_comes_first(store):
    labelling = labelled(store, 1)
    labelling.acquisition = "reward_model"
    pool = labelling._pools["train"]
    labelling.doubtful = {pair.pair_id: 0.99 for pair in pool[:-1]} | {pool[-2].pair_id: 0.55}
    wanted = pool[-2].pair_id
    shown = labelling._from_pool("train")
    assert shown.pair.pair_id == wanted
    assert (shown.acquired_by, shown.score) == ("reward_model", pytest.approx(0.9))


def test_shipped_pairs_come_again_after_another_source(store):
    labelling = Labelling(store, varied)
    labelling.change_source()
    count = len(labelling.waiting)
    labelling.change_source()
    labelling.change_source()
    assert len(labelling.waiting) == count > 100
    labelling.close()
