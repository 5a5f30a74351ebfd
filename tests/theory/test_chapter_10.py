"""Chapter 10: its claims about low rank, stages, memory and references, on random matrices and the shipped tutor."""

import json
import math
import re

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from content.text import LANGUAGES, ROOT
from engine.models import lora
from engine.models.llama import load_llama
from engine.models.policy import BASE, SFT, load_policy
from engine.theory import bradley_terry, dpo, lora_parameters, lora_stages, optimal_policy
from engine.world.preferences import training_pairs

seeds = st.integers(0, 2**32 - 1)
widths = st.integers(1, 7)
ranks = st.integers(1, 4)
TEXTS = [(ROOT / language / "chapters" / "10-lora-stages.md").read_text(encoding="utf-8") for language in LANGUAGES]


def matrices(seed, *shapes):
    source = numpy.random.default_rng(seed)
    return [source.normal(size=shape) for shape in shapes]


def rank(matrix):
    return int(numpy.linalg.matrix_rank(matrix))


# --- memory -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10**12), st.floats(0, 1))
def test_with_adam_lora_never_saves_more_than_a_factor_of_four(parameters, share):
    trained = int(parameters * share)
    ratio = 4 * parameters / (parameters + 4 * trained)
    assert ratio <= 4
    assert trained * 10_000 > parameters or ratio > 3.99


# --- two thin matrices ------------------------------------------------------------------------------------------------


@given(seeds, widths, widths, ranks)
def test_a_change_is_a_mixture_of_the_columns_of_b_and_of_rank_r_at_most(seed, d_in, d_out, r):
    b, a, x = matrices(seed, (d_out, r), (r, d_in), d_in)
    assert b @ a @ x == pytest.approx(sum(b[:, k] * (a[k] @ x) for k in range(r)))
    assert rank(b @ a) <= r


@given(seeds, widths, widths)
def test_every_matrix_is_a_product_as_wide_as_its_rank(seed, d_in, d_out):
    (matrix,) = matrices(seed, (d_out, d_in))
    u, s, v = numpy.linalg.svd(matrix)
    r = rank(matrix)
    assert (u[:, :r] * s[:r]) @ v[:r] == pytest.approx(matrix)


@given(st.integers(1, 300), st.integers(1, 300))
def test_adapter_and_matrix_are_even_at_the_harmonic_rank(d_in, d_out):
    even = d_in * d_out / (d_in + d_out)
    for r in {math.floor(even) or 1, math.ceil(even)}:
        size = lora_parameters(d_in, d_out, r, 1)
        assert (size.lora < size.full, size.lora > size.full) == (r < even, r > even)


def test_the_tutors_matrices_are_those_of_the_table():
    config = json.loads((SFT / "adapter_config.json").read_text(encoding="utf-8"))
    model = load_llama(BASE)
    shapes = [tuple(linear.weight.shape) for _, linear in model.linears()]
    assert {shape: shapes.count(shape) for shape in shapes} == {(64, 64): 12, (192, 64): 6, (64, 192): 3}
    assert sum(out * width for out, width in shapes) == 159_744
    assert sum(lora_parameters(width, out, config["r"], config["lora_alpha"]).lora for out, width in shapes) == 30_720
    assert config["lora_alpha"] / config["r"] == 2
    assert sum(parameter.numel() for parameter in model.parameters()) == 179_008
    trained = lora.attach(model, lora.LoraConfig(config["r"], config["lora_alpha"]), torch.Generator())
    assert sum(parameter.numel() for parameter in trained) == 30_720
    assert model.lm_head is None  # tied
    for file, size in ((BASE / "model.safetensors", "719,024"), (SFT / "adapter_model.safetensors", "128,128")):
        assert f"{file.stat().st_size:,}" == size
        assert size in TEXTS[0]
        assert size.replace(",", " ") in TEXTS[1]


# --- gradients --------------------------------------------------------------------------------------------------------


@given(seeds, widths, widths, ranks, st.integers(1, 3))
def test_each_gradient_carries_the_other_matrix(seed, d_in, d_out, r, tokens):
    w, b, a, x, g = map(
        torch.from_numpy, matrices(seed, (d_out, d_in), (d_out, r), (r, d_in), (d_in, tokens), (d_out, tokens))
    )
    s = 2.0
    b.requires_grad_(True)
    a.requires_grad_(True)
    ((w + s * b @ a) @ x * g).sum().backward()  # a loss whose slope by the output is g
    whole = g @ x.T  # the gradient of W itself
    with torch.no_grad():
        assert torch.allclose(b.grad, s * whole @ a.T)
        assert torch.allclose(a.grad, s * b.T @ whole)
        assert torch.allclose(b.grad, s * g @ (a @ x).T)
        assert torch.allclose(a.grad, s * (b.T @ g) @ x.T)


@given(seeds, widths, widths, ranks)
def test_one_zero_starts_at_the_reference_and_two_zeros_stay_there(seed, d_in, d_out, r):
    w, a, whole, x = matrices(seed, (d_out, d_in), (r, d_in), (d_out, d_in), d_in)
    b, nothing = numpy.zeros((d_out, r)), numpy.zeros((r, d_in))
    assert ((w + b @ a) @ x == w @ x).all()
    assert (b.T @ whole == 0).all()
    assert (whole @ a.T != 0).any()
    assert (whole @ nothing.T == 0).all()


