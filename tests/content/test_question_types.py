"""Vectors, expressions, choices of several, orders, steps and free words: what each accepts and what it says."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.errors import ContentError
from content.questions import Question, as_typed, check, draw, from_mapping, read_as, right_answer, sentence
from content.text import LANGUAGES

FILE = Path("04-dpo.md")


def question(**settings: Any) -> Question:
    return from_mapping({"id": "04-q", "prompt": "?", **settings}, FILE, 1)


POLICY = question(
    type="vector",
    answer=[0.917, 0.083],
    tolerance=0.001,
    range=[0, 1],
    mistakes=[{"name": "beta_ignored", "answer": [0.803, 0.197]}],
)
LOSS = question(
    type="expression",
    answer="-log(sigmoid(β*(a - b)))",
    symbols={"β": [0.1, 2], "a": [-2, 2], "b": [-2, 2]},
    mistakes=[{"name": "beta_ignored", "answer": "-log(sigmoid(a - b))"}, {"text": "Turned.", "answer": "β*(b - a)"}],
)
SEVERAL = question(type="several", answer=[1, 3], options=["prompts", "a critic", "pairs", "samples"])
ORDER = question(
    type="order",
    answer=[2, 1, 3],
    options=["goed", "went", "wented"],
    mistakes=[{"text": "Upside down.", "answer": [3, 1, 2]}],
)


@pytest.mark.parametrize(
    ("asked", "typed", "code"),
    [
        (POLICY, "0.917 0.083", "correct"),
        (POLICY, "0,917; 0,083", "correct"),
        (POLICY, "(0.917, 0.083)", "correct"),
        (POLICY, "0.803 0.197", "mistake"),
        (POLICY, "4.4334 0.4000", "not_normalised"),
        (POLICY, "91.7 8.3", "not_normalised"),
        (POLICY, "0.92 0.08", "too_coarse"),
        (POLICY, "0.8 0.2", "wrong"),
        (POLICY, "1.2 −0.2", "out_of_domain"),
        (POLICY, "0.917", "unparsed"),
        (LOSS, "-log(sigmoid(β*(a-b)))", "correct"),
        (LOSS, "log(1 + exp(−beta·(a − b)))", "correct"),
        (LOSS, "-ln(1/(1+exp(beta*b-beta*a)))", "correct"),
        (LOSS, "-log(σ(a - b))", "mistake"),
        (LOSS, "β(b − a)", "unparsed"),
        (LOSS, "β·(b − a)", "mistake"),
        (LOSS, "-log(σ(β·(b - a)))", "counterexample"),
        (LOSS, "log(a)", "counterexample"),
        (LOSS, "-log(σ(β·(a - c)))", "out_of_domain"),
        (LOSS, "-log(σ(β·(a - b))", "unparsed"),
        (LOSS, "__import__('os').system('true')", "unparsed"),
        (LOSS, "9**9**9", "counterexample"),
        (SEVERAL, "1 3", "correct"),
        (SEVERAL, "c, a", "correct"),
        (SEVERAL, "31", "correct"),
        (SEVERAL, "ac", "correct"),
        (SEVERAL, "pairs; prompts", "correct"),
        (SEVERAL, "1", "partly"),
        (SEVERAL, "1 2 3", "partly"),
        (SEVERAL, "2 4", "wrong"),
        (SEVERAL, "1 1", "unparsed"),
        (SEVERAL, "5", "unparsed"),
        (ORDER, "2 1 3", "correct"),
        (ORDER, "b > a > c", "correct"),
        (ORDER, "went, goed, wented", "correct"),
        (ORDER, "213", "correct"),
        (ORDER, "3 1 2", "mistake"),
        (ORDER, "1 2 3", "partly"),
        (ORDER, "3 2 1", "wrong"),
        (ORDER, "2 1", "unparsed"),
    ],
)
def test_verdicts(asked: Question, typed: str, code: str) -> None:
    verdict = check(asked, typed)
    assert verdict.code == code
    assert verdict.counts == (code not in ("unparsed", "out_of_domain"))
    for language in LANGUAGES:
        said = sentence(verdict, language)
        assert said
        assert "{" not in said


@pytest.mark.parametrize("asked", [POLICY, LOSS, SEVERAL, ORDER, question(type="free", explanation="!")])
def test_nothing_typed_costs_nothing(asked: Question) -> None:
    for blank in ("", "  ", "\n"):
        assert (check(asked, blank).code, check(asked, blank).counts) == ("unparsed", False)


def test_a_named_mistake_is_said_in_the_language_with_its_own_sentence_after_it() -> None:
    both = question(
        type="number", answer=1, mistakes=[{"name": "sign_flipped", "text": "Own words.", "answer": -1}], tolerance=0.1
    )
    verdict = check(both, "-1")
    assert verdict.params == {"name": "sign_flipped", "text": "Own words."}
    english, spanish = (sentence(verdict, language) for language in ("en", "es"))
    assert english.startswith("Not yet. The size is right")
    assert english.endswith(" Own words.")
    assert "signo" in spanish


def test_the_counterexample_can_be_checked_by_hand() -> None:
    product = question(type="expression", answer="β*r", symbols={"β": [0.5, 2], "r": [1, 3]})
    verdict = check(product, "r/β")
    at = dict(part.split(" = ") for part in verdict.params["at"].split(", "))
    beta, reward = float(at["β"]), float(at["r"])
    assert float(verdict.params["yours"]) == pytest.approx(reward / beta, rel=1e-3)
    assert float(verdict.params["right"]) == pytest.approx(reward * beta, rel=1e-3)
    assert verdict.params["at"] in sentence(verdict, "en")


def test_where_an_expression_has_no_value_is_said() -> None:
    verdict = check(LOSS, "log(a − 5)")
    assert verdict.params["yours"] == ""
    assert "no value" in sentence(verdict, "en")


def test_an_error_says_where_and_why() -> None:
    verdict = check(LOSS, "β·(a − b")
    assert (verdict.params["why"], verdict.params["position"]) == ("unclosed", 3)
    assert "character 3" in sentence(verdict, "en")
    assert "never closed" in sentence(verdict, "en")
    unknown = check(LOSS, "a + reward")
    assert "“reward” (character 5)" in sentence(unknown, "en")
    assert "beta, a, b" in sentence(unknown, "en")


def test_how_many_are_right_is_said() -> None:
    assert check(SEVERAL, "1 2 3").params == {"kind": "several", "right": 2, "count": 2, "extra": 1}
    assert check(SEVERAL, "1").params == {"kind": "several", "right": 1, "count": 2, "extra": 0}
    assert check(ORDER, "1 2 3").params == {"kind": "order", "right": 1, "count": 3, "extra": 0}


def test_the_factor_of_weights_is_said() -> None:
    assert check(POLICY, "4.4334 0.4").params == {"factor": "4.833"}


@pytest.mark.parametrize(
    ("asked", "typed", "shown"),
    [
        (POLICY, "11/12 1/12", "0.916667, 0.0833333"),
        (POLICY, "0,9 0,1", "0.9, 0.1"),
        (LOSS, "-log(sigmoid(beta*(a-b)))", "−log(σ(β · (a − b)))"),
        (LOSS, "a/b", "a/b"),
        (LOSS, "a/(b", ""),
        (LOSS, "a + c", ""),
        (SEVERAL, "31", "prompts; pairs"),
        (ORDER, "b a c", "went → goed → wented"),
        (ORDER, "b a", ""),
    ],
)
def test_how_an_answer_is_understood_is_shown(asked: Question, typed: str, shown: str) -> None:
    assert read_as(asked, typed) == shown


def test_the_right_answer_in_words() -> None:
    assert right_answer(POLICY) == "0.917, 0.083"
    assert right_answer(LOSS) == "−log(σ(β · (a − b)))"
    assert right_answer(SEVERAL) == "prompts; pairs"
    assert right_answer(ORDER) == "went → goed → wented"
    assert check(LOSS, right_answer(LOSS)).code == "correct"
    assert as_typed(LOSS, LOSS.mistakes[1].expression) == "β · (b − a)"


STEPS = {
    "type": "steps",
    "prompt": "From the closed form to DPO.",
    "explanation": "All of it.",
    "steps": [
        {"type": "choice", "prompt": "First?", "options": ["take logs", "sum up"], "answer": 1, "explanation": "So."},
        {"type": "expression", "prompt": "Then?", "symbols": {"a": [1, 2]}, "answer": "log(a)", "explanation": "So."},
    ],
}


def test_a_derivation_is_answered_step_by_step() -> None:
    derivation = question(**STEPS)
    assert [step.id for step in derivation.steps] == ["04-q.1", "04-q.2"]
    assert [check(step, typed).code for step, typed in zip(derivation.steps, ("1", "ln(a)"), strict=True)] == [
        "correct",
        "correct",
    ]
    with pytest.raises(ValueError, match="steps"):
        check(derivation, "1")


def test_steps_share_the_numbers_of_the_derivation() -> None:
    def compute(name: str, arguments: Any) -> dict[str, Any]:
        return {"double": 2 * arguments["n"]}

    steps = [
        {"type": "number", "prompt": "Twice {n}?", "answer": "double", "decimals": 0, "explanation": "{double}"},
        {"type": "number", "prompt": "And one more than {double}?", "answer": "double + 1", "decimals": 0},
    ]
    derivation = question(type="steps", explanation="{n}", draw={"n": [3, 4, 5]}, formula="twice", steps=steps)
    drawn = draw(derivation, 7, compute)
    n = drawn.drawn["n"] if drawn.drawn else 0
    assert (drawn.explanation, drawn.steps[0].explanation) == (str(n), str(2 * n))
    assert drawn.steps[1].prompt == f"And one more than {2 * n}?"
    assert check(drawn.steps[0], str(2 * n)).code == check(drawn.steps[1], str(2 * n + 1)).code == "correct"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"type": "vector", "answer": 3}, "answer"),
        ({"type": "several", "answer": [1, 1], "options": ["a", "b"]}, "answer"),
        ({"type": "several", "answer": [3], "options": ["a", "b"]}, "answer"),
        ({"type": "order", "answer": [1, 2], "options": ["a", "b", "c"]}, "answer"),
        ({"type": "order", "answer": [1, 2]}, "options"),
        ({"type": "choice", "answer": 1, "options": ["a", "a"]}, "options"),
        ({"type": "expression", "answer": "a"}, "symbols"),
        ({"type": "expression", "answer": "a", "symbols": {}}, "symbols"),
        ({"type": "expression", "answer": "a", "symbols": {"a": 1}}, "symbols"),
        ({"type": "expression", "answer": "a", "symbols": {"a": [2, 1]}}, "symbols"),
        ({"type": "expression", "answer": "a*c", "symbols": {"a": [1, 2]}}, "answer"),
        ({"type": "expression", "answer": "a*", "symbols": {"a": [1, 2]}}, "answer"),
        ({"type": "number", "answer": 1, "symbols": {"a": [1, 2]}}, "symbols"),
        ({"type": "number", "answer": 1, "decimals": -1}, "decimals"),
        ({"type": "choice", "answer": 1, "options": ["a", "b"], "decimals": 1}, "decimals"),
        ({"type": "number", "answer": 1, "range": [1]}, "range"),
        ({"type": "number", "answer": "a"}, "answer"),
        ({"type": "number", "answer": "a", "draw": {"b": [1]}}, "answer"),
        ({"type": "number", "answer": "a", "draw": {"a": []}}, "draw"),
        ({"type": "number", "answer": "a", "draw": {"a": 1}}, "draw"),
        ({"type": "number", "answer": "a", "draw": {"a": [None]}}, "draw"),
        ({"type": "number", "answer": "a", "draw": {"a": [1]}, "arguments": {"a": "1/a"}}, "arguments"),
        ({"type": "number", "answer": "x", "formula": "f", "arguments": {"a": "1/"}}, "arguments"),
        ({"type": "number", "answer": "x", "formula": 3}, "formula"),
        ({"type": "number", "answer": 1, "mistakes": [{"name": "sign_flipped"}]}, "mistakes"),
        ({"type": "number", "answer": 1, "mistakes": [{"answer": -1}]}, "mistakes"),
        ({"type": "number", "answer": 1, "hints": "look"}, "hints"),
        ({"type": "number", "answer": 1, "rubric": ["point"]}, "rubric"),
        ({"type": "steps"}, "steps"),
        ({"type": "steps", "steps": []}, "steps"),
        ({"type": "steps", "answer": 1, "steps": STEPS["steps"]}, "answer"),
        ({"type": "steps", "steps": [{"type": "free", "prompt": "?", "explanation": "!"}]}, "type"),
        ({"type": "free", "explanation": "!", "mistakes": [{"name": "x", "answer": 1}]}, "mistakes"),
        ({"type": "number", "answer": "a", "draw": {"a": [1]}, "prompt": "{a"}, "{a"),
        ({"type": "number", "answer": "a", "draw": {"a": [1]}, "prompt": "{a:>9}"}, "{a:>9}"),
        ({"type": "number", "answer": "a", "draw": {"a": [1]}, "prompt": "{a.real}"}, "{a.real}"),
    ],
)
def test_a_question_written_wrongly_is_refused_by_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(ContentError) as caught:
        from_mapping({"id": "q", "prompt": "?", **change}, FILE, 12)
    assert caught.value.code == "content.question"
    assert (caught.value.params["key"], caught.value.params["line"]) == (key, 12)


@pytest.mark.parametrize(
    "change",
    [
        {"mistakes": [{"nam": "sign_flipped", "answer": -1}]},
        {"type": "steps", "steps": [{"type": "number", "prompt": "?", "answer": 1, "draw": {"a": [1]}}]},
    ],
)
def test_an_unknown_key_within_is_refused_too(change: dict[str, Any]) -> None:
    written = {"id": "q", "prompt": "?", "type": "number", "answer": 1, **change}
    if written["type"] == "steps":
        del written["answer"]
    with pytest.raises(ContentError) as caught:
        from_mapping(written, FILE, 12)
    assert caught.value.code == "content.unknown_key"


@settings(deadline=None)  # the first example imports what the rest needs
@given(st.text(max_size=120))
def test_any_text_gets_a_verdict(typed: str) -> None:
    for asked in (POLICY, LOSS, SEVERAL, ORDER):
        verdict = check(asked, typed)
        assert isinstance(read_as(asked, typed), str)
        for language in LANGUAGES:
            assert sentence(verdict, language)
