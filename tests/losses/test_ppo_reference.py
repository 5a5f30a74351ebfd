"""PPO beside a second one written here from the papers, token by token in plain floats, on random ragged batches.

- the reward of a token is −β (log π_old − log π_ref), and the last one also gets the score (Ziegler et al. 2019, eq. 2;
  Ouyang et al. 2022, eq. 2);
- advantages are GAE's (Schulman et al. 2016, eq. 16) with no value after the last token, returns are Â + V;
- whitening is over all tokens of the rollout and keeps the mean of rewards (Huang et al. 2024, detail 12);
- the loss is the mean over tokens of the clipped surrogate (Schulman et al. 2017, eq. 7) and of half the clipped
  squared error of the value.
"""

import math
import random
from dataclasses import dataclass, fields

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.loops.online import Experience
from engine.loops.reinforce import PPO

unhurried = settings(deadline=None, max_examples=40)


@dataclass
class Row:
    """One answer: what was known when it was sampled, and what the policy says of it now."""

    old_logps: list[float]
    ref_logps: list[float]
    old_values: list[float]
    logps: list[float]
    values: list[float]
    score: float


@dataclass
class Settings:
    kl_coef: float
    gamma: float
    lam: float
    cliprange: float
    cliprange_value: float
    vf_coef: float
    whiten_rewards: bool
    whiten_advantages: bool
    adaptive_kl: bool = False
    target_kl: float = 1.0
    kl_horizon: float = 100.0


SHARE = st.floats(0, 1)
SETTINGS = st.builds(
    Settings,
    kl_coef=SHARE,
    gamma=SHARE,
    lam=SHARE,
    cliprange=st.floats(0.05, 0.5),
    cliprange_value=st.sampled_from([0.0, 0.1, 0.3]),
    vf_coef=SHARE,
    whiten_rewards=st.booleans(),
    whiten_advantages=st.booleans(),
)


