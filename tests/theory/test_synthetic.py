"""Training on own samples: the decay that Wright and Fisher computed, death for good, and what real data mend."""

import math

import pytest

from engine.theory import self_training
from engine.theory.synthetic import generations_of

POLICY = [0.4, 0.3, 0.2, 0.1]


def diversity(policy) -> float:
    """1 - Σ π²: the chance that two draws differ."""
    return 1 - math.fsum(p * p for p in policy)


@pytest.mark.parametrize(("samples", "generation"), [(5, 1), (5, 4), (20, 10)])
def test_mean_diversity_shrinks_by_one_part_in_n_each_generation(samples, generation):
    runs = 3000
    ends = [list(generations_of(POLICY, samples, generation, 0, seed))[-1] for seed in range(runs)]
    mean = math.fsum(map(diversity, ends)) / runs
    spread = math.sqrt(math.fsum((diversity(end) - mean) ** 2 for end in ends) / runs / runs)
    assert mean == pytest.approx(diversity(POLICY) * (1 - 1 / samples) ** generation, abs=4 * spread)


def test_the_expected_policy_stays_what_it_was():
    runs = 3000
    ends = [list(generations_of(POLICY, 10, 5, 0, seed))[-1] for seed in range(runs)]
    for kind, share in enumerate(POLICY):
        assert math.fsum(end[kind] for end in ends) / runs == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("seed", range(20))
def test_what_has_died_out_stays_dead(seed):
    history = list(generations_of(POLICY, 10, 40, 0, seed))
    for kind in range(4):
        alive = [policy[kind] > 0 for policy in history]
        assert alive == sorted(alive, reverse=True)
    survivors = self_training(POLICY, 10, 40, seed=seed).survivors
    assert list(survivors) == sorted(survivors, reverse=True)


def test_real_data_alone_never_collapses_and_some_of_it_helps():
    def mean_entropy(share: float) -> float:
        return math.fsum(self_training(POLICY, 20, 60, share, seed).entropies[-1] for seed in range(60)) / 60

    none, some, everything = (mean_entropy(share) for share in (0, 0.2, 1))
    assert none < 0.3 < some < everything
    assert everything > 1.1


def test_entropy_is_that_of_each_generation_and_the_seed_fixes_the_history():
    result = self_training(POLICY, 50, 20, 0, 7)
    history = list(generations_of(POLICY, 50, 20, 0, 7))
    assert result == self_training(POLICY, 50, 20, 0, 7)
    assert result != self_training(POLICY, 50, 20, 0, 8)
    assert len(result.entropies) == len(result.survivors) == 21
    assert result.policy == history[-1]
    assert math.fsum(result.policy) == pytest.approx(1)
    for policy, entropy in zip(history, result.entropies, strict=True):
        assert entropy == pytest.approx(-math.fsum(p * math.log(p) for p in policy if p > 0), abs=1e-12)
    assert all(share * 50 == pytest.approx(round(share * 50)) for share in history[1])


def test_a_single_sample_fixes_one_kind():
    result = self_training([0.5, 0.5], 1, 1)
    assert (round(result.entropies[0], 4), result.entropies[1]) == (0.6931, 0)
    assert result.survivors == (2, 1)
