"""Groups of answers that a checker marks right or wrong: how often a group has nothing to say."""

from dataclasses import dataclass

from engine.theory.domains import SHARE, Integer
from engine.theory.formula import formula


@dataclass(frozen=True)
class SilentGroup:
    """`silent`: the chance that all answers are marked alike and every advantage is 0; `speaks`: that they are not."""

    all_right: float
    all_wrong: float
    silent: float
    speaks: float


@formula("silent-group", p=SHARE, size=Integer(at_least=2))
def silent_group(p: float, size: int) -> SilentGroup:
    """silent = p^G + (1-p)^G: each of G = `size` independent answers is right with probability p

    A group-relative advantage (Shao 2024; Ahmadian 2024) compares the answers to one prompt with each other. Where all
    have the same reward it is 0 for each of them, and the prompt moves nothing.

    Worked number: p = 0.1, G = 4 gives 0.0001 + 0.6561 = 0.6562.
    """
    all_right, all_wrong = p**size, (1 - p) ** size
    silent = all_right + all_wrong
    return SilentGroup(all_right=all_right, all_wrong=all_wrong, silent=silent, speaks=1 - silent)
