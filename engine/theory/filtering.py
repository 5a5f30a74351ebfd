"""What passes a filter that makes mistakes."""

from dataclasses import dataclass

from engine.theory.domains import SHARE
from engine.theory.formula import formula


@dataclass(frozen=True)
class FilterYield:
    """Shares of everything generated: kept, and lost (right, but thrown away). precision: the share of the kept that is
    right, None where nothing is kept. draws: samples for each right one kept, None where there is none.
    """

    kept: float
    precision: float | None
    lost: float
    draws: float | None


@formula("filter-yield", share_right=SHARE, recall=SHARE, false_alarm=SHARE)
def filter_yield(share_right: float, recall: float, false_alarm: float) -> FilterYield:
    """kept = s h + (1 - s) f,  P(right | kept) = s h / kept   (Bayes)

    s = `share_right` of what is generated is right; the filter keeps h = `recall` of the right and f = `false_alarm` of
    the wrong. In odds: s/(1-s) · h/f.

    Worked number: s = 0.6, h = 1, f = 0.25 keeps 0.7, of which 0.8571 is right; 1.6667 samples for each right one.
    """
    right, wrong = share_right * recall, (1 - share_right) * false_alarm
    kept = right + wrong
    return FilterYield(
        kept=kept,
        precision=right / kept if kept > 0 else None,
        lost=share_right * (1 - recall),
        draws=1 / right if right > 0 else None,
    )
