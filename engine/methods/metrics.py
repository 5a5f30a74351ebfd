"""What each metric is, as a formula, and where it is healthy: the one place that monitors, cards and pages read.

[…] is 1 where the condition holds and 0 otherwise; N rows or answers, M tokens, G groups; D_eval is held out.
"""

import math
from dataclasses import dataclass

from engine.methods.row import Method

VALUE, TIMES_START, FROM_START, FROM_PEAK = "value", "times_start", "from_start", "from_peak"
UP, DOWN, NEITHER = "up", "down", "neither"


@dataclass(frozen=True)
class Healthy:
    """`low` to `high` on one of four scales: the value itself, multiples of what the run began
    with, or the distance from there or from the highest value so far. `goes` says where a good run takes it."""

    goes: str = NEITHER
    low: float = -math.inf
    high: float = math.inf
    scale: str = VALUE


@dataclass(frozen=True)
class Metric:
    """`formula` in the TeX of the chapters."""

    formula: str
    healthy: Healthy


def _share(condition: str, count: str = "N", over: str = "i") -> str:
    return rf"\frac{{1}}{{{count}}} \sum_{over} [{condition}]"


_HELD_OUT = r", \quad D_{\mathrm{eval}}"
_RIGHT = _share(r"\operatorname{rule}(x, y) = 1")
_BETTER = Healthy(UP, 0.5, 1.0)
_SHARE_UP = Healthy(UP, 0.0, 1.0)
_KL = r"\mathbb{E}_{y \sim \pi_\theta}\left[\log\frac{\pi_\theta(y \mid x)}{\pi_{\mathrm{ref}}(y \mid x)}\right]"
_KL_HEALTHY = Healthy(NEITHER, 0.02, 2.0)