@given(seeds, widths, widths, ranks, st.floats(0.01, 1), st.floats(0.1, 4))
def test_the_first_plain_step_is_the_full_one_through_random_windows(seed, d_in, d_out, r, eta, s):
    a, whole = matrices(seed, (r, d_in), (d_out, d_in))
    change = s * (-eta * s * whole @ a.T) @ a
    assert change == pytest.approx(-eta * s**2 * whole @ a.T @ a)
    assert (change * whole).sum() <= 1e-12  # downhill
    doubled = 2 * s * (-eta * 2 * s * whole @ a.T) @ a
    assert doubled == pytest.approx(4 * change)


@given(seeds, st.integers(2, 7), st.floats(0.01, 1))
def test_under_adam_alpha_scales_the_first_step_and_the_rank_does_not(seed, width, alpha):
    """Adam's first step moves every entry by η against the sign of its gradient."""

    def change(r, factor, windows):
        return factor * (-0.01 * numpy.sign(whole @ windows.T)) @ windows

    a, whole = matrices(seed, (width, width), (width, width))
    one = change(width, alpha / width, a)
    assert change(width, 2 * alpha / width, a) == pytest.approx(2 * one)
    assert change(2 * width, alpha / (2 * width), numpy.vstack([a, a])) == pytest.approx(one)
    assert change(2 * width, 2 * alpha / (2 * width), numpy.vstack([a, a])) == pytest.approx(2 * one)


def test_the_worked_step():
    a, x, g, s, eta = numpy.array([1, -1]), numpy.array([3, 1]), numpy.array([0.5, -1]), 2, 0.1
    gradient = s * g * (a @ x)
    assert list(gradient) == [2, -4]
    b = -eta * gradient
    assert b == pytest.approx([-0.2, 0.4])
    assert s * b * (a @ x) == pytest.approx(-1.6 * g)
    assert a @ numpy.array([1, 1]) == 0


# --- stages -----------------------------------------------------------------------------------------------------------


@given(seeds, widths, widths, ranks, ranks, st.floats(0.1, 4), st.floats(0.1, 4))
def test_stacked_merged_and_side_by_side_are_one_function(seed, d_in, d_out, r1, r2, s1, s2):
    w, b1, a1, b2, a2, x = matrices(seed, (d_out, d_in), (d_out, r1), (r1, d_in), (d_out, r2), (r2, d_in), d_in)
    stacked = w @ x + s1 * b1 @ (a1 @ x) + s2 * b2 @ (a2 @ x)
    assert (w + s1 * b1 @ a1 + s2 * b2 @ a2) @ x == pytest.approx(stacked)
    assert (w + s2 * b2 @ a2 + s1 * b1 @ a1) @ x == pytest.approx(stacked)
    assert w @ x + numpy.hstack([s1 * b1, s2 * b2]) @ (numpy.vstack([a1, a2]) @ x) == pytest.approx(stacked)
    change = s1 * b1 @ a1 + s2 * b2 @ a2
    assert rank(change) <= rank(b1 @ a1) + rank(b2 @ a2) <= r1 + r2
    assert rank(b1 @ a1 - b1 @ a1) == 0


@given(widths, widths, ranks, st.integers(1, 100))
def test_making_ba_pays_from_the_harmonic_number_of_tokens_on(d_in, d_out, r, tokens):
    at_once, one_by_one = r * d_in * d_out, tokens * r * (d_in + d_out)
    assert (at_once <= one_by_one) == (tokens * (d_in + d_out) >= d_in * d_out)


def test_what_rounding_does_to_a_merged_weight():
    one = torch.tensor(1.0, dtype=torch.bfloat16)
    assert torch.nextafter(one, 2 * one).item() == 1 + 2**-7
    assert torch.tensor(1.003).bfloat16() == one


def test_two_stages_cost_the_tutor_38_percent_a_token():
    attention = lora_stages(64, 8, 2, 12)
    assert attention.stacked_multiplications == 12 * (64 * 64 + 2 * lora_parameters(64, 64, 8, 16).lora)
    assert round(100 * 2 * 30_720 / 159_744) == 38


# --- on the shipped tutor ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pairs():
    return training_pairs(0)


@pytest.fixture(scope="module")
def scored(pairs):
    """log π of chosen and rejected, (200, 2), under the base and under the tutor."""
    found = {}
    for name in ("base", "sft"):
        policy = load_policy(name)
        batch = policy.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])
        with torch.no_grad():
            found[name] = policy.logps(batch)
    return found


