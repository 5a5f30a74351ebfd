"""Bradley-Terry from votes, by numbers worked by hand and by what a maximum of the likelihood must satisfy."""

import math
import random

import pytest

from engine.arena.ranking import groups, standard_errors, strengths


def played(one, other, wins, losses, ties=0):
    return [(one, other, 1.0)] * wins + [(one, other, 0.0)] * losses + [(one, other, 0.5)] * ties


def test_two_models_differ_by_the_logit_of_the_win_rate():
    found = strengths(played("a", "b", 7, 2, ties=1))
    rate = 7.5 / 10
    assert found["a"] - found["b"] == pytest.approx(math.log(rate / (1 - rate)), abs=1e-8)
    assert found["a"] + found["b"] == pytest.approx(0, abs=1e-9)


def test_odds_that_multiply_are_found_exactly():
    """2 to 1, 2 to 1 and 4 to 1 are one scale: θ = (ln 2, 0, -ln 2)."""
    results = played("a", "b", 2, 1) + played("b", "c", 2, 1) + played("c", "a", 1, 4)
    assert strengths(results) == pytest.approx({"a": math.log(2), "b": 0.0, "c": -math.log(2)}, abs=1e-8)


def test_at_the_maximum_every_model_has_the_points_it_expects():
    source = random.Random(1)
    results = [(*source.sample("abcde", 2), source.choice((0.0, 0.5, 1.0))) for _ in range(200)]
    found = strengths(results)
    for model in "abcde":
        expected = got = 0.0
        for one, other, points in results:
            if model in (one, other):
                rival = other if model == one else one
                expected += 1 / (1 + math.exp(found[rival] - found[model]))
                got += points if model == one else 1 - points
        assert expected == pytest.approx(got, abs=1e-6)


def test_sides_do_not_matter():
    assert strengths(played("a", "b", 3, 1)) == pytest.approx(strengths(played("b", "a", 1, 3)))


def test_a_model_that_never_lost_is_refused_without_a_prior_and_finite_with_one():
    unbeaten = played("a", "b", 3, 0) + played("b", "c", 1, 1)
    with pytest.raises(ValueError, match="never lost"):
        strengths(unbeaten)
    one_tie = strengths(played("a", "b", 3, 0), prior=1)
    assert one_tie["a"] - one_tie["b"] == pytest.approx(math.log(3.5 / 0.5), abs=1e-8)
    with pytest.raises(ValueError, match="no results"):
        strengths([])


def test_models_that_no_votes_link_are_no_group():
    found = groups(played("a", "b", 1, 0) + played("c", "d", 1, 0) + played("b", "e", 1, 0))
    assert sorted(map(sorted, found)) == [["a", "b", "e"], ["c", "d"]]


def test_the_error_of_two_models_is_that_of_a_logit():
    results = played("a", "b", 15, 5)
    found = standard_errors(results, strengths(results))
    difference = 1 / math.sqrt(20 * 0.75 * 0.25)
    assert found == pytest.approx({"a": difference / 2, "b": difference / 2})


def test_errors_shrink_with_the_root_of_the_votes():
    few = played("a", "b", 4, 2) + played("b", "c", 5, 3)
    found = strengths(few)
    once, four = standard_errors(few, found), standard_errors(few * 4, found)
    assert {model: once[model] / four[model] for model in "abc"} == pytest.approx(dict.fromkeys("abc", 2.0))
