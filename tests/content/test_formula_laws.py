"""What holds for every formula: lines of equal width that fit, no symbol lost, and one kind of error."""

import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.maths import MathsError, display, inline, parse
from content.maths.box import cells

Written = tuple[str, str]  # TeX, and the letters that a reader must see


def filled(template: str, parts: list[Written]) -> Written:
    """The template with a part for each `<>`; its own function names are letters to be seen as well."""
    tex, seen = template, "".join(name for name in ("log", "max") if f"\\{name}" in template)
    for part in parts:
        tex = tex.replace("<>", part[0], 1)
        seen += part[1]
    return tex, seen


def strategy(template: str, inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    count = template.count("<>")
    return st.lists(inner, min_size=count, max_size=count).map(lambda parts: filled(template, parts))


ATOMS = st.sampled_from(
    [(letter, letter) for letter in "abkltwxyRZ"]
    + [("\\pi", "π"), ("\\theta", "θ"), ("\\beta", "β"), ("\\sigma", "σ"), ("\\mathrm{KL}", "KL"), ("\\hat{r}", "r")]
    + [
        ("\\bar A", "A"),
        ("\\mathbb{E}", "E"),
        ("\\text{if }", "if"),
        ("\\exp", "exp"),
        ("\\operatorname{clip}", "clip"),
    ]
)
SHAPES = [
    "\\frac{<>}{<>}", "{<>}_{<>}", "{<>}^{<>}", "{<>}_{<>}^{<>}", "\\left( <> \\right)", "(<>)", "[<>, <>)",
    "\\left. <> \\right|", "\\sqrt{<>}", "<> + <>", "<> - <>", "<> = <>", "<> <>", "-<>", "<> \\mid <>", "|<>| - |<>|",
    "\\log <>", "\\sum_{<>}^{<>} <>", "\\max_{<>} <>", "\\underbrace{<>}_{<>}", "\\overbrace{<>}^{<>}", "\\tilde{<>}",
    "\\begin{cases} <> & <> \\\\ <> & <> \\end{cases}", "\\begin{aligned} <> &= <> \\\\ &= <> \\end{aligned}",
]  # fmt: skip
FORMULAS = st.recursive(
    ATOMS, lambda inner: st.one_of([strategy(template, inner) for template in SHAPES]), max_leaves=14
)


def letters(text: str) -> Counter[str]:
    """The letters of a drawing, small raised and lowered ones as themselves, without hats."""
    return Counter(sign for sign in unicodedata.normalize("NFKD", text) if sign.isalpha())


def refusal(action: Callable[[], object]) -> MathsError | None:
    """The error with which a formula is refused, if it is."""
    try:
        action()
    except MathsError as problem:
        return problem
    return None


@given(FORMULAS, st.integers(20, 76))
@settings(max_examples=300, deadline=None)
def test_lines_are_equally_wide_and_no_symbol_is_lost(written: Written, width: int) -> None:
    tex, seen = written
    if cells(display(tex, 10_000)[0]) > width and refusal(lambda: display(tex, width)):
        return
    lines = display(tex, width)
    assert {cells(line) for line in lines} == {cells(lines[0])}
    assert cells(lines[0]) <= width
    assert letters("".join(lines)) == letters(seen)


@given(FORMULAS)
@settings(max_examples=200, deadline=None)
def test_no_symbol_is_lost_on_one_line(written: Written) -> None:
    tex, seen = written
    assert letters(inline(tex)) == letters(seen)
    assert "\n" not in inline(tex)
    assert inline(tex).count("(") == inline(tex).count(")") - tex.count("[")


TOKENS = [
    "\\frac", "\\sqrt", "\\left", "\\right", "\\begin{aligned}", "\\end{aligned}", "\\begin{cases}", "\\end{cases}",
    "\\text", "\\hat", "\\sum", "\\big", "\\mathrm", "\\underbrace", "\\limits", "\\operatorname", "\\mid", "\\|",
    "\\quad", "\\overset", "{", "}", "(", ")", "[", "]", "|", ".", "&", "\\\\", "_", "^", "'", "*", "12", "1.5", "a",
    "\\pi", "+", "-", "=", ",", " ", "\n", "\\", "é", "→", "\x07", "%", "#", "$", '"',
]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=25).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_source_is_drawn_or_refused(tex: str) -> None:
    problem = refusal(lambda: (inline(tex), display(tex, 76)))
    assert problem is None or 0 <= problem.position <= len(tex)


