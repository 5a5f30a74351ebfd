"""A reward model on trial: what it knows of held-out pairs, whether it knows how much it knows, and what it is partial
to; and what all of that, with its best-of-N curve, comes to in plain words."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import torch

from engine.errors import Problem
from engine.evaluate import gates
from engine.evaluate.intervals import bootstrap
from engine.models.policy import RewardModel
from engine.theory import noise_ceiling
from engine.world.preferences import held_out_pairs
from engine.world.rule import grade

PAIRS = 500
BINS = 10
Detail = dict[str, Any]
Row = Mapping[str, Any]


@torch.no_grad()
def gaps(model: RewardModel, pairs: Sequence[Row]) -> list[float]:
    """r(chosen) − r(rejected) of each pair."""
    batch = model.policy.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])
    scores = model.rewards(batch)
    found: list[float] = (scores[:, 0] - scores[:, 1]).tolist()
    return found


def exam(model: RewardModel, seed: int) -> list[Detail]:
    """Accuracy, calibration and length on held-out pairs whose better answer is known, as the details of a gate."""
    pairs = held_out_pairs(seed, PAIRS)
    found = gaps(model, pairs)
    hits = [gap > 0 for gap in found]
    return [gates.accuracy("accuracy_500", hits), *calibration(found), *length(pairs, found)]


def calibration(found: Sequence[float]) -> list[Detail]:
    """How sure the model is on average, σ(|Δr|); that less its accuracy; and the expected calibration error, the mean
    distance of the two in ten bins of sureness (Guo et al. 2017, arXiv:1706.04599, eq. 5).

    Worked number: gaps (2, 2, −2) are 0.8808 sure and right in 2 of 3, so overconfident by 0.2141.
    """
    sure = torch.tensor(found, dtype=torch.float64).abs().sigmoid().tolist()
    hits = [float(gap > 0) for gap in found]
    over = [confidence - hit for confidence, hit in zip(sure, hits, strict=True)]
    bins: dict[int, list[float]] = {}
    for confidence, surplus in zip(sure, over, strict=True):
        bins.setdefault(min(BINS - 1, int((2 * confidence - 1) * BINS)), []).append(surplus)
    error = sum(abs(sum(surplus)) for surplus in bins.values()) / len(over)
    return [
        gates.detail("sureness", sum(sure) / len(sure)),
        gates.estimated("overconfidence", bootstrap(over)),
        gates.detail("calibration_error", error),
    ]


def length(pairs: Sequence[Row], found: Sequence[float]) -> list[Detail]:
    """Among pairs of unlike length, how often the model prefers the longer answer, how often it is the better one, and
    the difference of the two. No rows where all are of one length."""
    prefers, deserves = [], []
    for row, gap in zip(pairs, found, strict=True):
        more = len(row["chosen"]) - len(row["rejected"])
        if more:
            prefers.append((gap > 0) == (more > 0))
            deserves.append(more > 0)
    if not prefers:
        return []
    bias = gates.difference([float(each) for each in prefers], [float(each) for each in deserves])
    return [
        gates.accuracy("longer_preferred", prefers),
        gates.detail("longer_better", sum(deserves) / len(deserves)),
        gates.estimated("longer_bias", bias),
    ]


def labelled(rows: Sequence[Row]) -> list[Detail]:
    """How many of someone's labels there are to learn from, and how often the rule says the same where it sees a
    difference; prompts that it doesn't know are left out."""
    agreed = []
    for row in rows:
        with suppress(Problem):
            better, worse = (grade(row["prompt"], row[side]).score for side in ("chosen", "rejected"))
            agreed += [better > worse] if better != worse else []
    return [
        gates.detail("labels_trained", len(rows)),
        *([gates.accuracy("labels_as_rule", agreed)] if agreed else []),
    ]


def ceiling(model: RewardModel, test: Sequence[Row], repeats: Sequence[Row]) -> list[Detail]:
    """On someone's own labels that no model was trained on: how often the model says the same, how often they say the
    same twice, and the most that any model could reach on labels of such a rater."""
    details = []
    if test:
        details.append(gates.accuracy("accuracy_own", [gap > 0 for gap in gaps(model, test)]))
    if repeats:
        same = gates.accuracy("self_agreement", [row["same"] for row in repeats])
        details.append(same)
        if same["value"] >= 0.5:
            ends = [noise_ceiling(max(0.5, same[end]), same["value"]).ceiling for end in ("value", "low", "high")]
            details.append(gates.detail("noise_ceiling", *ends))
    return details


# -- the verdict


def verdict(gate: Mapping[str, Any], *, shipped: bool) -> list[dict[str, Any]]:
    """What the figures of a gate come to: `code` of a sentence "verdict.<code>" and its `params`, weightiest first.

    An interval that holds 0 is never read as a finding. `shipped` pairs have no noise that would bound the accuracy.
    """
    found = {row["id"]: row for row in gate["details"]}

    def sign(name: str) -> int:
        return int(found[name]["low"] > 0) - int(found[name]["high"] < 0)

    values = {name: row["value"] for name, row in found.items()}
    said = [_said("useful" if gate["passed"] else "useless", gain=gate["value"])]
    turn = {"peak": values["gold_peak"], "end": values["gold_largest"], "n": values["peak_n"]}
    turned = sign("fall") > 0
    said.append(_said("turns" if turned else "holds", largest=values["largest_n"], **turn))
    if "overconfidence" in found:
        code = {1: "overconfident", 0: "calibrated", -1: "underconfident"}[sign("overconfidence")]
        said.append(_said(code, sure=values["sureness"], right=values["accuracy_500"]))
    if "longer_bias" in found:
        code = {1: "longer", 0: "no_length_bias", -1: "shorter"}[sign("longer_bias")]
        said.append(_said(code, prefers=values["longer_preferred"], better=values["longer_better"]))
    if "noise_ceiling" in found and "accuracy_own" in found:
        below = found["accuracy_own"]["high"] < values["noise_ceiling"]
        said.append(
            _said(
                "below_ceiling" if below else "at_ceiling", own=values["accuracy_own"], ceiling=values["noise_ceiling"]
            )
        )
    else:
        said.append(_said("ceiling_shipped" if shipped else "ceiling_unknown"))
    return said


def _said(code: str, **params: float) -> dict[str, Any]:
    return {"code": code, "params": params}
