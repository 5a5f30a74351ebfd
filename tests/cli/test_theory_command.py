"""`preferably theory`: the same numbers as the functions, and every refusal one sentence."""

import json
from pathlib import Path

import pytest

from engine.theory import FORMULAS

VECTORS = json.loads((Path(__file__).parent.parent / "theory" / "vectors.json").read_text(encoding="utf-8"))


def written(value):
    """A value as it is typed in a shell."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{i}-{v['name']}" for i, v in enumerate(VECTORS)])
def test_every_vector_to_nine_digits(vector, document):
    arguments = [f"{name}={written(value)}" for name, value in vector["args"].items()]
    result = document("theory", vector["name"], *arguments)
    assert result.keys() - {"schema"} == vector["result"].keys()
    for key, expected in vector["result"].items():
        assert result[key] == pytest.approx(expected, rel=1e-9, abs=1e-9), key


CHECK = ("theory", "optimal-policy", "prior=0.6,0.4", "reward=1,0", "beta=0.5")


def test_the_worked_check_in_words(invoke):
    lines = dict(line.split("  ", 1) for line in invoke(*CHECK).stdout.splitlines())
    assert lines["policy"].strip() == "(0.917243, 0.0827569)"
    assert lines["Z"].strip() == "4.83343"


def test_json_may_stand_before_or_after(invoke):
    assert invoke("--json", *CHECK).stdout == invoke(*CHECK, "--json").stdout


def test_huge_rewards_are_null_in_the_document_and_said_in_words(document, invoke):
    huge = ("theory", "optimal-policy", "prior=0.6,0.4", "reward=400,-400", "beta=0.3")
    result = document(*huge)
    assert result["Z"] is None
    assert result["policy"] == [1, 0]
    assert "too large" in invoke(*huge).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("optimal-polcy",),
        ("optimal-policy", "prior=0.6,0.4", "reward=1,0", "beta=0"),
        ("optimal-policy", "prior=0.6,0.4", "reward=1,nan", "beta=1"),
        ("optimal-policy", "prior=0.6,0.4", "reward=1,0"),
        ("optimal-policy", "prior=0.6,0.4", "reward=1,0", "beta=1", "gamma=1"),
        ("optimal-policy", "prior=0.6,0.4", "reward=1,0", "beta=1", "beta=2"),
        ("optimal-policy", "beta"),
        ("win-rate", "wins=0", "ties=0", "losses=0"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_refusal_is_one_sentence_and_exit_code_2(arguments, language, invoke, document):
    result = invoke("theory", *arguments, "--language", language)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    said = document("theory", *arguments, "--language", language, exit_code=2)
    assert said["error"]["message"] == result.stderr.strip()


def test_what_beta_tends_to_is_said_where_beta_is_refused(invoke):
    said = invoke("theory", "optimal-policy", "prior=1", "reward=1", "beta=0").stderr
    assert "optimal-policy-limits" in said


def test_without_a_name_every_formula_is_listed(invoke, document):
    assert {row["name"] for row in document("theory")["formulas"]} == FORMULAS.keys()
    listed = invoke("theory", "--language", "es").stdout
    assert all(name in listed for name in FORMULAS)
    assert "la pérdida de DPO" in listed
