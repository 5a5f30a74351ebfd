"""Arguments outside a formula's domain are refused by name, and no refusal is ever a NaN."""

import json
import math
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.text import LANGUAGES, sentences
from engine.errors import Problem
from engine.theory import FORMULAS, compute, dpo, wilson

OPTIMAL = {"prior": [0.6, 0.4], "reward": [1, 0], "beta": 0.5}
DPO = {"policy_chosen": -1, "policy_rejected": -2, "ref_chosen": -1, "ref_rejected": -2, "beta": 0.1}
IPO = {**{name: value for name, value in DPO.items() if name != "beta"}, "tau": 0.1}
GOLD = {"alpha": 1, "beta": 1, "kl": 1, "form": "rl"}
SIMPO = {"logp_chosen": -1, "length_chosen": 2, "logp_rejected": -1, "length_rejected": 2, "beta": 2, "gamma": 0.5}

REFUSED = [
    ("optimal-policy", {**OPTIMAL, "prior": [1.1, -0.1]}, "prior", "distribution"),
    ("optimal-policy", {**OPTIMAL, "prior": [0.6, 0.400002]}, "prior", "distribution"),
    ("optimal-policy", {**OPTIMAL, "prior": []}, "prior", "distribution"),
    ("optimal-policy", {**OPTIMAL, "reward": [1, 0, 0]}, "reward", "same_length"),
    ("optimal-policy", {**OPTIMAL, "reward": [1, math.nan]}, "reward", "numbers"),
    ("optimal-policy", {**OPTIMAL, "reward": [1, math.inf]}, "reward", "numbers"),
    ("optimal-policy", {**OPTIMAL, "reward": "1,x"}, "reward", "numbers"),
    ("optimal-policy", {**OPTIMAL, "beta": 0}, "beta", "beta"),
    ("optimal-policy", {**OPTIMAL, "beta": -1}, "beta", "beta"),
    ("optimal-policy", {**OPTIMAL, "beta": "nan"}, "beta", "beta"),
    ("optimal-policy", {**OPTIMAL, "beta": "1/0"}, "beta", "beta"),
    ("optimal-policy", {**OPTIMAL, "beta": True}, "beta", "beta"),
    ("optimal-policy", {**OPTIMAL, "beta": None}, "beta", "beta"),
    ("implicit-reward", {"policy": [1, 0], "prior": [0.5, 0.5], "beta": 1}, "policy", "positive_distribution"),
    ("bradley-terry", {"chosen": "one", "rejected": 0}, "chosen", "number"),
    ("dpo", {**DPO, "policy_chosen": 0.1}, "policy_chosen", "log_probability"),
    ("dpo", {**DPO, "label_smoothing": 0.6}, "label_smoothing", "smoothing"),
    ("ipo", {**IPO, "tau": 0}, "tau", "positive"),
    ("kto", {"log_ratio": 1, "desirable": "maybe", "z0": 0, "beta": 1}, "desirable", "truth"),
    ("kto", {"log_ratio": 1, "desirable": True, "z0": -0.1, "beta": 1}, "z0", "not_negative"),
    ("orpo", {"mean_logp_chosen": 0, "mean_logp_rejected": -1, "lam": 1}, "mean_logp_chosen", "mean_log_probability"),
    ("simpo", {**SIMPO, "length_chosen": 0}, "length_chosen", "integer"),
    ("simpo", {**SIMPO, "length_chosen": 1.5}, "length_chosen", "integer"),
    ("ppo-clip", {"ratio": -0.1, "advantage": 1}, "ratio", "not_negative"),
    ("ppo-clip", {"ratio": 1, "advantage": 1, "epsilon": 1}, "epsilon", "share_below_1"),
    ("ppo-clip", {"ratio": 1, "advantage": 1, "epsilon": -0.1}, "epsilon", "share_below_1"),
    ("gae", {"rewards": [1, 2], "values": [1]}, "values", "same_length"),
    ("gae", {"rewards": [1], "values": [1], "gamma": 1.1}, "gamma", "share"),
    ("grpo-advantages", {"rewards": [1]}, "rewards", "numbers"),
    ("rloo-advantages", {"rewards": "1"}, "rewards", "numbers"),
    ("ranking-pairs", {"ranking": [1, 3], "rewards": [1, 2]}, "ranking", "ranking"),
    ("beta-table", {"prior": [1], "reward": [1], "betas": [1, 0]}, "betas", "positive_numbers"),
    ("kl-convergence", {"policy": [1], "reference": [1], "samples": 0}, "samples", "integer"),
    ("group-advantages", {"rewards": [1]}, "rewards", "numbers"),
    ("kl", {"policy": [0.5, 0.5], "reference": [1, 0]}, "reference", "covers"),
    ("kl", {"policy": [0.5, 0.5], "reference": [0.5, 0.3, 0.2]}, "reference", "same_length"),
    ("kl-estimators", {"policy_logps": [0.5], "ref_logps": [-1]}, "policy_logps", "log_probabilities"),
    ("best-of-n", {"n": 0}, "n", "integer"),
    ("best-of-n", {"n": "many"}, "n", "integer"),
    ("overoptimisation", {**GOLD, "kl": -1}, "kl", "not_negative"),
    ("overoptimisation", {**GOLD, "form": "ppo"}, "form", "choice"),
    ("win-rate", {"wins": 0, "ties": 0, "losses": 0}, "wins, ties, losses", "comparisons"),
    ("optimal-policy", {**OPTIMAL, "beta": "0,5"}, "beta", "decimal_point"),
    ("win-rate", {"wins": "2,5", "ties": 0, "losses": 0}, "wins", "decimal_point"),
    ("win-rate", {"wins": -1, "ties": 2, "losses": 0}, "wins", "integer"),
    ("wilson", {"successes": 3, "n": 2}, "successes", "integer"),
    ("pass-at-k", {"n": 5, "c": 6, "k": 1}, "c", "integer"),
    ("pass-at-k", {"n": 5, "c": 1, "k": 6}, "k", "integer"),
    ("pass-at-k", {"n": 5, "c": 1, "k": 0}, "k", "integer"),
]


