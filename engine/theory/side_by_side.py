"""The direct methods on one pair, side by side."""

from dataclasses import dataclass

from engine.theory.domains import BETA, LOG_PROBABILITY, MEAN_LOG_PROBABILITY, NOT_NEGATIVE, POSITIVE, Integer
from engine.theory.formula import formula
from engine.theory.preference import dpo, ipo, kto, orpo, simpo


@dataclass(frozen=True)
class PreferenceLosses:
    """`margin` is the log-ratio margin h that DPO, IPO and KTO see, without β."""

    margin: float
    dpo: float
    ipo: float
    kto: float
    orpo: float
    simpo: float


@formula(
    "preference-losses", policy_chosen=MEAN_LOG_PROBABILITY, policy_rejected=MEAN_LOG_PROBABILITY,
    ref_chosen=LOG_PROBABILITY, ref_rejected=LOG_PROBABILITY, length_chosen=Integer(at_least=1),
    length_rejected=Integer(at_least=1), beta=BETA, tau=POSITIVE, lam=NOT_NEGATIVE, gamma=NOT_NEGATIVE,
    simpo_beta=BETA,
)
def preference_losses(
    policy_chosen: float,
    policy_rejected: float,
    ref_chosen: float,
    ref_rejected: float,
    length_chosen: int,
    length_rejected: int,
    beta: float = 0.1,
    tau: float = 0.1,
    lam: float = 0.1,
    gamma: float = 0.5,
    simpo_beta: float = 2.0,
) -> PreferenceLosses:
    """The losses of DPO, IPO, KTO, ORPO and SimPO on the same pair, each as its own formula defines it.

    Rafailov 2023, Eq. 7; Azar 2024, Eq. 17; Ethayarajh 2024, Eq. 7 and 8; Hong 2024, Eq. 3 to 7; Meng 2024, Eq. 6.
    DPO and KTO use `beta`, SimPO its own `simpo_beta`, which lives on the scale of mean log-probabilities. KTO needs
    no pairs: here its loss is the mean of the chosen as desirable and the rejected as undesirable, with z0 = 0 and
    λ = 1. ORPO and SimPO divide by the lengths (in tokens) and do not look at the reference.

    Worked number: log π = (-4, -9), log π_ref = (-5, -7), lengths (4, 6), β = τ = λ = 0.1, γ = 0.5 gives h = 3,
    DPO 0.5544, IPO 4, KTO 0.4626, ORPO 1.0401, SimPO 0.4741.
    """
    pair = (policy_chosen, policy_rejected, ref_chosen, ref_rejected)
    squared = ipo(*pair, tau=tau)
    good = kto(policy_chosen - ref_chosen, desirable=True, z0=0.0, beta=beta)
    bad = kto(policy_rejected - ref_rejected, desirable=False, z0=0.0, beta=beta)
    return PreferenceLosses(
        margin=squared.h,
        dpo=dpo(*pair, beta=beta).loss,
        ipo=squared.loss,
        kto=(good.loss + bad.loss) / 2,
        orpo=orpo(policy_chosen / length_chosen, policy_rejected / length_rejected, lam).loss,
        simpo=simpo(policy_chosen, length_chosen, policy_rejected, length_rejected, simpo_beta, gamma).loss,
    )
