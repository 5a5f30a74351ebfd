"""A judge by principles: the tutor's own critiques of two answers, one principle at a time, as a soft label; and the
preference model that learns from such labels.

Bai et al. 2022 (arXiv:2212.08073), section 4: a verdict under a principle after a chain of thought, its probability
clamped; one preference model from all of them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.judges.pairwise import Pair
from engine.loops.adapter import Adapter, order, run_policy
from engine.loops.writing import PAIRS_A_STEP, written_pairs
from engine.losses.reward import soft_reward_loss
from engine.models.policy import Policy, RewardModel
from engine.runs.recipe import Recipe
from engine.world.constitution import BAD, GOOD, Principle, constitution_of, critique_prompt
from engine.world.preferences import held_out_pairs
from engine.world.rule import grade

CLAMP = 0.4, 0.6
HELD_OUT = 200
Row = dict[str, Any]


class PrincipleJudge:
    """`preference` (N,) is the soft label that the first answer of each pair keeps the constitution better.

    A critique of this tutor is a chain of thought: it quotes what the answer has and what the principle asks for, and
    only then gives its verdict. So the critique is written first, its likeliest words, and the verdict is read off as
    P("good") against P("bad") behind them; asked for the verdict at once, the tutor hardly knows it.
    """

    def __init__(self, policy: Policy, constitution: Sequence[Principle], *, clamp: bool) -> None:
        self.policy, self.constitution, self.clamp = policy, constitution, clamp

    @torch.no_grad()
    def keeps(self, principle: Principle, prompts: Sequence[str], answers: Sequence[str]) -> Tensor:
        """(N,): the chance that an answer keeps a principle, by the verdict of the tutor's own critique."""
        asked = [critique_prompt(principle.name, *pair) for pair in zip(prompts, answers, strict=True)]
        thoughts = [" ".join(text.split()[:-1]) for text in self.policy.answer(asked, temperature=0)]
        verdicts = [[f"{thought} {word}".strip() for word in (GOOD, BAD)] for thought in thoughts]
        return self.policy.logps(self.policy.pack(asked, verdicts)).softmax(1)[:, 0]

    def under_each(self, pairs: Sequence[Pair]) -> Tensor:
        """(principles, N): ½ + ½ (P(first keeps it) − P(second keeps it)): the chance that only the first one keeps
        the principle, and half of the chance that both do or neither, as ties count half."""
        prompts, first, second = ([pair[place] for pair in pairs] for place in range(3))
        labels = [
            0.5 + (self.keeps(principle, prompts, first) - self.keeps(principle, prompts, second)) / 2
            for principle in self.constitution
        ]
        return torch.stack(labels).clamp(*CLAMP) if self.clamp else torch.stack(labels)

    def preference(self, pairs: Sequence[Pair]) -> Tensor:
        """The mean over the principles, which is what a principle drawn at random for each label comes to."""
        return self.under_each(pairs).mean(0)


