"""How far two raters agree, beyond what chance alone would give them."""

from dataclasses import dataclass

from engine.errors import Problem
from engine.theory.domains import Integer
from engine.theory.formula import formula


@dataclass(frozen=True)
class CohenKappa:
    """`observed` and `expected` are shares of all cases; kappa is None where chance alone gives full agreement."""

    observed: float
    expected: float
    kappa: float | None


@formula("cohen-kappa", yes_yes=Integer(), yes_no=Integer(), no_yes=Integer(), no_no=Integer())
def cohen_kappa(yes_yes: int, yes_no: int, no_yes: int, no_no: int) -> CohenKappa:
    """κ = (p_o - p_e) / (1 - p_e), p_e = p₁ p₂ + (1 - p₁)(1 - p₂)   (Cohen 1960)

    Counts of cases, the first rater's verdict first. p_o: share on which both say the same; p_e: the share that two
    raters would agree on who say yes as often as these do, p₁ and p₂, without looking at the case.

    Worked number: 40, 10, 5, 45 gives p_o = 0.85, p_e = 0.5 · 0.45 + 0.5 · 0.55 = 0.5 and κ = 0.7.
    """
    cases = yes_yes + yes_no + no_yes + no_no
    if cases == 0:
        raise Problem(
            "theory.out_of_domain",
            name="cohen-kappa", argument="yes_yes, yes_no, no_yes, no_no", value="0,0,0,0", need="comparisons",
        )  # fmt: skip
    # Counted in pairs of cases, everything is whole: no agreement beyond chance is exactly 0.
    alike = cases * (yes_yes + no_no)
    by_chance = (yes_yes + yes_no) * (yes_yes + no_yes) + (no_yes + no_no) * (yes_no + no_no)
    return CohenKappa(
        observed=alike / cases**2,
        expected=by_chance / cases**2,
        kappa=None if by_chance == cases**2 else (alike - by_chance) / (cases**2 - by_chance),
    )
