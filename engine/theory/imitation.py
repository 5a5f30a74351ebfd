"""Learning by imitation: what a model costs on the answers that people wrote, and the floor no imitator gets below."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.divergence import kl
from engine.theory.domains import Distribution
from engine.theory.formula import formula


@dataclass(frozen=True)
class Imitation:
    """`cross_entropy` = `entropy` + `kl`, in nats: the floor belongs to the people, the rest to the model.

    `curve` holds the cross-entropy of the models that say the first answer 1, 2, … 99 times in 100, and the others in
    the proportions they have in `model`.
    """

    cross_entropy: float
    entropy: float
    kl: float
    curve: tuple[float, ...]


@formula("imitation", people=Distribution(), model=Distribution(like="people", within="people"))
def imitation(people: Sequence[float], model: Sequence[float]) -> Imitation:
    """H(p, π) = -Σ p log π = H(p) + KL(p‖π): the mean loss of supervised fine-tuning on answers drawn from p

    KL(p‖π) ≥ 0 with equality only at π = p (Gibbs' inequality), so the model of least loss says everything as often as
    the people do.

    Worked number: p = (0.6, 0.4), π = (0.5, 0.5) gives 0.6931 = 0.6730 + 0.0201.
    """
    shares = (percent / 100 for percent in range(1, 100))
    return Imitation(
        cross_entropy=_cross_entropy(people, model),
        entropy=_cross_entropy(people, people),
        kl=kl(policy=people, reference=model).kl,
        curve=tuple(_cross_entropy(people, _with_first(model, share)) for share in shares),
    )


def _cross_entropy(people: Sequence[float], model: Sequence[float]) -> float:
    return math.fsum(-p * math.log(q) for p, q in zip(people, model, strict=True) if p > 0)


def _with_first(model: Sequence[float], share: float) -> list[float]:
    """`model` with `share` for the first answer: the others keep their proportions, or share alike if they had none."""
    others = model[1:]
    total = math.fsum(others)
    proportions = [other / total for other in others] if total else [1 / len(others) for _ in others]
    return [share, *((1 - share) * proportion for proportion in proportions)]