@pytest.mark.parametrize(
    ("tex", "code", "command", "position"),
    [
        (r"a + \foo{b}", "unknown_command", r"\foo", 4),
        (r"a \begin{matrix} b \end{matrix}", "unknown_command", r"\begin{matrix}", 2),
        ("a → b", "unknown_sign", "→", 2),
        ("a + b}", "unexpected", "}", 5),
        (r"a \right)", "unexpected", r"\right", 2),
        (r"\left( a", "missing", r"\right", 8),
        (r"{a", "missing", "}", 2),
        (r"\begin{cases} a \end{aligned}", "missing", r"\end{cases}", 16),
        (r"\frac{a}", "missing_argument", "", 8),
        ("x_a_b", "double_script", "_", 3),
        ("a & b", "alignment", "&", 2),
        (r"\left a \right)", "not_a_bracket", "a", 6),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tex: str, code: str, command: str, position: int) -> None:
    with pytest.raises(MathsError) as caught:
        parse(tex)
    assert (caught.value.code, caught.value.command, caught.value.position) == (
        f"content.maths_{code}",
        command,
        position,
    )


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    for tex in ("{" * 5000 + "}" * 5000, "(" * 5000 + ")" * 5000, r"\sqrt" * 5000 + "a"):
        with pytest.raises(MathsError):
            parse(tex)


def test_what_cannot_be_broken_is_refused_not_cut() -> None:
    with pytest.raises(MathsError) as caught:
        display(r"\frac{abcdefghijklmnopqrstuvwxyz}{2}", 20)
    assert caught.value.code == "content.maths_too_wide"


@pytest.mark.parametrize(
    ("tex", "flat"),
    [
        (r"\frac{a}{b+c}", "a/(b + c)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{ab}{cd}", "ab/(cd)"),
        (r"\frac{1}{Z(x)} \pi(y)", "(1/Z(x)) π(y)"),
        (r"2 \frac{a}{b}", "2 (a/b)"),
        (r"\log \frac{a}{b}", "log(a/b)"),
        (r"\frac{\log a}{b}", "(log a)/b"),
        (r"\frac{\exp(a)}{b}", "exp(a)/b"),
        (r"\frac{\frac{a}{b}}{\frac{c}{d}}", "(a/b)/(c/d)"),
        (r"{\frac{a}{b}}^2", "(a/b)²"),
        (r"\sum_i \frac{a_i}{b}", "∑ᵢ (aᵢ/b)"),
        (r"a - \frac{b}{c} + d", "a − b/c + d"),
        (r"\pi_\theta x", "π_θ x"),
        (r"\pi_\theta(y)", "π_θ(y)"),
        (r"x_1 + x_{t+1} + x_w", "x₁ + xₜ₊₁ + x_w"),
        (r"\pi^*_\beta", "π*_β"),
        (r"e^{-x}", "e^(−x)"),
        (r"10^{-3}", "10⁻³"),
        (r"\sqrt{x} + \sqrt{x+y}", "√x + √(x + y)"),
        (r"-a + (-b)", "−a + (−b)"),
        (r"\mathrm{KL}(\pi \| \pi_{\mathrm{ref}})", "KL(π ‖ π_ref)"),
        (r"P(y_1 \succ y_2 \mid x)", "P(y₁ ≻ y₂ | x)"),
        (r"\pi(\cdot \mid x)", "π(·|x)"),
        (r"\hat{A}_t", "Âₜ"),
        (r"f'(x)", "f′(x)"),
        (r"\frac12", "1/2"),
        (r"\frac{\partial J}{\partial \theta}", "∂J/∂θ"),
        (r"\sum_{i=1}^{n} x_i", "∑_(i=1)ⁿ xᵢ"),
        (r"\sum_{y \in Y} \pi(y)", "∑_(y∈Y) π(y)"),
        (r"\frac{|a| - |b|}{|a|}", "(|a| − |b|)/|a|"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b = c"),
    ],
)
def test_on_one_line_it_still_means_the_same(tex: str, flat: str) -> None:
    assert inline(tex) == flat
