"""The instruments: what each measures on cases with a known answer, and the card of a model against itself."""

import pytest
import torch

from content.text import LANGUAGES, sentences
from engine.evaluate import instruments
from engine.evaluate.instruments import Figure, card, distinct, kl_between, length_controlled
from engine.models.policy import load_policy
from engine.world.preferences import held_out_prompts

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tutor():
    return load_policy("sft")


def test_distinct_counts_different_runs_of_words():
    assert distinct([["went home", "went home"]], 1) == 2 / 4
    assert distinct([["he went home", "he goed home"]], 2) == 1
    assert distinct([["went"]], 2) == 0


def test_a_model_that_wins_by_length_alone_wins_nothing_at_equal_length():
    """Every longer answer wins, every shorter one loses: length explains all, nothing is left for the model."""
    points = [[1.0, 0.0]] * 20 + [[1.0]] * 20
    mine, theirs = [[9, 3]] * 20 + [[9]] * 20, [[5, 7]] * 20 + [[5]] * 20
    raw = sum(map(sum, points)) / sum(map(len, points))
    assert raw > 0.65
    assert abs(length_controlled(points, mine, theirs) - 0.5) < 0.1


def test_where_lengths_agree_nothing_is_corrected():
    points = [[1.0, 0.0, 1.0, 1.0]] * 10
    same = [[4, 4, 4, 4]] * 10
    assert length_controlled(points, same, same) == pytest.approx(0.75, abs=1e-6)


def test_a_model_is_at_no_distance_from_itself_and_at_some_from_its_base(tutor):
    prompts = held_out_prompts(0, 8)
    assert kl_between(tutor, tutor, prompts) == pytest.approx(0, abs=1e-6)
    assert kl_between(tutor, load_policy("base"), prompts) > 0.001


def test_a_figure_is_fine_while_its_interval_touches_the_healthy_range():
    assert Figure("x", 0.4, 0.3, 0.55, (0.5, 1.0), "09").fine
    assert not Figure("x", 0.4, 0.3, 0.45, (0.5, 1.0), "09").fine
    assert Figure("x", 9.0, None, None, None, "09").fine


def test_the_card_of_a_model_against_itself(tutor, monkeypatch):
    monkeypatch.setattr(instruments, "SAMPLES", 2)
    figures = {figure.id: figure for figure in card(tutor, tutor, prompts=10)}
    assert figures["win_rate"].low <= 0.5 <= figures["win_rate"].high
    assert figures["length_ratio"].value == pytest.approx(1, abs=0.3)
    assert all(figures[id].fine for id in ("sycophancy", "insults", "over_refusal", "capability"))
    for language in LANGUAGES:
        known = sentences(language)
        for id in figures:
            assert f"instrument.{id}.name" in known
            assert f"instrument.{id}.meaning" in known