@st.composite
def batches(draw):
    """Ragged rows; the numbers come from a seed, since shrinking them to round ones would only find ties of max."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    source = random.Random(draw(st.integers(0, 10**6)))

    def numbers(length, low, high):
        return [source.uniform(low, high) for _ in range(length)]

    rows = []
    for length in lengths:
        old = numbers(length, -4, -0.1)
        moved = [logp + change for logp, change in zip(old, numbers(length, -0.6, 0.6), strict=True)]
        row = Row(old, numbers(length, -4, -0.1), numbers(length, -1, 1), moved, numbers(length, -1, 1), 0.0)
        rows.append(row)
        row.score = source.uniform(-2, 2)
    return rows


# -- the reference


def whitened(rows, keep_mean=False):
    every = [value for row in rows for value in row]
    mean = sum(every) / len(every)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in every) / len(every) + 1e-8)
    return [[(value - mean) / deviation + (mean if keep_mean else 0) for value in row] for row in rows]


def reference_advantages(rows, told):
    """Advantages and returns of every token."""
    rewards = []
    for row in rows:
        paid = [-told.kl_coef * (old - ref) for old, ref in zip(row.old_logps, row.ref_logps, strict=True)]
        paid[-1] += row.score
        rewards.append(paid)
    if told.whiten_rewards:
        rewards = whitened(rewards, keep_mean=True)
    advantages, returns = [], []
    for row, paid in zip(rows, rewards, strict=True):
        length, values = len(paid), row.old_values
        errors = [
            paid[t] + told.gamma * (values[t + 1] if t + 1 < length else 0.0) - values[t] for t in range(length)
        ]
        found = [
            sum((told.gamma * told.lam) ** (later - t) * errors[later] for later in range(t, length))
            for t in range(length)
        ]
        advantages.append(found)
        returns.append([advantage + value for advantage, value in zip(found, values, strict=True)])
    return (whitened(advantages) if told.whiten_advantages else advantages), returns


def reference_loss(rows, advantages, returns, told):
    """The loss, and its gradients for the log-probabilities and the values as they are now."""
    count = sum(len(row.logps) for row in rows)
    policy = value = 0.0
    by_logp, by_value = [], []
    for row, advantage, back in zip(rows, advantages, returns, strict=True):
        slopes, value_slopes = [], []
        for t, gain in enumerate(advantage):
            ratio = math.exp(row.logps[t] - row.old_logps[t])
            bounded = min(max(ratio, 1 - told.cliprange), 1 + told.cliprange)
            policy += -min(ratio * gain, bounded * gain) / count
            slopes.append(-ratio * gain / count if ratio * gain <= bounded * gain else 0.0)
            now, before = row.values[t], row.old_values[t]
            near = now
            if told.cliprange_value:
                near = before + min(max(now - before, -told.cliprange_value), told.cliprange_value)
            value += 0.5 * max((now - back[t]) ** 2, (near - back[t]) ** 2) / count
            held = near != now and (near - back[t]) ** 2 > (now - back[t]) ** 2
            value_slopes.append(0.0 if held else told.vf_coef * (now - back[t]) / count)
        by_logp.append(slopes)
        by_value.append(value_slopes)
    return policy, value, policy + told.vf_coef * value, by_logp, by_value


# -- ours on the same numbers


def padded(rows, width):
    return torch.tensor([[*row, *[0.0] * (width - len(row))] for row in rows], dtype=torch.float64)


def method(told):
    """The method without a model: its advantages and its loss need none."""
    loop = object.__new__(PPO)
    loop.hyper = {field.name: getattr(told, field.name) for field in fields(told)}
    loop.kl_coef = told.kl_coef
    return loop


def ours(rows, told, padding=0):
    """The method, its experience, and log-probabilities and values as they are now."""
    width = max(len(row.logps) for row in rows) + padding
    old, ref, old_values, logps, values = (
        padded([getattr(row, name) for row in rows], width)
        for name in ("old_logps", "ref_logps", "old_values", "logps", "values")
    )
    mask = padded([[1.0] * len(row.logps) for row in rows], width).bool()
    loop = method(told)
    scores = torch.tensor([[row.score] for row in rows], dtype=torch.float64)
    advantages, returns = loop.advantages(scores, (old - ref) * mask, old_values, mask)
    experience = Experience(["?"] * len(rows), [[[1]]] * len(rows), old, ref, old_values, advantages, returns, mask)
    return loop, experience, logps.requires_grad_(), values.requires_grad_()


def unpadded(values, rows):
    return [line[: len(row.logps)].tolist() for line, row in zip(values, rows, strict=True)]


def close(found, expected):
    for line, wanted in zip(found, expected, strict=True):
        assert line == pytest.approx(wanted, rel=1e-8, abs=1e-9)


@unhurried
@given(batches(), SETTINGS, st.integers(0, 2))
def test_ppo_is_the_papers(rows, told, padding):
    loop, experience, logps, values = ours(rows, told, padding)
    advantages, returns = reference_advantages(rows, told)
    close(unpadded(experience.advantages, rows), advantages)
    close(unpadded(experience.returns, rows), returns)
    policy, value, expected, by_logp, by_value = reference_loss(rows, advantages, returns, told)
    loss, metrics = loop.loss(experience, logps, values)
    assert metrics["loss/policy_avg"].item() == pytest.approx(policy, rel=1e-8, abs=1e-10)
    assert metrics["loss/value_avg"].item() == pytest.approx(value, rel=1e-8, abs=1e-10)
    assert loss.item() == pytest.approx(expected, rel=1e-8, abs=1e-10)
    slopes, value_slopes = torch.autograd.grad(loss, (logps, values))
    close(unpadded(slopes, rows), by_logp)
    close(unpadded(value_slopes, rows), by_value)
    assert not slopes[~experience.mask].any()
    assert not value_slopes[~experience.mask].any()


@unhurried
@given(batches(), SETTINGS, st.floats(-9, 9))
def test_what_stands_on_padding_does_not_count(rows, told, rubbish):
    loop, experience, logps, values = ours(rows, told, padding=3)
    expected, metrics = loop.loss(experience, logps, values)
    blank = ~experience.mask
    for tensor in (experience.old_logps, experience.advantages, experience.returns, experience.old_values):
        tensor[blank] = rubbish
    loss, found = loop.loss(experience, logps.masked_fill(blank, rubbish - 1), values.masked_fill(blank, rubbish + 1))
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
    for name, value in metrics.items():
        assert found[name].item() == pytest.approx(value.item(), rel=1e-12), name


@unhurried
@given(batches(), SETTINGS)
def test_minibatches_weighted_by_their_tokens_are_the_whole(rows, told):
    """As the frame cuts a rollout: advantages are whitened over all of it, the loss is a mean over a minibatch."""
    rows = rows[: len(rows) // 2 * 2]
    loop, experience, logps, values = ours(rows, told)
    loop.minibatches, loop.hyper["num_generations"] = 2, 1
    kept = tuple(getattr(experience, name) for name in Experience.TENSORS)
    loop.keep(experience.prompts, experience.ids, kept)
    assert len(loop.experiences) == 2
    whole, _ = loop.loss(experience, logps, values)
    share, total = len(rows) // 2, experience.mask.sum()
    parts = []
    for number, part in enumerate(loop.experiences):
        lines = slice(number * share, (number + 1) * share)
        width = part.mask.shape[1]
        loss, _ = loop.loss(part, logps[lines, :width], values[lines, :width])
        parts.append(loss * part.mask.sum() / total)
    assert sum(parts).item() == pytest.approx(whole.item(), rel=1e-9, abs=1e-12)
    for together, apart in zip(
        torch.autograd.grad(whole, (logps, values), retain_graph=True),
        torch.autograd.grad(sum(parts), (logps, values)),
        strict=True,
    ):
        torch.testing.assert_close(together, apart)


@unhurried
@given(batches(), st.floats(0.05, 4), st.floats(5, 200))
def test_the_coefficient_follows_the_kl_of_the_rollout(rows, target, horizon):
    """Ziegler et al. 2019, section 2.2, with the KL of whole answers; this rollout still pays the old price."""
    told = Settings(0.3, 1.0, 0.95, 0.2, 0.2, 0.1, False, True, True, target, horizon)
    loop, experience, *_ = ours(rows, told)
    kl = sum(sum(row.old_logps) - sum(row.ref_logps) for row in rows) / len(rows)
    error = min(max(kl / target - 1, -0.2), 0.2)
    assert loop.kl_coef == pytest.approx(0.3 * (1 + error * len(rows) / horizon))
    close(unpadded(experience.advantages, rows), reference_advantages(rows, told)[0])


def test_every_setting_counts():
    """Each changes the loss or its gradient on some batch: none of the comparisons above is empty."""
    source = random.Random(0)
    rows = [
        Row(*[[source.uniform(-2, 0) for _ in range(length)] for _ in range(5)], source.uniform(-1, 1))
        for length in (3, 5, 4)
    ]
    plain = Settings(0.3, 0.9, 0.8, 0.2, 0.2, 0.5, False, False)
    changes = {
        "kl_coef": 0.1, "gamma": 0.5, "lam": 0.2, "cliprange": 0.4, "cliprange_value": 0.0, "vf_coef": 0.1,
        "whiten_rewards": True, "whiten_advantages": True,
    }  # fmt: skip

    def loss_of(told):
        loop, experience, logps, values = ours(rows, told)
        return loop.loss(experience, logps, values)[0].item()

    for name, value in changes.items():
        told = Settings(**{**{field.name: getattr(plain, field.name) for field in fields(plain)}, name: value})
        assert abs(loss_of(told) - loss_of(plain)) > 1e-6, name
