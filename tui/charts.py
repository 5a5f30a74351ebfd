"""Which metrics are drawn together, and in which order of interest; the same for the run screen and the report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.plotting import Point


@dataclass(frozen=True)
class Chart:
    """`id` names the texts `metric.<id>.title` and `.meaning`; `lines` are the metrics, each with the id of its name
    among several (`metric.line.<name>`). A plane has other metrics than the step to the right, one for each line:
    `over`, named by `metric.<id>.over`; `doubling` where each mark of that axis is twice the one before."""

    id: str
    lines: tuple[tuple[str, str], ...]
    over: tuple[str, ...] = ()
    doubling: bool = False

    def find(self, metrics: Mapping[str, Sequence[Point]]) -> dict[str, Sequence[Point]]:
        """The points of this chart's lines by the id of their names, those lines only that a run has."""
        if self.over:
            placed = zip(self.lines, self.over, strict=True)
            found = {name: _joined(metrics.get(right, ()), metrics.get(up, ())) for (up, name), right in placed}
            return {name: points for name, points in found.items() if points}
        return {name: metrics[metric] for metric, name in self.lines if metrics.get(metric)}


def _joined(right: Sequence[Point], up: Sequence[Point]) -> list[Point]:
    """The values that were logged at the same step, one to the right and one upwards."""
    heights = dict(up)
    return [(value, heights[step]) for step, value in right if step in heights]


def _each(metric: str, *arms: str) -> tuple[tuple[str, str], ...]:
    """One metric of several arms, each line under its arm's name."""
    return tuple((f"{arm}/{metric}", arm) for arm in arms)


def _plane(id: str, metric: str) -> Chart:
    """One measure of best-of-N and of PPO against the distance of each; best-of-N also at the bound of its KL."""
    return Chart(
        id,
        ((f"best/plane/{metric}", "best"), (f"best/plane/{metric}", "bound"), (f"ppo/plane/{metric}", "ppo")),
        over=("best/plane/kl", "best/plane/kl_bound", "ppo/plane/kl"),
    )


def _against_n(id: str, arm: str, *lines: tuple[str, str]) -> Chart:
    """Measures of best-of-N against N."""
    placed = tuple((f"{arm}plane/{metric}", name) for metric, name in lines)
    return Chart(id, placed, over=(f"{arm}plane/n",) * len(lines), doubling=True)