def test_the_first_line_of_the_chapter_is_what_the_models_say(pairs, scored):
    prompt = "fill: the teacher __ (go) to the beach an hour ago . ->"
    place = next(at for at, row in enumerate(pairs) if row["prompt"] == prompt)
    assert (pairs[place]["chosen"], pairs[place]["rejected"]) == ("went", "goed")
    for text in TEXTS:
        for row, name in ((r"π", "sft"), (r"π_ref", "base")):
            printed = re.search(rf"^{row} +(−[\d.]+) +(−[\d.]+)$", text, re.MULTILINE).groups()
            found = scored[name][place].tolist()
            assert [float(number.replace("−", "-")) for number in printed] == pytest.approx(found, abs=6e-5)
    margins = (scored["sft"] - scored["base"]) @ torch.tensor([1.0, -1.0])
    assert len(margins) == 200
    assert int((margins > 0).sum()) == 82
    assert margins[place] < 0  # where SFT moved the wrong way, the pair pulls more


def test_the_right_reference_gives_log_2_and_no_pair_right(scored):
    for chosen, rejected in scored["sft"].tolist():
        result = dpo(chosen, rejected, chosen, rejected, 1)
        assert (result.loss, result.margin, result.gradient_weight) == (math.log(2), 0, 0.5)


def test_a_stage_switched_off_is_the_model_below_it_to_the_last_bit(pairs, scored):
    policy = load_policy("sft")
    trained = policy.attach(lora.LoraConfig(), torch.Generator().manual_seed(0))
    batch = policy.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])
    with torch.no_grad():
        assert torch.equal(policy.logps(batch), scored["sft"])  # B is zero
        for parameter in trained:
            parameter.add_(0.1)
        assert not torch.equal(policy.logps(batch), scored["sft"])
        with policy.switched_off():
            assert torch.equal(policy.logps(batch), scored["sft"])


def test_stacked_and_merged_differ_in_the_last_digits_only(pairs):
    some = pairs[:50]
    completions = [[row["chosen"], row["rejected"]] for row in some]
    merged, stacked = load_policy("sft"), load_policy("base")
    batch = merged.pack([row["prompt"] for row in some], completions)
    lora.load_adapter(stacked.llama, SFT)

    def added(linear):
        return lambda x: F.linear(x, linear.weight) + linear.scale * F.linear(F.linear(x, linear.lora_A), linear.lora_B)

    for _, linear in stacked.llama.linears():
        linear.forward = added(linear)
    with torch.no_grad():
        ours, theirs = merged.logps(batch), stacked.logps(batch)
    assert torch.allclose(ours, theirs, atol=5e-5)
    assert (ours != theirs).float().mean() > 0.3


def test_subtracting_a_stage_does_not_give_the_weights_back():
    model = load_llama(BASE)
    lora.load_adapter(model, SFT)
    moved = total = 0
    with torch.no_grad():
        for _, linear in model.linears():
            change = linear.scale * linear.lora_B @ linear.lora_A
            moved += int((linear.weight + change - change != linear.weight).sum())
            total += linear.weight.numel()
            assert torch.linalg.matrix_rank(change) == 8
    assert round(100 * moved / total) == 7


# --- the wrong reference ----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=4), st.floats(0.1, 5), seeds)
def test_the_goal_is_a_tilt_of_whatever_the_reference_is(weights, beta, seed):
    base = [weight / math.fsum(weights) for weight in weights]
    reward = numpy.random.default_rng(seed).normal(size=len(base)).tolist()
    goal = optimal_policy(base, reward, beta).policy
    odds = math.log(goal[0] / goal[1]) - math.log(base[0] / base[1])
    assert odds == pytest.approx((reward[0] - reward[1]) / beta)


@given(st.floats(-30, 0), st.floats(-30, 0), st.floats(0.01, 5))
def test_a_reference_that_moves_along_keeps_log_2_and_half_the_weight(chosen, rejected, beta):
    result = dpo(chosen, rejected, chosen, rejected, beta)
    assert (result.loss, result.gradient_weight) == (math.log(2), 0.5)
    live = torch.tensor([chosen, rejected], dtype=torch.float64, requires_grad=True)
    for reference, slope in ((live, 0.0), (live.detach(), -beta / 2)):
        ratios = live - reference
        (gradient,) = torch.autograd.grad(F.softplus(-beta * (ratios[0] - ratios[1])), live)
        assert gradient[0].item() == pytest.approx(slope)


def test_one_pair_can_hide_the_bug_and_so_can_a_small_beta():
    assert dpo(-1.0531, -0.6752, -1.14, -0.7614, 1).loss == pytest.approx(math.log(2), abs=5e-4)
    assert dpo(-1.0531, -0.6752, -0.94, -0.7614, 0.1).loss == pytest.approx(math.log(2), abs=0.011)
    assert bradley_terry(-0.1131, 0.0862).loss == pytest.approx(dpo(-1.0531, -0.6752, -0.94, -0.7614, 1).loss)


@given(seeds, widths, widths, ranks)
def test_only_what_a_overlooks_is_untouched(seed, d_in, d_out, r):
    """Frozen isn't remembered: the change of an input is zero where A doesn't see it, and hardly anywhere else."""
    b, a, x = matrices(seed, (d_out, r), (r, d_in), d_in)
    unseen = x - numpy.linalg.pinv(a) @ (a @ x)
    assert b @ (a @ unseen) == pytest.approx(numpy.zeros(d_out), abs=1e-9)
    assert numpy.abs(b @ a @ x).max() > 0