@pytest.mark.parametrize(("name", "arguments", "argument", "need"), REFUSED)
def test_what_is_out_of_the_domain_is_refused_by_name(name, arguments, argument, need):
    with pytest.raises(Problem) as caught:
        compute(name, arguments)
    assert caught.value.code == "theory.out_of_domain"
    assert caught.value.exit_code == 2
    assert caught.value.params["name"] == name
    assert caught.value.params["argument"] == argument
    assert caught.value.params["need"] == need


def test_a_direct_call_is_refused_just_the_same():
    with pytest.raises(Problem):
        dpo(-1, -2, -1, -2, beta=0)
    with pytest.raises(Problem):
        wilson(1, 0)


def test_unknown_names_point_to_the_known_ones():
    with pytest.raises(Problem) as caught:
        compute("bradly-tery", {})
    assert caught.value.code == "theory.unknown_formula_close"
    assert caught.value.params["closest"] == "bradley-terry"
    with pytest.raises(Problem) as caught:
        compute("zzz", {})
    assert caught.value.code == "theory.unknown_formula"
    with pytest.raises(Problem) as caught:
        compute("optimal-policy", {**OPTIMAL, "temperature": 1})
    assert caught.value.code == "theory.unknown_argument"
    assert caught.value.params["known"] == "prior, reward, beta"
    with pytest.raises(Problem) as caught:
        compute("optimal-policy", {"prior": [1], "reward": [1]})
    assert (caught.value.code, caught.value.params["argument"]) == ("theory.missing_argument", "beta")


def test_a_result_too_large_for_a_float_is_refused():
    with pytest.raises(Problem) as caught:
        compute("ipo", {**IPO, "tau": 1e-300})
    assert caught.value.code == "theory.too_large"


def test_arguments_are_read_as_a_shell_or_a_chapter_writes_them():
    written = {"prior": "2/3, 1/3", "reward": "1,0", "beta": "0.5"}
    assert compute("optimal-policy", written) == compute(
        "optimal-policy", {"prior": [2 / 3, 1 / 3], "reward": (1, 0), "beta": 0.5}
    )
    assert compute("kto", {"log_ratio": "1", "desirable": "True", "z0": "0", "beta": "1"})["loss"] > 0
    assert compute("best-of-n", {"n": "4.0"}) == compute("best-of-n", {"n": 4})


anything = st.one_of(
    st.floats(), st.integers(-10, 10), st.text(string.printable, max_size=8), st.booleans(), st.none(),
    st.lists(st.one_of(st.floats(), st.floats(-1, 1)), max_size=4),
    st.sampled_from(["0.5", "1,0", "0.5,0.5", [0.5, 0.5], [1, 0], "true", "rl", "bon", 1e308, 1e-308, 5e-324]),
)


@given(st.data())
def test_any_arguments_give_numbers_or_a_problem_never_nan(data):
    formula = FORMULAS[data.draw(st.sampled_from(sorted(FORMULAS)))]
    arguments = {parameter.name: data.draw(anything) for parameter in formula.parameters}
    try:
        result = compute(formula.name, arguments)
    except Problem:
        return
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_need_has_its_words_in_every_language(language):
    needs = {need for *_, need in REFUSED}
    assert {f"problems_theory.need_{need}" for need in needs} <= sentences(language).keys()


def test_importing_the_theory_loads_no_tensor_library():
    source = "import sys, engine.theory; print(sorted({'torch', 'numpy', 'sqlite3'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout.strip() == "[]"
