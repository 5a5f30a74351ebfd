"""Fresh numbers: what a draw computes, how it prints, which draws it refuses, and that the same seed gives the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.errors import ContentError
from content.questions import Question, another, check, draw, from_mapping, right_answer
from content.questions.placeholders import fill, shown
from engine.errors import Problem
from engine.theory import compute

FILE = Path("03-ppo.md")


def question(**settings: Any) -> Question:
    return from_mapping({"id": "03-q", "type": "number", "prompt": "?", **settings}, FILE, 12)


TILT = question(
    prompt="prior {prior}, rewards {reward}, β = {beta}?",
    draw={"beta": [0.25, 0.5, 1, 2], "prior": [[0.6, 0.4], [0.7, 0.3]], "reward": [[1, 0], [2, 0.5]]},
    formula="optimal-policy",
    answer="policy[0]",
    decimals=3,
    mistakes=[
        {"name": "beta_multiplied", "arguments": {"beta": "1/beta"}},
        {"name": "beta_ignored", "arguments": {"beta": 1}},
        {"name": "not_normalised", "answer": "weights[0]"},
        {"name": "reference_left_out", "arguments": {"prior": [0.5, 0.5]}},
        {"text": "The prior is {prior[0]}.", "answer": "prior[0]"},
    ],
    hints=["Look.", "π* = … / Z", "exp({reward[0]}/{beta}) = {exp(reward[0]/beta):.3f}"],
    explanation="weights {weights:.2f}, Z = {Z:.3f}, π* = {policy:.3f}",
)


def test_a_draw_by_hand() -> None:
    """The worked check of chapter 03: (0.6, 0.4), rewards (1, 0), β = 0.5 give 0.917."""
    template = question(
        prompt="{beta} and {prior}",
        draw={"beta": [0.5], "prior": [[0.6, 0.4]], "reward": [[1, 0]]},
        formula="optimal-policy",
        answer="policy[0]",
        decimals=3,
        explanation="{weights:.4f}, Z = {Z:.4f}, {policy}, {100*policy[0]:.1f} %, {-beta}, {{x}}",
    )
    drawn = draw(template, 1, compute)
    assert drawn.prompt == "0.5 and (0.6, 0.4)"
    assert drawn.explanation == "(4.4334, 0.4000), Z = 4.8334, (0.9172, 0.0828), 91.7 %, −0.5, {x}"
    assert right_answer(drawn) == "0.917"
    assert drawn.drawn == {"beta": 0.5, "prior": [0.6, 0.4], "reward": [1, 0]}
    assert (drawn.template, drawn.seed, drawn.fresh, drawn.to_draw) == (template, 1, True, False)


@settings(deadline=None)  # the first example imports what the rest needs
@given(st.integers(0, 10**6))
def test_at_every_seed_right_and_wrong_answers_differ_and_each_mistake_is_named(seed: int) -> None:
    drawn = draw(TILT, seed, compute)
    assert drawn.drawn
    assert drawn.drawn["beta"] != 1  # dividing, multiplying and leaving out would be one thing
    assert check(drawn, right_answer(drawn)).code == "correct"
    answers = [drawn.values, *(mistake.values for mistake in drawn.mistakes)]
    assert all(abs(x[0] - y[0]) > 0.003 for number, x in enumerate(answers) for y in answers[number + 1 :])
    for mistake in drawn.mistakes:
        verdict = check(drawn, f"{float(mistake.values[0]):.3f}")
        assert (verdict.code, verdict.params["name"]) == ("mistake", mistake.name)
    right = compute("optimal-policy", drawn.drawn)
    turned = compute("optimal-policy", {**drawn.drawn, "beta": 1 / drawn.drawn["beta"]})
    assert float(drawn.values[0]) == right["policy"][0]
    assert float(drawn.mistakes[0].values[0]) == turned["policy"][0]
    assert drawn.mistakes[4].text == f"The prior is {drawn.drawn['prior'][0]}."


def test_the_same_seed_draws_the_same_and_seeds_differ() -> None:
    assert draw(TILT, 5, compute) == draw(TILT, 5, compute)
    assert len({draw(TILT, seed, compute).prompt for seed in range(30)}) > 5


def test_another_draw_has_other_numbers() -> None:
    drawn = draw(TILT, 5, compute)
    for _ in range(20):
        following = another(drawn, compute)
        assert following.prompt != drawn.prompt
        drawn = following


def test_what_needs_no_draw_is_returned_as_it_is() -> None:
    plain = question(answer=3)
    assert draw(plain, 1, compute) is plain
    assert not plain.fresh
    assert another(plain, compute) is plain


def test_a_template_is_not_checked() -> None:
    with pytest.raises(ValueError, match="draw"):
        check(TILT, "0.9")


def test_a_fixed_question_may_be_computed_too() -> None:
    arguments = {"prior": [0.6, 0.4], "reward": [1, 0], "beta": 0.5}
    fixed = question(type="vector", formula="optimal-policy", answer="policy", arguments=arguments)
    drawn = draw(fixed, 0, compute)
    assert not drawn.fresh
    assert right_answer(drawn) == "0.917, 0.083"
    alone = draw(question(answer="log(100/80)", decimals=4), 0, compute)
    assert right_answer(alone) == "0.2231"


def test_arguments_are_expressions_lists_and_words_and_other_variables_stay_out() -> None:
    seen: list[tuple[str, Mapping[str, Any]]] = []

    def record(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := set(arguments) - {"a", "b", "form", "sure"}:
            raise Problem("theory.unknown_argument", name=name, argument=unknown.pop(), known="a, b, form, sure")
        seen.append((name, dict(arguments)))
        return {"result": 1.5}

    template = question(
        draw={"β": [2], "a": [7], "who": ["went"]},
        formula="f",
        arguments={"b": ["β", "1/β", 3], "form": "rl", "sure": True},
        answer="result",
        prompt="{who} {β}",
    )
    assert draw(template, 0, record).prompt == "went 2"
    assert seen == [("f", {"a": 7, "b": [2, 0.5, 3], "form": "rl", "sure": True})]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"answer": "beta", "mistakes": [{"name": "sign_flipped", "answer": "beta + 0.002"}]}, "content.no_draw"),
        ({"answer": "log(-beta)"}, "content.no_draw"),
        ({"answer": "policy[7]"}, "content.no_draw"),
        ({"arguments": {"beta": "-beta"}, "answer": "Z"}, "content.no_draw"),
        ({"answer": "polcy[0]"}, "content.draw"),
        ({"answer": "policy"}, "content.draw"),
        ({"answer": "Z", "prompt": "{zz}"}, "content.draw"),
        ({"answer": "Z", "type": "choice", "options": ["{beta}", "0.5"]}, "content.no_draw"),
    ],
)
def test_what_cannot_be_drawn_is_named(change: dict[str, Any], code: str) -> None:
    written = {"draw": {"beta": [0.5]}, "formula": "optimal-policy", **change}
    if written.get("type") == "choice":
        written["answer"] = "2*beta"
    written["arguments"] = {"prior": [0.6, 0.4], "reward": [1, 0], **written.get("arguments", {})}
    with pytest.raises(ContentError) as caught:
        draw(question(**written), 0, compute)
    assert caught.value.code == code
    assert (caught.value.params["id"], caught.value.params["line"]) == ("03-q", 12)


def test_a_formula_that_does_not_exist_is_the_engines_problem() -> None:
    with pytest.raises(Problem) as caught:
        draw(question(formula="optimal-polcy", answer="policy[0]"), 0, compute)
    assert caught.value.code == "theory.unknown_formula_close"


def test_an_expression_may_hold_drawn_numbers() -> None:
    template = question(
        type="expression", prompt="f′ of {n}·x²?", draw={"n": [3]}, symbols={"x": [0, 2]}, answer="2*n*x",
        mistakes=[{"text": "The power stays.", "answer": "n*x"}],
    )  # fmt: skip
    drawn = draw(template, 0, compute)
    assert check(drawn, "6x").code == "correct"
    assert check(drawn, "3x").code == "mistake"
    assert check(drawn, "2*n*x").code == "out_of_domain"
    assert right_answer(drawn) == "2 · 3 · x"


def test_whole_answers_are_whole() -> None:
    pairs = question(draw={"k": [4]}, answer="C(k, 2)", decimals=0, mistakes=[{"text": "Twice.", "answer": "k*(k-1)"}])
    drawn = draw(pairs, 0, compute)
    assert right_answer(drawn) == "6"
    assert [check(drawn, typed).code for typed in ("6", "6.0", "12", "5", "6.4")] == [
        "correct", "correct", "mistake", "wrong", "wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.5, "", "0.5"),
        (-1, "", "−1"),
        (0.123456, "", "0.1235"),
        (0.00012345, "", "0.00012"),
        (-0.00001, ".3f", "0.000"),
        (12345.678, "", "12345.678"),
        (2, ".2f", "2.00"),
        (0.5, "+.1f", "+0.5"),
        ([0.6, -0.4], "", "(0.6, −0.4)"),
        ((1, 2), ".1f", "(1.0, 2.0)"),
        ("went", "", "went"),
        (True, "", "true"),
        (0, "", "0"),
    ],
)
def test_how_values_are_printed(value: Any, form: str, text: str) -> None:
    assert shown(value, form) == text


def test_a_drawn_number_is_printed_as_it_is_written() -> None:
    drawn = {"tiny": 0.000125, "long": 0.123456}
    assert fill("{tiny} {long} {long*1}", drawn, drawn) == "0.000125 0.123456 0.1235"
