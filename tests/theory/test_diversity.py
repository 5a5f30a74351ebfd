"""The diversity that training on own samples leaves: against every history of a tiny world, and against chance."""

import math
import random
from collections import Counter
from itertools import product

import pytest

from engine.theory import expected_diversity
from engine.theory.synthetic import generations_of

POLICY = [0.4, 0.3, 0.2, 0.1]


def diversity(policy) -> float:
    return 1 - math.fsum(share * share for share in policy)


def histories(policy, samples, generations, real):
    """Every sequence of data sets with its probability, and the policy it leads to."""
    ends = {tuple(policy): 1.0}
    for _ in range(generations):
        after: Counter = Counter()
        for current, chance in ends.items():
            sources = [policy] * real + [current] * (samples - real)
            for kinds in product(range(len(policy)), repeat=samples):
                weight = math.prod(source[kind] for source, kind in zip(sources, kinds, strict=True))
                counts = Counter(kinds)
                after[tuple(counts[kind] / samples for kind in range(len(policy)))] += chance * weight
        ends = after
    return ends


@pytest.mark.parametrize("real", [0, 1, 2, 3])
@pytest.mark.parametrize("generations", [0, 1, 2, 4])
def test_the_mean_over_every_history_of_a_tiny_world(real, generations):
    ends = histories([0.6, 0.4], 3, generations, real)
    mean = math.fsum(chance * diversity(end) for end, chance in ends.items())
    assert expected_diversity([0.6, 0.4], 3, generations, real / 3).expected == pytest.approx(mean)


@pytest.mark.parametrize("share", [0, 0.02, 0.2, 1])
def test_the_mean_of_many_simulated_histories(share):
    ends = [diversity(list(generations_of(POLICY, 50, 12, share, seed))[-1]) for seed in range(800)]
    mean = math.fsum(ends) / len(ends)
    error = math.sqrt(math.fsum((end - mean) ** 2 for end in ends)) / len(ends)
    assert expected_diversity(POLICY, 50, 12, share).expected == pytest.approx(mean, abs=4 * error)


def test_keeping_every_data_set():
    source, runs = random.Random(8), 3000
    total = 0.0
    for _ in range(runs):
        pool = source.choices(range(4), POLICY, k=5)
        for _ in range(3):
            pool += source.choices(pool, k=5)
        total += diversity([count / len(pool) for count in Counter(pool).values()])
    result = expected_diversity(POLICY, 5, 4)
    assert total / runs == pytest.approx(result.accumulated, abs=0.01)
    assert result.accumulated_floor < result.accumulated
    assert expected_diversity(POLICY, 5, 10_000).accumulated == pytest.approx(result.accumulated_floor, rel=1e-4)


def test_a_kind_is_missing_when_no_draw_hits_it():
    chances = expected_diversity([0.6, 0.4], 3, 1).missing
    ends = histories([0.6, 0.4], 3, 1, 0)
    for kind, chance in enumerate(chances):
        assert chance == pytest.approx(math.fsum(weight for end, weight in ends.items() if end[kind] == 0))


def test_the_ends():
    one = expected_diversity([0.5, 0.5], 1, 1)
    assert (one.start, one.expected, one.floor, one.factor) == (0.5, 0, 0, 0)
    assert one.accumulated_floor == pytest.approx(0)
    only_real = expected_diversity(POLICY, 50, 7, 1)
    assert only_real.expected == only_real.floor == pytest.approx(0.7 * 0.98)
    assert expected_diversity([1.0], 4, 3).start == 0


def test_worked_number():
    none, some = expected_diversity(POLICY, 50, 20), expected_diversity(POLICY, 50, 20, 0.2)
    assert [round(value, 4) for value in (none.start, none.expected, none.floor)] == [0.7, 0.4673, 0]
    assert [round(value, 4) for value in (some.expected, some.floor)] == [0.6628, 0.6628]
    assert [round(value, 4) for value in (none.accumulated, none.accumulated_floor)] == [0.6779, 0.6772]
    assert round(none.missing[3], 4) == 0.0052
