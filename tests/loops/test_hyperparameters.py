"""No knob without effect: each hyper-parameter of each method changes the result of a small run."""

import json
from pathlib import Path

import pytest
import torch

from engine.methods import FAMILIES, METHODS, knobs, online, rounds

CHANGED = {
    "learning_rate": 5e-4,
    "num_train_epochs": 3,
    "per_device_train_batch_size": 7,
    "weight_decay": 0.5,
    "max_grad_norm": 0.01,
    "lora_r": 3,
    "lora_alpha": 40,
    "sample_steps": 2,
    "beta": 0.2,
    "label_smoothing": 0.3,
    "center_rewards_coefficient": 2.0,
    "members": 3,
    "tau": 0.3,
    "length_normalized": True,
    "rpo_alpha": 0.1,
    "desirable_weight": 0.5,
    "undesirable_weight": 2.0,
    "lam": 0.1,
    "gamma": 0.2,
    "reward": "learned",
    "rollouts": 2,
    "rounds": 3,
    "prompts_per_rollout": 5,
    "num_generations": 2,
    "num_ppo_epochs": 1,
    "num_mini_batches": 1,
    "kl_coef": 2.0,
    "temperature": 1.5,
    "max_new_tokens": 3,
    "missing_eos_penalty": 5.0,
    "use_baseline": False,
    "cliprange": 0.01,
    "epsilon_high": 0.0,
    "scale_rewards": False,
    "loss_type": "dr_grpo",
    "cliprange_value": 0.01,
    "vf_coef": 2.0,
    "whiten_rewards": True,
    "whiten_advantages": False,
    "adaptive_kl": True,
    "target_kl": 0.01,
    "kl_horizon": 10.0,
    "prompts": 33,
    "draws": 11,
    "generations": 3,
    "samples": 25,
    "real_share": 0.6,
    "pairs_per_stage": 33,
    "reference": "base",
    "replay": 5,
    "controls": True,
    "constitution": str(Path(__file__).with_name("tense_only.txt")),
    "pairs": 33,
    "judge_orders": "first",
    "votes": 3,
    "process_reward": 0.5,
}
QUICK = {
    "constitutional": {"controls": False},
    "ppo": {"adaptive_kl": True, "max_new_tokens": 4},
    **{method: {"max_new_tokens": 11, "prompts_per_rollout": 12} for method in ("rlvr", "rlvr-rloo")},
    **{method: {"max_new_tokens": 4} for method in ("reinforce", "rloo", "grpo", "rl-cai", "on-trial")},
    "best-of-n": {"max_new_tokens": 4, "reward": "rule"},
}
BY_THE_WORKER = {"save_steps", "sample_steps"}
"""What the worker does between two steps; `tests/runs` watches it there. The loops over fixed data sets also measure
on held-out rows every `sample_steps`, and that is looked for here."""
WITHOUT_A_HELD_OUT_SET = (
    "constitutional", "iterative-dpo", "spin", "rejection-sampling", "round-after-round", "u-curve",
    "self-training", "collapse", "best-of-n", "on-trial",
)  # fmt: skip
FRAMES = knobs.common(1, 1), online.online(1, 1, 1, 1, 1), rounds.rounds(1, 1, 1, 1, 1)
SHARED = {row.name for rows in FRAMES for row in rows}
"""Knobs of the frames, which many methods have."""
WHOLE = ("dpo", "rloo", "rejection-sampling")
"""One method of each frame, all of whose knobs are always turned; of the others their own ones are."""
LONG = {"rl-cai", "self-training", "on-trial", *(row.id for row in FAMILIES["experiments"])}
"""Runs of several phases or arms."""


def case(method, name):
    quick = method in WHOLE or (name not in SHARED and method not in LONG)
    return pytest.param(method, name, marks=() if quick else pytest.mark.long)


CASES = [
    case(method, parameter.name)
    for method, row in METHODS.items()
    for parameter in row.hyper
    if parameter.name not in BY_THE_WORKER
    or (parameter.name == "sample_steps" and method not in WITHOUT_A_HELD_OUT_SET)
]


def result(loop):
    logged = []
    while loop.next_step < loop.total_steps:
        logged.append(loop.step())
    return logged, loop.state()


@pytest.fixture(scope="module")
def plain():
    """The result of each method's small run with nothing changed, made once."""
    return {}


@pytest.mark.parametrize(("method", "name"), CASES)
def test_it_changes_the_result(method, name, plain, new_loop):
    quick = QUICK.get(method, {})
    if method not in plain:
        unchanged = new_loop(method, **quick)
        plain[method] = unchanged.recipe.hyper, *result(unchanged)
    hyper, logged, (tensors, state) = plain[method]
    other = "rule" if (method, name) == ("rl-cai", "reward") else CHANGED.get(name)
    changed = new_loop(method, **{**quick, name: not hyper[name] if isinstance(hyper[name], bool) else other})
    assert changed.recipe.hyper[name] != hyper[name]
    found_logged, (found_tensors, found_state) = result(changed)
    same_tensors = found_tensors.keys() == tensors.keys() and all(
        tensor.shape == found_tensors[key].shape and torch.equal(tensor, found_tensors[key])
        for key, tensor in tensors.items()
    )
    if name == "sample_steps":
        assert same_tensors
        assert [set(metrics) for metrics in found_logged] != [set(metrics) for metrics in logged]
    else:
        assert not same_tensors or json.dumps(found_state) != json.dumps(state)


def test_clipping_is_off_at_zero(new_loop):
    free, wide = result(new_loop("dpo", max_grad_norm=0)), result(new_loop("dpo", max_grad_norm=1000))
    assert all(torch.equal(tensor, wide[1][0][name]) for name, tensor in free[1][0].items())
    assert free[0] == wide[0]
