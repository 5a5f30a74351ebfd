"""Best-of-N and PPO, paid by one judge and measured on the same prompts: who pays more nats for what."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates
from engine.evaluate.best_of import Chosen, at, mean
from engine.evaluate.intervals import Estimate, bootstrap
from engine.loops.arms import Arms
from engine.models.logprobs import pack
from engine.runs.recipe import Recipe
from engine.world.rule import grade

ANSWERS = 8
"""Of each prompt, wherever the trained policy is measured."""


@dataclass(frozen=True)
class Place:
    """Where the trained policy stands, prompt by prompt: KL in nats an answer, the judge's reward, the rule's grade."""

    kl: list[float]
    scores: list[float]
    gold: list[float]


class Against(Arms):
    """First the draws of best-of-N, which take seconds; then PPO, whose path is laid over them. Gao et al. 2022
    (arXiv:2210.10760, section 3) compare the two in this plane."""

    arms = {"ppo": ("ppo", {}), "best": ("best-of-n", {})}
    shown = frozenset({
        "plane/n", "plane/kl", "plane/kl_bound", "plane/scores", "plane/gold",
        "objective/scores", "gold/score", "objective/kl", "judge/accuracy", "judge/eval_accuracy",
    })  # fmt: skip
    watched = "ppo"

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        super().__init__(folder, recipe)
        self.total_steps = self.judge_steps + sum(loop.total_steps - loop.judge_steps for loop in self.loops.values())
        self.path: list[Place] = []

    @property
    def under_way(self) -> str:
        """The arm whose turn it is; the judge is the first arm's to train."""
        best = self.loops["best"]
        return "best" if self.next_step >= self.judge_steps and best.next_step < best.total_steps else "ppo"

    @property
    def phase(self) -> str | None:
        phase: str | None = self.loops[self.under_way].phase
        return phase

    def advance(self) -> dict[str, float]:
        name = self.under_way
        logged = {
            f"{name}/{metric}": value for metric, value in self.loops[name].step().items() if metric in self.shown
        }
        if name == "best" and self.under_way == "ppo":  # the path begins where nothing is trained yet
            logged |= self.placed()
        return logged

    def measured(self) -> dict[str, float]:
        ppo = self.loops["ppo"]
        return self.placed() if ppo.next_step > ppo.judge_steps else {}

    @torch.no_grad()
    def placed(self) -> dict[str, float]:
        """Measures the trained policy on the prompts of best-of-N, with other draws at each place of its path, so that
        the luck of a draw is not in all of them."""
        ppo, prompts = self.loops["ppo"], self.loops["best"].prompts
        tokenizer = ppo.policy.tokenizer
        found = ppo.policy.rollout(
            [prompt for prompt in prompts for _ in range(ANSWERS)],
            temperature=ppo.hyper["temperature"],
            generator=torch.Generator().manual_seed(len(self.path)),
            max_new_tokens=ppo.hyper["max_new_tokens"],
        )
        ids = [found.ids[start : start + ANSWERS] for start in range(0, len(found.ids), ANSWERS)]
        batch = pack([tokenizer.prompt(prompt) for prompt in prompts], ids, pad=tokenizer.pad)
        log_pi = ppo.policy.scored_logits(batch).log_softmax(-1)
        with ppo.policy.switched_off():
            log_ref = ppo.policy.scored_logits(batch).log_softmax(-1)
        kl = (log_pi.exp() * (log_pi - log_ref)).sum(-1) * (batch.owners >= 0)
        gold = [
            mean([grade(prompt, tokenizer.decode(completion)).score for completion in row])
            for prompt, row in zip(prompts, ids, strict=True)
        ]
        scores = ppo.scored(batch, prompts, ids).mean(1)
        place = Place((kl.sum(1) / ANSWERS).tolist(), scores.tolist(), gold)
        self.path.append(place)
        return {
            "ppo/plane/kl": mean(place.kl),
            "ppo/plane/scores": mean(place.scores),
            "ppo/plane/gold": mean(place.gold),
        }

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        found: dict[str, Any] = self.loops[self.under_way].samples()
        return found

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, state = super().state()
        return tensors, {**state, "path": [asdict(place) for place in self.path]}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        super().load(tensors, state)
        self.path = [Place(**place) for place in state["path"]]

    def finish(self) -> dict[str, Any]:
        """How many nats best-of-N saves where it gets as much of the judge's reward as PPO, on average over PPO's path;
        below it what it gains for no more nats, by the judge and by the rule."""
        curve: list[Chosen] = self.loops["best"].curve()
        end, last = self.path[-1], curve[-1]
        trained = self.path[1:]
        level = [place for place in trained if mean(place.scores) <= mean(last.scores)]
        saved = self.saved(curve, level or trained)
        peak = max(trained, key=lambda place: mean(place.gold))
        best = max(curve, key=lambda chosen: mean(chosen.gold))
        details = [
            gates.detail("prompts", len(last.kl)),
            gates.detail("places", len(trained)),
            gates.detail("places_beyond", len(trained) - len(level)),
            gates.estimated("lead_judge", self.lead(curve, trained, "scores")),
            gates.estimated("lead_rule", self.lead(curve, trained, "gold")),
            gates.detail("largest_n", last.n),
            gates.estimated("scores_best", bootstrap(last.scores)),
            gates.estimated("kl_best", bootstrap(last.kl)),
            gates.detail("kl_bound_best", last.kl_bound),
            gates.estimated("scores_ppo", bootstrap(end.scores)),
            gates.estimated("kl_ppo", bootstrap(end.kl)),
            gates.estimated("peak_gold_best", bootstrap(best.gold)),
            gates.detail("peak_n", best.n),
            gates.estimated("gold_best", bootstrap(last.gold)),
            gates.estimated("peak_gold_ppo", bootstrap(peak.gold)),
            gates.detail("peak_kl_ppo", mean(peak.kl)),
            gates.estimated("gold_ppo", bootstrap(end.gold)),
        ]
        return gates.gate("nats_saved", self.recipe, saved, saved.low > gates.THRESHOLDS["nats_saved"], details)

    def saved(self, curve: list[Chosen], places: list[Place]) -> Estimate:
        """PPO's KL less that of best-of-N at equal mean reward by the judge, averaged over the places."""
        return over_prompts(
            [
                [
                    theirs - mine
                    for mine, theirs in zip(at(curve, "scores", mean(place.scores), "kl"), place.kl, strict=True)
                ]
                for place in places
            ]
        )

    def lead(self, curve: list[Chosen], places: list[Place], values: str) -> Estimate:
        """Best-of-N less PPO, prompt by prompt, averaged over the places: at equal mean KL or, where PPO is further
        away than the largest N, at that one."""
        gaps = []
        for place in places:
            level = at(curve, "kl", mean(place.kl), values)
            gaps.append([mine - theirs for mine, theirs in zip(level, getattr(place, values), strict=True)])
        return over_prompts(gaps)


def over_prompts(gaps: list[list[float]]) -> Estimate:
    """The mean of (places, prompts), with its interval over prompts."""
    return bootstrap([mean(column) for column in zip(*gaps, strict=True)])
