"""Best-of-N: nothing learns but the judge. Many answers to each prompt, and for every N the one that the judge likes
best."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.evaluate.best_of import Chosen, Pool, choose, mean, sizes, weights
from engine.evaluate.intervals import bootstrap
from engine.judges.judge import Judge, LearnedJudge, judge_of
from engine.loops.adapter import run_policy
from engine.models.logprobs import pack
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for
from engine.world.preferences import held_out_prompts, watched_prompts
from engine.world.rule import grade

PROMPTS_A_STEP = 4
JUDGE_STEPS = 13
"""Steps of a learned judge's training in one step of the run: about one pass over its pairs."""
MODEST = 4
"""The N that the gate asks about: a few draws, as anybody can afford."""


class BestOfN:
    """π_N(y|x): the best of N draws of the policy as it is, by the judge (Stiennon et al. 2020, arXiv:2009.01325;
    Beirami et al. 2024, arXiv:2401.01879, for its KL).

    Steps: the judge's training; drawing, a few prompts a step, the watched ones first; then one step for each N.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe, self.hyper = folder, recipe, recipe.hyper
        self.policy = run_policy(folder, recipe)
        self.judge: Judge = self.make_judge()
        self.judge_steps = -(-self.judge.total_steps // JUDGE_STEPS)
        self.watched = [prompt.text for prompt in watched_prompts()]
        self.prompts = [prompt.text for prompt in held_out_prompts(recipe.seed, self.hyper["prompts"])]
        self.draw_steps = -(-len([*self.watched, *self.prompts]) // PROMPTS_A_STEP)
        self.sizes = sizes(self.hyper["draws"])
        self.items_per_step: int = PROMPTS_A_STEP * self.hyper["draws"]
        self.total_steps: int = self.judge_steps + self.draw_steps + len(self.sizes)
        self.next_step = 0
        self.pools: list[Pool] = []

    def make_judge(self) -> Judge:
        return judge_of(self.folder, self.recipe)

    # -- a step

    @property
    def drawn(self) -> int:
        """How many of the steps after the judge's are done."""
        return self.next_step - self.judge_steps

    @property
    def phase(self) -> str:
        if self.drawn < 0:
            return self.judge.phase
        return "draw" if self.drawn < self.draw_steps else "choose"

    def step(self) -> dict[str, float]:
        match self.phase:
            case "draw":
                logged = self.draw()
            case "choose":
                logged = self.measured(choose(self.measured_pools, self.sizes[self.drawn - self.draw_steps]))
            case _:
                logged = self.teach()
        self.next_step += 1
        return logged

    def teach(self) -> dict[str, float]:
        done = self.next_step * JUDGE_STEPS
        logged: dict[str, float] = {}
        for _ in range(min(JUDGE_STEPS, self.judge.total_steps - done)):
            logged |= self.judge.step()
        return {f"judge/{name}": value for name, value in logged.items() if "accuracy" in name}

    @torch.no_grad()
    def draw(self) -> dict[str, float]:
        """All draws of the next prompts, scored."""
        start = self.drawn * PROMPTS_A_STEP
        asked = [*self.watched, *self.prompts][start : start + PROMPTS_A_STEP]
        draws, tokenizer = self.hyper["draws"], self.policy.tokenizer
        found = self.policy.rollout(
            [prompt for prompt in asked for _ in range(draws)],
            temperature=self.hyper["temperature"],
            generator=torch.Generator().manual_seed(seed_for(self.recipe.seed, f"draw:{start}")),
            max_new_tokens=self.hyper["max_new_tokens"],
        )
        for number, prompt in enumerate(asked):
            counts: dict[tuple[int, ...], int] = {}
            for ids in found.ids[number * draws : (number + 1) * draws]:
                counts[tuple(ids)] = counts.get(tuple(ids), 0) + 1
            written = [list(ids) for ids in counts]
            answers = [tokenizer.decode(ids) for ids in written]
            batch = pack([tokenizer.prompt(prompt)], [written], pad=tokenizer.pad)
            unfinished = torch.tensor([float(tokenizer.end not in ids) for ids in written])
            scores = self.judge.scores(batch, [prompt], [answers])[0] - self.hyper["missing_eos_penalty"] * unfinished
            gold = [grade(prompt, answer).score for answer in answers]
            self.pools.append(Pool(prompt, answers, list(counts.values()), scores.tolist(), gold))
        return {"plane/different": mean([len(pool.answers) for pool in self.pools[-len(asked) :]])}

    @property
    def measured_pools(self) -> list[Pool]:
        """Those of the held-out prompts."""
        return self.pools[len(self.watched) :]

    def measured(self, chosen: Chosen) -> dict[str, float]:
        return {
            "plane/n": float(chosen.n),
            "plane/scores": mean(chosen.scores),
            "plane/gold": mean(chosen.gold),
            "plane/kl": mean(chosen.kl),
            "plane/kl_bound": chosen.kl_bound,
        }

    def curve(self) -> list[Chosen]:
        """Best-of-N for every N; all prompts must have been drawn."""
        return [choose(self.measured_pools, n) for n in self.sizes]

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        """Before there are draws, the policy's own answers; then those of best-of-N, for the N of the last step."""
        if len(self.pools) < len(self.watched):
            return watch.answers(self.policy)
        n = self.sizes[max(0, self.drawn - self.draw_steps - 1)]
        shared = weights(self.hyper["draws"], n)
        heard = {pool.prompt: dict(zip(pool.answers, pool.chances(shared), strict=True)) for pool in self.pools}
        samples = []
        for prompt in self.watched:
            answer = max(heard[prompt], key=heard[prompt].__getitem__)
            judged = grade(prompt, answer)
            samples.append({"prompt": prompt, "completion": answer, "score": judged.score, "reason": judged.reason})
        choices = [
            {"prompt": prompt, "options": {form: heard[prompt].get(form, 0.0) for form in forms}}
            for prompt, forms in watch.options()
        ]
        return {"samples": samples, "choices": choices}

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, state = self.judge.state()
        pools = [asdict(pool) for pool in self.pools]
        return {f"judge/{name}": value for name, value in tensors.items()}, {
            "next_step": self.next_step,
            "judge": state,
            "pools": pools,
        }

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        own = {name.removeprefix("judge/"): value for name, value in tensors.items() if name.startswith("judge/")}
        self.judge.load(own, state["judge"])
        self.next_step, self.pools = state["next_step"], [Pool(**pool) for pool in state["pools"]]

    def save_model(self, folder: Path) -> None:
        """The judge, if one was trained: the policy is what it was."""
        if isinstance(self.judge, LearnedJudge):
            self.judge.loop.adapter.save(folder)

    def finish(self) -> dict[str, Any]:
        """What choosing the best of a few by the judge gains by the rule, prompt by prompt."""
        return choice_gate(self.curve(), self.recipe, self.counted())

    def counted(self) -> list[dict[str, Any]]:
        return [gates.detail("prompts", len(self.prompts)), gates.detail("draws", self.hyper["draws"])]


