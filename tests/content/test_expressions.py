"""Expressions: what is read and with which value, what is refused and where, and that nothing else can happen."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.expressions import ExpressionError, Undefined, canonical, evaluate, read, substitute
from content.expressions.equivalence import precise
from content.expressions.reader import LONGEST
from content.expressions.tex import letter, one_line
from content.expressions.tree import FUNCTIONS, Binary, Call, Expression, Name, Negative, Number
from content.text import LANGUAGES, sentences

VALUES = {"beta": 0.5, "x": 3, "r": [1, 2, 4.5], "pi_ref": 0.6, "lam": 2, "y_1": 7, "on": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2*3", 7),
        ("(1 + 2)·3", 9),
        ("7 − 2 − 1", 4),
        ("12 ÷ 3 / 2", 2),
        ("-2^2", -4),
        ("−2**2", -4),
        ("2^3^2", 512),
        ("2^-1", 0.5),
        ("2⁻¹ + x²", 9.5),
        ("--x", 3),
        ("2x", 6),
        ("2(x + 1)", 8),
        ("(x + 1)(x − 1)", 8),
        ("2β^2", 0.5),
        ("2exp(0)", 2),
        ("√4 + √(x + 1)", 4),
        ("|1 − x|", 2),
        ("abs(-x)·|x − 1|", 6),
        ("0,5 + .5", 1),
        ("log(0,5)·0", 0),
        ("max(0,5)", 5),
        ("max(0.5; x)", 3),
        ("min(r, 2.5)", 1),
        ("sum(r)", 7.5),
        ("mean(r)", 2.5),
        ("mean(1, 2, 6)", 3),
        ("mean((r − mean(r))^2)", 6.5 / 3),
        ("r[0] + r[-1]", 5.5),
        ("[1, 2, 3][2]", 3),
        ("C(5, 2)", 10),
        ("log(exp(x))", 3),
        ("ln(exp(2))", 2),
        ("sigmoid(0)", 0.5),
        ("σ(x) + σ(−x)", 1),
        ("π_ref / β", 1.2),
        ("λ + lambda + lam", 6),
        ("y₁ + y_1", 14),
        ("1e3 + 2.5E-1", 1000.25),
        ("1 − on", 0),
    ],
)
def test_values(text: str, value: float) -> None:
    assert evaluate(read(text), VALUES) == pytest.approx(value)
    exact = evaluate(read(text), VALUES, precise()) if not text.startswith("C(") else value
    assert float(exact) == pytest.approx(value)


def test_vectors_go_component_by_component() -> None:
    assert evaluate(read("r*2 - 1"), VALUES) == (1, 3, 8)
    assert evaluate(read("exp([0, 0])/2"), {}) == (0.5, 0.5)
    assert evaluate(read("[0.6, 0.4]·[10, 5]"), {}) == (6, 2)


@pytest.mark.parametrize(
    ("text", "why", "position"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("1 +", "missing", 3),
        ("*2", "missing", 0),
        ("(1 + 2", "unclosed", 0),
        ("log(2", "unclosed", 3),
        ("1 + 2)", "closing", 5),
        ("1, 2", "comma", 1),
        ("x x", "operator", 2),
        ("1.2.3", "operator", 3),
        ("log x", "needs_brackets", 0),
        ("f(x)", "not_a_function", 0),
        ("x(2)", "not_a_function", 0),
        ("C(2)", "arguments", 0),
        ("log(1, 2)", "arguments", 0),
        ("1/2x", "ambiguous", 3),
        ("2^3x", "ambiguous", 3),
        ("y = x", "equals", 2),
        ("r[x]", "index", 2),
        ("r[1.5]", "index", 2),
        ("x.real", "unknown_sign", 1),
        ("'x'", "unknown_sign", 0),
        ("x if 1 else 2", "operator", 2),
        ("lambda: 1", "unknown_sign", 6),
        ("x := 1", "unknown_sign", 2),
        ("__import__('os').system('id')", "unknown_sign", 11),
        ("__import__(os)", "not_a_function", 0),
        ("().__class__", "unknown_sign", 2),
        ("x.__class__.__bases__", "unknown_sign", 1),
        ("eval(x)", "not_a_function", 0),
        ("{x}", "unknown_sign", 0),
        ("(" * 100 + "1" + ")" * 100, "too_deep", 21),
        ("-" * 400, "missing", 400),
        ("√" * 400 + "1", "too_deep", 21),
        ("^".join(["2"] * 100), "too_deep", 42),
        ("1/" * 100 + "1", "too_deep", 0),
        ("1" * 41, "too_long", 0),
        ("1+" * LONGEST, "too_long", LONGEST),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, why: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        read(text)
    assert (caught.value.why, caught.value.position) == (why, position)


def test_a_name_that_is_not_known_is_named_where_it_stands() -> None:
    assert read("β·x", {"beta", "x"})
    with pytest.raises(ExpressionError) as caught:
        read("x + βeta·2", ["beta", "x"])
    assert (caught.value.why, caught.value.position) == ("unknown_name", 4)
    assert caught.value.params == {"name": "βeta", "known": "beta, x"}


@pytest.mark.parametrize(
    "text",
    ["log(0)", "log(-1)", "sqrt(-1)", "1/0", "0^-1", "(-8)^(1/3)", "9**9**9", "exp(1000)", "exp(-exp(9))", "10^1001",
     "1e300*1e300", "C(3, 5)", "C(2000, 3)", "C(2.5, 1)", "1e999", "r[3]", "x[0]", "r + [1, 2]", "[r, r]", "word + 1"],
)  # fmt: skip
def test_what_has_no_real_value_within_bounds_says_so(text: str) -> None:
    with pytest.raises(Undefined):
        evaluate(read(text), {**VALUES, "word": "went"})


def test_a_name_without_a_value_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        evaluate(read("x + nothing"), VALUES)


def test_names() -> None:
    assert [canonical(name) for name in ("β", "π_θ", "λ", "µ", "y₁₂", "𝜋", "Δ", "k1")] == [
        "beta", "pi_theta", "lam", "mu", "y_12", "pi", "Delta", "k1",
    ]  # fmt: skip
    assert [letter(name) for name in ("beta", "pi_ref", "lam", "reward", "r_w", "k1")] == [
        "β", "π_ref", "λ", "reward", "r_w", "k1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("beta*exp(r/beta)", "β · exp(r/β)"),
        ("-log(sigmoid(beta*(a-b)))", "−log(σ(β · (a − b)))"),
        ("(a+b)/(c*d)", "(a + b)/(c · d)"),
        ("a-(b-c)", "a − (b − c)"),
        ("(a+b)^2", "(a + b)²"),
        ("sqrt(pi_ref)", "√π_ref"),
        ("1e-3*max(a,b)", "1 · 10⁻³ · max(a, b)"),
        ("abs(a)", "|a|"),
        ("p[0]", "p[0]"),
    ],
)
def test_how_an_expression_is_read_back(text: str, shown: str) -> None:
    assert one_line(read(text)) == shown


def test_names_are_replaced() -> None:
    replaced = substitute(read("a*exp(b/a)[0] - [a]"), {"a": Negative(Number("2"))})
    assert replaced == read("(-2)*exp(b/(-2))[0] - [-2]")


PLAIN = st.one_of(
    st.decimals(0, 50, places=2).map(lambda number: Number(str(number))),
    st.sampled_from(["beta", "x", "pi_ref", "r_w"]).map(Name),
)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(Negative, inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "^"]), inner, inner),
        st.builds(lambda f, x: Call(f, (x,)), st.sampled_from(["exp", "sqrt", "abs", "sigmoid", "log"]), inner),
        st.builds(lambda f, x, y: Call(f, (x, y)), st.sampled_from(["min", "max", "sum", "mean"]), inner, inner),
    ),
    max_leaves=8,
)


def value(expression: Expression) -> float | None:
    try:
        return float(evaluate(expression, {"beta": 0.7, "x": 1.3, "pi_ref": 0.4, "r_w": 2.1}))
    except Undefined:
        return None


@settings(deadline=None)  # the first example imports what the rest needs
@given(TREES)
def test_what_is_read_back_means_the_same(expression: Expression) -> None:
    again = value(read(one_line(expression)))
    assert again == pytest.approx(value(expression), rel=1e-6, abs=1e-12) or (again is None) == (
        value(expression) is None
    )


PIECES = [*FUNCTIONS, *"+-*/^()[]|,;.=√²−·×÷^'\n ", "**", "1", "2", "0,5", "1e99", "x", "β", "σ", "__import__"]


@settings(deadline=None)  # the first example imports what the rest needs
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.text(max_size=60)))
def test_any_text_is_read_or_refused_and_has_a_value_or_none(text: str) -> None:
    try:
        expression = read(text)
    except ExpressionError as refused:
        assert 0 <= refused.position <= len(text)  # noqa: PT017
        for language in LANGUAGES:
            said = sentences(language)[f"question.why_{refused.why}"].format(position=1, **refused.params)
            assert said, language
        return
    assert one_line(expression)
    for arithmetic in (None, precise()):
        try:
            result = evaluate(expression, {"x": 0.5, "beta": 2}, arithmetic)
        except (Undefined, KeyError):
            continue
        for number in result if isinstance(result, tuple) else (result,):
            assert math.isfinite(number)