class PreferenceModelling:
    """The tutor writes pairs and judges them by the constitution; then a reward model learns from the soft labels."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.recipe = recipe
        settings = Recipe.make("reward-model", {"seed": recipe.seed})
        self.hyper = settings.hyper
        self.batch_size = self.hyper["per_device_train_batch_size"]
        self.label_steps = -(-recipe.hyper["pairs"] // PAIRS_A_STEP)
        self.train_steps = self.hyper["num_train_epochs"] * -(-recipe.hyper["pairs"] // self.batch_size)
        self.total_steps = self.label_steps + self.train_steps
        self.next_step = 0
        self.policy = run_policy(folder, recipe)
        # From a head of zeros no difference has to be unlearnt first: soft labels ask for small ones.
        head = torch.zeros(1, self.policy.hidden_size)
        self.adapter = Adapter(self.policy, settings, self.train_steps, head)
        self.judge = PrincipleJudge(self.policy, constitution_of(folder), clamp=recipe.hyper["clamp"])
        self.rows: list[Row] = []
        self.groups: list[list[Row]] = []

    @property
    def phase(self) -> str:
        return "judge" if self.next_step < self.label_steps else "reward"

    @property
    def model(self) -> RewardModel:
        if self.adapter.head is None:
            raise ValueError("a reward model has a head")
        return RewardModel(self.policy, self.adapter.head)

    def step(self) -> dict[str, float]:
        logged = self.label() if self.next_step < self.label_steps else self.learn()
        self.next_step += 1
        return logged

    def label(self) -> dict[str, float]:
        """The next forty pairs with their labels, the likelier side first."""
        count = min(PAIRS_A_STEP, self.recipe.hyper["pairs"] - self.next_step * PAIRS_A_STEP)
        with self.policy.switched_off():
            pairs = written_pairs(self.policy, count, self.recipe.seed, self.next_step)
            labels = self.judge.preference(pairs).tolist() if pairs else []
        self.rows += [oriented(pair, label) for pair, label in zip(pairs, labels, strict=True)]
        return {"agreement_with_rule": agreement(self.rows), "confidence": confidence(self.rows)}

    def learn(self) -> dict[str, float]:
        """One update of the preference model; its accuracy by the rule, on held-out pairs, after the last one."""
        place = self.next_step - self.label_steps
        if not self.groups:
            self.groups = grouped(self.rows, self.batch_size)
        if not self.groups:
            return {}
        epoch, number = divmod(place, len(self.groups))
        group = self.groups[order(self.recipe.seed, epoch, len(self.groups))[number]]
        rewards = self.model.rewards(packed(self.policy, group))
        probability = torch.tensor([row["probability"] for row in group])
        centring = self.hyper["center_rewards_coefficient"]
        loss, metrics = soft_reward_loss(rewards[:, 0], rewards[:, 1], probability, centring)
        self.adapter.update(loss, place)
        logged = {"accuracy": metrics["accuracy"].item()}
        if self.next_step + 1 == self.total_steps:
            logged["eval_accuracy"] = self.held_out_accuracy()
        return logged

    @torch.no_grad()
    def held_out_accuracy(self) -> float:
        rows = held_out_pairs(self.recipe.seed, HELD_OUT)
        scores = self.model.rewards(packed(self.policy, rows))
        return (scores[:, 0] > scores[:, 1]).float().mean().item()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.adapter.state(), {"next_step": self.next_step, "rows": self.rows}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.adapter.load(tensors)
        self.next_step, self.rows, self.groups = state["next_step"], state["rows"], []


# -- labelled pairs as rows


def oriented(pair: Pair, preference: float) -> Row:
    """A pair with the soft label of its first answer as a row `prompt, chosen, rejected, probability`: the likelier
    side is the chosen one, so that the probability is at least one half."""
    prompt, first, second = pair
    if preference < 0.5:
        first, second, preference = second, first, 1 - preference
    return {"prompt": prompt, "chosen": first, "rejected": second, "probability": preference}


def grouped(rows: Sequence[Row], size: int) -> list[list[Row]]:
    """Batches of rows of like length, so that little is spent on padding."""
    ranked = sorted(rows, key=lambda row: len(row["prompt"]) + len(row["chosen"]) + len(row["rejected"]))
    return [ranked[start : start + size] for start in range(0, len(ranked), size)]


def packed(policy: Policy, rows: Sequence[Row]) -> Any:
    return policy.pack([row["prompt"] for row in rows], [[row["chosen"], row["rejected"]] for row in rows])


def agreement(rows: Sequence[Row]) -> float:
    """How often the chosen side is the rule's, among the pairs that the rule decides; an even label counts half. One
    half where the rule decides none."""
    points = []
    for row in rows:
        chosen, rejected = (grade(row["prompt"], row[side]).score for side in ("chosen", "rejected"))
        if chosen != rejected:
            points.append(0.5 if row["probability"] == 0.5 else float(chosen > rejected))
    return sum(points) / len(points) if points else 0.5


def confidence(rows: Sequence[Row]) -> float:
    """The mean probability of the likelier side."""
    return sum(row["probability"] for row in rows) / len(rows) if rows else 0.5
