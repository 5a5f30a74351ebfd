"""Whether two expressions are the same function: identities of the course and near misses, held against SymPy."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.expressions import Undefined, evaluate, names, read
from content.expressions.equivalence import difference

SYMBOLS = {"a": (-2.0, 2.0), "b": (-2.0, 2.0), "beta": (0.1, 3.0), "p": (0.05, 0.95), "n": (2.0, 9.0)}
# −log σ(β(a − b)), with a and b the two log-ratios, in the ways in which people write it.
DPO = "-log(sigmoid(beta*(a-b)))"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DPO, "log(1+exp(-beta*(a-b)))"),
        (DPO, "-log(1/(1+exp(beta*b-beta*a)))"),
        (DPO, "log(1+exp(beta*b)/exp(beta*a))"),
        (DPO, "-(beta*a-log(exp(beta*a)+exp(beta*b)))"),
        (DPO, "-β·a + β·b + log(1 + exp(β·(a − b)))"),
        (DPO, "-log(1-sigmoid(-beta*(a-b)))"),
        ("sigmoid(a-b)", "exp(a)/(exp(a)+exp(b))"),
        ("sigmoid(a)*(1-sigmoid(a))", "exp(-a)/(1+exp(-a))^2"),
        ("p*exp(a/beta)", "exp(a/beta + log(p))"),
        ("n*(n-1)/2", "C(n, 2)"),
        ("log(n) - (n-1)/n", "log(n) - 1 + 1/n"),
        ("max(a, b)", "(a + b + |a − b|)/2"),
        ("(a+b)^2", "a² + 2a·b + b²"),
        ("0", "a - a"),
        ("sqrt(a^2)", "abs(a)"),
        ("exp(-a)/exp(-a)", "1"),
    ],
)
def test_the_same_written_otherwise(one: str, other: str) -> None:
    assert difference(read(one), read(other), SYMBOLS) is None
    assert difference(read(other), read(one), SYMBOLS) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "-log(sigmoid(a-b))",  # β forgotten
        "-log(sigmoid((a-b)/beta))",  # β divides
        "-log(sigmoid(beta*(b-a)))",  # reversed
        "log(sigmoid(beta*(a-b)))",  # sign
        "-log(sigmoid(beta*a-b))",  # a bracket forgotten
        "-sigmoid(beta*(a-b))",  # no logarithm
        "-beta*log(sigmoid(a-b))",  # β outside
        "-log(sigmoid(beta*(a-b)))/2",
        "-log(sigmoid(beta*(a-b)))+0.000001",
        "log(1+exp(-beta*(a-b)))*1.0000000001",
        "[a, b]",
    ],
)
def test_a_near_miss_is_shown_at_a_point_that_can_be_checked(wrong: str) -> None:
    found = difference(read(wrong), read(DPO), SYMBOLS)
    assert found is not None
    assert found.yours != found.right
    at = {{"β": "beta"}.get(name, name): float(value.replace("−", "-")) for name, value in found.at}
    assert at.keys() == {"a", "b", "beta"}
    shown = [found.yours.replace("−", "-"), found.right.replace("−", "-")]
    assert float(shown[1]) == pytest.approx(evaluate(read(DPO), at), rel=1e-3)
    if not wrong.startswith("["):
        assert float(shown[0]) == pytest.approx(evaluate(read(wrong), at), rel=1e-3)


def test_where_the_other_has_no_value_it_says_so() -> None:
    found = difference(read("exp(log(a))"), read("a"), SYMBOLS)
    assert found is not None
    assert found.yours == ""
    assert found.at[0][1].startswith("−")


def test_a_range_in_which_the_right_one_has_no_value_is_an_error() -> None:
    with pytest.raises(Undefined):
        difference(read("p"), read("log(0*p)"), SYMBOLS)


def test_the_same_points_every_time() -> None:
    assert difference(read("a"), read("b"), SYMBOLS, "q") == difference(read("a"), read("b"), SYMBOLS, "q")


@pytest.mark.parametrize(
    "hostile",
    [
        "9**9**9",
        "beta^(beta^(beta^(beta^1000)))",
        "exp(exp(exp(exp(beta))))",
        "C(n^200, n^100)",
        "C(999.5, 499.5)^1000",
        "((((p^999)^999)^999)^999)",
        "+".join(["exp(p)"] * 70),
        "*".join(["p^999"] * 80),
        "log(" * 15 + "p" + ")" * 15,
    ],
)
def test_nothing_takes_long(hostile: str) -> None:
    difference(read("p"), read("p + 1"), SYMBOLS)  # mpmath is imported now
    started = time.process_time()
    found = difference(read(hostile), read("p"), SYMBOLS)
    assert found is not None
    assert time.process_time() - started < 1


POLYNOMIALS = st.recursive(
    st.sampled_from(["a", "b", "beta", "1", "2", "3"]),
    lambda inner: st.one_of(
        st.builds(lambda x, sign, y: f"({x} {sign} {y})", inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("exp({})".format, st.sampled_from(["a", "-a", "a - b", "b"])),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=40)  # the deadline would be SymPy's
@given(POLYNOMIALS, POLYNOMIALS)
def test_computer_algebra_agrees(one: str, other: str) -> None:
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in ("a", "b", "beta")}
    apart = sympy.expand(sympy.sympify(f"({one}) - ({other})", locals=symbols))
    same = sympy.simplify(apart) == 0
    assert (difference(read(one), read(other), SYMBOLS) is None) == same
    assert names(read(one)) <= symbols.keys()