METRICS = {
    "loss": Metric(r"\mathcal{L}", Healthy(DOWN)),
    "eval_loss": Metric(r"\mathcal{L}(D_{\mathrm{eval}})", Healthy(DOWN)),
    "loss_at_start": Metric(
        r"\mathcal{L} = \log 2, \quad \pi_\theta = \pi_{\mathrm{ref}}", Healthy(NEITHER, 0.693, 0.694)
    ),
    "grad_norm": Metric(r"\| \nabla_\theta \mathcal{L} \|_2", Healthy()),
    "learning_rate": Metric(r"\eta_t", Healthy()),
    "mean_token_accuracy": Metric(_share(r"\arg\max_v \pi_\theta(v \mid x, y_{<t}) = y_t", "M", "t"), _SHARE_UP),
    # -- preferences
    "rewards/margins": Metric(r"\mathbb{E}[\hat{r}_w - \hat{r}_l]", Healthy(UP)),
    "rewards/chosen": Metric(
        r"\mathbb{E}[\hat{r}_w], \quad \hat{r} = \beta \log\frac{\pi_\theta(y \mid x)}{\pi_{\mathrm{ref}}(y \mid x)}",
        Healthy(UP),
    ),
    "rewards/rejected": Metric(r"\mathbb{E}[\hat{r}_l]", Healthy(DOWN)),
    "rewards/accuracies": Metric(_share(r"\hat{r}_w > \hat{r}_l"), _BETTER),
    "eval_rewards/accuracies": Metric(_share(r"\hat{r}_w > \hat{r}_l") + _HELD_OUT, _BETTER),
    "fresh_rewards/accuracies": Metric(_share(r"\hat{r}_w > \hat{r}_l") + r", \quad D_{\mathrm{new}}", _BETTER),
    "logps/chosen": Metric(r"\mathbb{E}[\log \pi_\theta(y_w \mid x)]", Healthy(UP, low=-1.0, scale=FROM_START)),
    "logps/rejected": Metric(r"\mathbb{E}[\log \pi_\theta(y_l \mid x)]", Healthy(DOWN)),
    "nll_loss": Metric(r"-\mathbb{E}\left[\frac{\log \pi_\theta(y_w \mid x)}{|y_w|}\right]", Healthy(DOWN)),
    "log_odds_chosen": Metric(
        r"\mathbb{E}\left[\log\frac{P(y_w)}{1 - P(y_w)} - \log\frac{P(y_l)}{1 - P(y_l)}\right]", Healthy(UP)
    ),
    "log_odds_ratio": Metric(
        r"\mathbb{E}\left[\log \sigma\left(\log\frac{P(y_w)}{1 - P(y_w)} - \log\frac{P(y_l)}{1 - P(y_l)}\right)\right]",
        Healthy(UP, high=0.0),
    ),
    "kl@kto": Metric(
        r"z_0 = \max\left(0, \mathbb{E}\left[\log\frac{\pi_\theta(y' \mid x)}"
        r"{\pi_{\mathrm{ref}}(y' \mid x)}\right]\right)",
        Healthy(NEITHER, 0.0, 2.0),
    ),
    # -- reward models
    "accuracy": Metric(_share("r_w > r_l"), _BETTER),
    "eval_accuracy": Metric(_share("r_w > r_l") + _HELD_OUT, _BETTER),
    "accuracy@stepwise": Metric(_share("[s > 0] = c"), _BETTER),
    "eval_accuracy@stepwise": Metric(_share("[s > 0] = c") + _HELD_OUT, _BETTER),
    **{
        f"eval_accuracy/step_{step}": Metric(_share(f"[s_{step} > 0] = c_{step}") + _HELD_OUT, _BETTER)
        for step in (1, 2, 3, 4)
    },
    "eval_auc": Metric(r"P(s^+ > s^-) + \frac{1}{2} P(s^+ = s^-), \quad D_{\mathrm{eval}}", _BETTER),
    "margin": Metric(r"\mathbb{E}[r_w - r_l]", Healthy(UP)),
    "ensemble/spread": Metric(r"\mathbb{E}[\operatorname{std}_k(r_w^{(k)} - r_l^{(k)})]", Healthy()),
    "min_reward": Metric(r"\min r", Healthy()),
    "mean_reward": Metric(r"\mathbb{E}[r]", Healthy()),
    "max_reward": Metric(r"\max r", Healthy()),
    # -- online
    "objective/scores": Metric(r"\mathbb{E}_{y \sim \pi_\theta}[r(x, y)]", Healthy(UP)),
    "gold/score": Metric(
        r"\mathbb{E}_{y \sim \pi_\theta}[\operatorname{rule}(x, y)]", Healthy(UP, low=-0.1, scale=FROM_PEAK)
    ),
    "objective/kl": Metric(_KL, _KL_HEALTHY),
    "eval_objective/kl": Metric(_KL + _HELD_OUT, _KL_HEALTHY),
    "objective/rlhf_reward": Metric(r"\mathbb{E}[r - \beta \sum_t k_{1,t}]", Healthy(UP)),
    "objective/entropy": Metric(
        r"-\frac{1}{M} \sum_t \log \pi_\theta(y_t \mid x, y_{<t})", Healthy(DOWN, low=0.1, scale=TIMES_START)
    ),
    "objective/kl_coef": Metric(r"\beta", Healthy()),
    "completions/mean_length": Metric(r"\mathbb{E}[|y|]", Healthy(NEITHER, 0.5, 1.5, TIMES_START)),
    "completions/clipped_ratio": Metric(_share(r"|y| = L_{\max}"), Healthy(DOWN, 0.0, 0.5)),
    "distinct_1": Metric(r"\frac{|\{w\}|}{\sum_i |y_i|}", Healthy(NEITHER, low=0.5, scale=TIMES_START)),
    "frac_reward_zero_std": Metric(
        _share(r"\operatorname{std}(R_1, \dots, R_K) = 0", "G", "g"), Healthy(DOWN, 0.0, 0.9)
    ),
    "kl": Metric(r"\frac{1}{M} \sum_t k_{3,t}", Healthy()),
    "policy/clipfrac_avg": Metric(
        _share(r"\operatorname{clip}(\rho_t) \hat{A}_t < \rho_t \hat{A}_t", "M", "t"), Healthy(NEITHER, 0.0, 0.33)
    ),
    "policy/approxkl_avg": Metric(r"\frac{1}{2M} \sum_t (\log \rho_t)^2", Healthy(NEITHER, 0.0, 0.1)),
    "val/ratio": Metric(r"\frac{1}{M} \sum_t \rho_t", Healthy(NEITHER, 0.8, 1.25)),
    "loss/policy_avg": Metric(r"\mathcal{L}_\pi", Healthy()),
    "loss/value_avg": Metric(r"\mathcal{L}_V", Healthy(DOWN)),
    # -- rules, checkers, judges
    "eval_correct": Metric(_RIGHT + _HELD_OUT, _SHARE_UP),
    "correct/written": Metric(_RIGHT, _SHARE_UP),
    "correct/answers": Metric(_RIGHT, _SHARE_UP),
    "correct/chains": Metric(_share(r"c_{i,1} = \dots = c_{i,4} = 1"), _SHARE_UP),
    "correct/before": Metric(_RIGHT, Healthy()),
    "correct/revised": Metric(_RIGHT, _SHARE_UP),
    "correct/revised_all": Metric(_RIGHT, Healthy()),
    "correct/sentences": Metric(_RIGHT, _SHARE_UP),
    "right/grammar": Metric(_RIGHT, _SHARE_UP),
    "right/manners": Metric(_RIGHT, _SHARE_UP),
    "critique/precision": Metric(r"\frac{TP}{TP + FP}", Healthy(NEITHER, 0.9, 1.0)),
    "critique/recall": Metric(r"\frac{TP}{TP + FN}", Healthy(NEITHER, 0.9, 1.0)),
    "judge/first_place_rate": Metric(_share(r"y_1 \succ y_2"), Healthy(NEITHER, 0.4, 0.6)),
    "judge/consistent": Metric(_share(r"J(y, y') = J(y', y)"), Healthy(NEITHER, 0.8, 1.0)),
    "judge/agreement_with_rule": Metric(_share(r"J(y, y') = \operatorname{rule}(y, y')"), Healthy(NEITHER, 0.8, 1.0)),
    "judge/confidence": Metric(r"\mathbb{E}[\max(p, 1 - p)]", Healthy(NEITHER, 0.5, 1.0)),
    "judge/accuracy": Metric(_share("r_w > r_l"), _BETTER),
    "judge/eval_accuracy": Metric(_share("r_w > r_l") + _HELD_OUT, _BETTER),
    # -- best of n
    "plane/scores": Metric(r"\mathbb{E}[\max_{i \le n} r(x, y_i)]", Healthy(UP)),
    "plane/gold": Metric(
        r"\mathbb{E}[\operatorname{rule}(x, y^*)], \quad y^* = \arg\max_{i \le n} r(x, y_i)",
        Healthy(UP, low=-0.1, scale=FROM_PEAK),
    ),
    "plane/kl": Metric(_KL, _KL_HEALTHY),
    "plane/kl_bound": Metric(r"\log n - \frac{n - 1}{n}", Healthy(UP)),
    "plane/n": Metric("n", Healthy(UP)),
    "plane/different": Metric(r"\mathbb{E}[|\{y_1, \dots, y_n\}|]", Healthy(UP)),
    # -- rounds and generations
    "round/rows": Metric("N", Healthy(DOWN)),
    "distinct_2": Metric(
        r"\frac{|\{(w_t, w_{t+1})\}|}{\sum_i (|y_i| - 1)}", Healthy(NEITHER, low=0.8, scale=TIMES_START)
    ),
    "survivors": Metric(r"|\{\mathrm{form}\}|", Healthy(NEITHER, low=0.8, scale=TIMES_START)),
}
"""By name; `name@method` and `name@data` where one name means something else there."""


def find(name: str, method: Method) -> Metric:
    """The metric that `method` logs as `name`, which may be an arm's ("kto/objective/kl"). Raises KeyError."""
    arm, _, rest = name.partition("/")
    keys = (f"{name}@{method.id}", f"{name}@{method.data}", name, f"{rest}@{arm}", f"{rest}@{method.data}", rest)
    return METRICS[next((key for key in keys if key in METRICS), name)]


def healthy(name: str) -> Healthy:
    """Where a metric is healthy. Raises KeyError."""
    return METRICS[name].healthy
