"""The runs of several arms: what is compared in each, and the gate that judges the comparison."""

from typing import Any

from engine.evaluate import gates, watch
from engine.evaluate.intervals import bootstrap
from engine.loops.arms import Arms
from engine.world.preferences import held_out_prompts


class UCurve(Arms):
    """PPO paid by a learned judge, once for nothing but its reward and once with the price of the KL: the judge's
    reward rises in both, the rule's grade turns over in the first (Gao et al. 2022, arXiv:2210.10760)."""

    arms = {"free": ("ppo", {"kl_coef": 0.0}), "held": ("ppo", {})}
    shown = frozenset({"objective/scores", "gold/score", "objective/kl", "judge/accuracy", "judge/eval_accuracy"})
    watched = "free"

    def finish(self) -> dict[str, Any]:
        """What the penalty is worth: the rule's grade of the held policy less that of the free one, prompt by
        prompt."""
        prompts = held_out_prompts(self.recipe.seed, 50)
        graded, details = {}, []
        for name, loop in self.loops.items():
            graded[name] = gates.means(gates.scores(loop.policy, prompts, 1))
            details += [
                gates.estimated(f"gold_{name}", bootstrap(graded[name])),
                gates.detail(f"peak_{name}", self.highest[f"{name}/gold/score"]),
                gates.detail(f"kl_{name}", watch.kl_to_reference(loop.policy)),
            ]
        worth = gates.difference(graded["held"], graded["free"])
        return gates.gate("penalty_worth", self.recipe, worth, worth.low > gates.THRESHOLDS["penalty_worth"], details)


class Zoo(Arms):
    """The direct methods on the same pairs, each against the same reference. A pair is two rows of KTO."""

    arms = {
        **{name: (name, {}) for name in ("dpo", "cdpo", "ipo", "rpo")},
        "kto": ("kto", {"per_device_train_batch_size": 32}),
        **{name: (name, {}) for name in ("orpo", "simpo")},
    }
    shown = frozenset({"objective/kl", "eval_rewards/accuracies", "logps/chosen"})
    watched = "dpo"

    def measured(self) -> dict[str, float]:
        """The share of right answers to the gate's prompts, of every arm."""
        prompts = held_out_prompts(self.recipe.seed, 50)
        right = {name: gates.right_share(gates.scores(loop.policy, prompts, 1)) for name, loop in self.loops.items()}
        return {f"{name}/eval_correct": sum(shares) / len(shares) for name, shares in right.items()}

    def finish(self) -> dict[str, Any]:
        """The lowest of the win rates against the common reference, on held-out prompts."""
        prompts = held_out_prompts(self.recipe.seed, 50)
        with self.loops["dpo"].policy.switched_off():
            reference = gates.scores(self.loops["dpo"].policy, prompts, 2)
        rates, details = [], []
        for name, loop in self.loops.items():
            rates.append(gates.ties_half(gates.compare(gates.scores(loop.policy, prompts, 1), reference)))
            details += [
                gates.estimated(f"win_rate_{name}", rates[-1]),
                gates.detail(f"kl_{name}", watch.kl_to_reference(loop.policy)),
            ]
        lowest = min(rates, key=lambda rate: rate.value)
        passed = lowest.value > gates.THRESHOLDS["every_win_rate"]
        return gates.gate("every_win_rate", self.recipe, lowest, passed, details)


class RoundAfterRound(Arms):
    """Iterative DPO and SPIN over as many rounds: fresh pairs from a judge, or the policy against a demonstration.
    SPIN asks no judge."""

    arms = {"iterative": ("iterative-dpo", {}), "spin": ("spin", {"reward": "rule", "learning_rate": 1e-3})}
    shown = frozenset({
        "eval_correct", "objective/kl", "round/rows", "correct/written", "judge/accuracy", "judge/eval_accuracy",
    })  # fmt: skip
    watched = "spin"

    def finish(self) -> dict[str, Any]:
        """The smaller of the two gains in right answers over all rounds, prompt by prompt."""
        prompts = held_out_prompts(self.recipe.seed, 100)
        with self.loops["spin"].policy.switched_off():
            before = gates.right_share(gates.scores(self.loops["spin"].policy, prompts, 2))
        gains, details = [], [gates.estimated("correct_before", bootstrap(before))]
        for name, loop in self.loops.items():
            after = gates.right_share(gates.scores(loop.policy, prompts, 1))
            gains.append(gates.difference(after, before))
            details += [
                gates.estimated(f"correct_{name}", bootstrap(after)),
                gates.estimated(f"gain_{name}", gains[-1]),
                gates.detail(f"rows_first_{name}", loop.history[0]["round/rows"]),
                gates.detail(f"rows_last_{name}", loop.history[-1]["round/rows"]),
                gates.detail(f"kl_{name}", watch.kl_to_reference(loop.policy)),
            ]
        least = min(gains, key=lambda gain: gain.value)
        return gates.gate("every_gain", self.recipe, least, least.low > gates.THRESHOLDS["every_gain"], details)