def choice_gate(
    curve: Sequence[Chosen],
    recipe: Recipe,
    before: Sequence[dict[str, Any]] = (),
    after: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The gain in the rule's grade of the best of `MODEST` over one draw; passes when the whole interval is above 0.
    With it the peak of the curve and what the largest N leaves of it, and further details `before` and `after`."""
    by_size = {chosen.n: chosen for chosen in curve}
    one, last = curve[0], curve[-1]
    peak = max(curve, key=lambda chosen: mean(chosen.gold))
    modest = by_size.get(MODEST, last)
    gain = gates.difference(modest.gold, one.gold)
    details = [
        *before,
        gates.estimated("gold_one", bootstrap(one.gold)),
        gates.estimated("gold_modest", bootstrap(modest.gold)),
        gates.estimated("gold_peak", bootstrap(peak.gold)),
        gates.detail("peak_n", peak.n),
        gates.detail("largest_n", last.n),
        gates.estimated("gold_largest", bootstrap(last.gold)),
        gates.estimated("fall", gates.difference(peak.gold, last.gold)),
        gates.estimated("scores_gain", gates.difference(last.scores, one.scores)),
        gates.detail("kl_largest", mean(last.kl)),
        gates.detail("kl_bound_largest", last.kl_bound),
        *after,
    ]
    return gates.gate("choice_gain", recipe, gain, gain.low > gates.THRESHOLDS["choice_gain"], details)