ZOO = ("dpo", "cdpo", "ipo", "rpo", "kto", "orpo", "simpo")
GENERATIONS = ("own", "mixed", "filtered")
CASES = ("healthy", *"ABCDEF")
CHARTS = (
    _plane("plane_judge", "scores"),
    _plane("plane_rule", "gold"),
    Chart("ppo_rewards", (("ppo/objective/scores", "learned"), ("ppo/gold/score", "rule"))),
    _against_n("choice_kl", "best/", ("kl", "measured"), ("kl_bound", "bound")),
    Chart("ppo_kl", (("ppo/objective/kl", "train"), ("ppo/plane/kl", "held_out"))),
    _against_n("choice", "", ("scores", "learned"), ("gold", "rule")),
    _against_n("choice_kl", "", ("kl", "measured"), ("kl_bound", "bound")),
    Chart("different", (("plane/different", "train"),)),
    Chart("cases_right", _each("eval_correct", *CASES)),
    Chart("cases_kl", _each("objective/kl", *CASES)),
    Chart("cases_margins", _each("rewards/margins", *CASES)),
    Chart("cases_length", _each("completions/mean_length", *CASES)),
    Chart("cases_held_out", _each("eval_rewards/accuracies", *CASES)),
    Chart("cases_fresh", _each("fresh_rewards/accuracies", *CASES)),
    Chart("cases_loss", _each("loss", *CASES)),
    Chart("cases_accuracy", _each("rewards/accuracies", *CASES)),
    Chart("cases_chosen", _each("logps/chosen", *CASES)),
    Chart("cases_rejected", _each("logps/rejected", *CASES)),
    Chart("cases_cut", _each("completions/clipped_ratio", *CASES)),
    Chart("cases_held_out_margin", _each("eval_rewards/margins", *CASES)),
    Chart("cases_imitation", _each("imitation_loss", *CASES)),
    Chart("collapse_distinct", _each("distinct_2", *GENERATIONS)),
    Chart("collapse_right", _each("correct/sentences", *GENERATIONS)),
    Chart("collapse_survivors", _each("survivors", *GENERATIONS)),
    Chart("collapse_entropy", _each("objective/entropy", *GENERATIONS)),
    Chart("collapse_kl", _each("objective/kl", *GENERATIONS)),
    Chart("collapse_distinct_1", _each("distinct_1", *GENERATIONS)),
    Chart("collapse_loss", _each("loss", *GENERATIONS)),
    Chart("two_skills", (("right/grammar", "grammar"), ("right/manners", "manners"))),
    Chart("loss_at_start", (("loss_at_start", "train"),)),
    Chart("distinct_2", (("distinct_2", "train"),)),
    Chart("survivors", (("survivors", "train"),)),
    Chart("sentences_right", (("correct/sentences", "train"),)),
    # Runs of several arms. The two rewards share a chart: that one rises while the other falls is the point.
    Chart("u_free", (("free/objective/scores", "learned"), ("free/gold/score", "rule"))),
    Chart("u_gold", (("free/gold/score", "free"), ("held/gold/score", "held"))),
    Chart("u_held", (("held/objective/scores", "learned"), ("held/gold/score", "rule"))),
    Chart("u_kl", _each("objective/kl", "free", "held")),
    Chart("zoo_right", _each("eval_correct", *ZOO)),
    Chart("zoo_kl", _each("objective/kl", *ZOO)),
    Chart("zoo_accuracy", _each("eval_rewards/accuracies", *(arm for arm in ZOO if arm != "kto"))),
    Chart("zoo_chosen", _each("logps/chosen", *ZOO[:4])),
    Chart("rounds_right", _each("eval_correct", "iterative", "spin")),
    Chart("rounds_rows", _each("round/rows", "iterative", "spin")),
    Chart("rounds_kl", _each("objective/kl", "iterative", "spin")),
    Chart("rounds_written", _each("correct/written", "iterative", "spin")),
    Chart("critique", (("critique/precision", "precision"), ("critique/recall", "recall"))),
    Chart(
        "correct",
        (("correct/before", "before"), ("correct/revised", "revised"), ("correct/revised_all", "revised_all")),
    ),
    Chart("correct_answers", (("correct/answers", "train"),)),
    Chart("correct_chains", (("correct/chains", "train"),)),
    Chart("arm_answers", (("grpo/correct/answers", "grpo"), ("rloo/correct/answers", "rloo"))),
    Chart("arm_chains", (("grpo/correct/chains", "grpo"), ("rloo/correct/chains", "rloo"))),
    Chart("arm_scores", (("grpo/objective/scores", "grpo"), ("rloo/objective/scores", "rloo"))),
    Chart("arm_kl", (("grpo/eval_objective/kl", "grpo"), ("rloo/eval_objective/kl", "rloo"))),
    Chart("arm_auc", (("orm/eval_auc", "orm"), ("prm/eval_auc", "prm"))),
    Chart("arm_accuracy", (("orm/eval_accuracy", "orm"), ("prm/eval_accuracy", "prm"))),
    Chart("auc", (("eval_auc", "held_out"),)),
    Chart(
        "step_accuracy",
        tuple((f"eval_accuracy/step_{n}", name) for n, name in enumerate(("lemma", "tense", "person", "form"), 1)),
    ),
    # The judge's reward beside the rule's grade: when the first rises and the second falls, the judge is being fooled.
    Chart("gold", (("gold/score", "train"),)),
    Chart("eval_correct", (("eval_correct", "train"),)),
    Chart("round_rows", (("round/rows", "train"),)),
    Chart("written", (("correct/written", "train"),)),
    Chart("scores", (("objective/scores", "train"),)),
    Chart("loss", (("loss", "train"), ("eval_loss", "held_out"))),
    Chart("control_loss", (("control_raw/loss", "control_raw"), ("control_revise_all/loss", "control_revise_all"))),
    Chart("rewards_margins", (("rewards/margins", "train"), ("eval_rewards/margins", "held_out"))),
    Chart("margin", (("margin", "train"), ("eval_margin", "held_out"))),
    Chart("kl", (("objective/kl", "train"), ("eval_objective/kl", "held_out"))),
    # The two log-probabilities share a chart: that both may fall while their distance grows is the point.
    Chart("logps", (("logps/chosen", "chosen"), ("logps/rejected", "rejected"))),
    Chart("accuracy", (("accuracy", "train"), ("eval_accuracy", "held_out"))),
    Chart("rewards_accuracies", (("rewards/accuracies", "train"), ("eval_rewards/accuracies", "held_out"))),
    Chart("token_accuracy", (("mean_token_accuracy", "train"), ("eval_mean_token_accuracy", "held_out"))),
    Chart("rewards", (("rewards/chosen", "chosen"), ("rewards/rejected", "rejected"))),
    Chart("nll", (("nll_loss", "train"),)),
    Chart("log_odds", (("log_odds_chosen", "train"),)),
    Chart("log_odds_term", (("log_odds_ratio", "train"),)),
    Chart("reference_point", (("kl", "train"),)),
    Chart("reward_spread", (("min_reward", "lowest"), ("mean_reward", "mean"), ("max_reward", "highest"))),
    Chart("ensemble_spread", (("ensemble/spread", "train"),)),
    Chart("rlhf_reward", (("objective/rlhf_reward", "train"),)),
    Chart("entropy", (("objective/entropy", "train"),)),
    Chart("length", (("completions/mean_length", "train"),)),
    Chart("distinct", (("distinct_1", "train"),)),
    Chart("silent_groups", (("frac_reward_zero_std", "train"),)),
    Chart("clip_fraction", (("policy/clipfrac_avg", "train"),)),
    Chart("approx_kl", (("policy/approxkl_avg", "train"),)),
    Chart("ratio", (("val/ratio", "train"),)),
    Chart("losses", (("loss/policy_avg", "policy"), ("loss/value_avg", "value"))),
    Chart("kl_coef", (("objective/kl_coef", "train"),)),
    Chart("judge_bias", (("judge/first_place_rate", "first_place"), ("judge/consistent", "consistent"))),
    Chart("judge_labels", (("judge/agreement_with_rule", "agreement"), ("judge/confidence", "confidence"))),
    Chart("judge_pairs", (("judge/pairs", "train"),)),
    Chart("judge", (("judge/accuracy", "train"), ("judge/eval_accuracy", "held_out"))),
    Chart("grad_norm", (("grad_norm", "train"),)),
    Chart("learning_rate", (("learning_rate", "train"),)),
)
KNOWN = {metric for chart in CHARTS for metric in (*(metric for metric, _ in chart.lines), *chart.over)}


def charts_for(metrics: Iterable[str]) -> list[Chart]:
    """The charts of a run that logs these metrics; a metric of no chart gets one of its own, under its own name."""
    names = list(metrics)
    known = [chart for chart in CHARTS if any(metric in names for metric, _ in chart.lines)]
    return known + [Chart(name, ((name, name),)) for name in names if name not in KNOWN]
