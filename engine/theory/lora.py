"""Low-rank adapters: how many parameters they train, and what stages of them cost stacked or merged."""

from dataclasses import dataclass

from engine.theory.domains import POSITIVE, Integer
from engine.theory.formula import formula

SIZE = Integer(at_least=1, at_most=1_000_000)


@dataclass(frozen=True)
class LoRAParameters:
    """Parameters trained in full and by the adapters, their ratio, and the factor on the adapter's output."""

    full: int
    lora: int
    share: float
    scale: float


@formula("lora-parameters", width_in=SIZE, width_out=SIZE, rank=SIZE, alpha=POSITIVE, matrices=SIZE)
def lora_parameters(width_in: int, width_out: int, rank: int, alpha: float, matrices: int = 1) -> LoRAParameters:
    """W + (α/r) B A with B of d_out × r and A of r × d_in: r (d_in + d_out) parameters, not d_in · d_out   (Hu 2021)

    For `matrices` matrices of the same widths. An adapter is smaller than what it adapts only while
    r < d_in d_out / (d_in + d_out).

    Worked number: widths 128 and 128, r = 8, α = 16, 8 matrices: 16,384 of 131,072 parameters, a share of 0.1250,
    scale 2.
    """
    full, lora = matrices * width_in * width_out, matrices * rank * (width_in + width_out)
    return LoRAParameters(full=full, lora=lora, share=lora / full, scale=alpha / rank)


@dataclass(frozen=True)
class LoRAStages:
    """Counts over all adapted matrices. `adapter`: parameters of one stage; multiplications are those of one token.

    `kept_apart` is what merging costs if the model of every stage must stay at hand; `rank` bounds that of the change.
    """

    adapter: int
    stacked_parameters: int
    merged_parameters: int
    kept_apart: int
    stacked_multiplications: int
    merged_multiplications: int
    rank: int


@formula("lora-stages", width=SIZE, rank=SIZE, stages=Integer(at_least=1, at_most=1000), matrices=SIZE)
def lora_stages(width: int, rank: int, stages: int, matrices: int = 1) -> LoRAStages:
    """W + Σ_s B_s A_s kept as stages, or added up into one matrix   (Hu 2021, section 4.1)

    Stacked: d² + 2 r d S parameters and as many multiplications a token for each d × d matrix, and every stage can be
    switched off. Merged: d² of both, so nothing is added at inference, but the way back is lost: to keep each stage's
    model, S + 1 whole copies are needed. The change from the base has rank at most min(d, r S).

    Worked number: width 128, r = 8, 2 stages, 8 matrices: an adapter has 16,384 parameters; stacked 163,840 parameters
    and multiplications, merged 131,072 of both, kept apart 393,216, rank at most 16.
    """
    base, adapter = matrices * width**2, matrices * 2 * rank * width
    stacked = base + stages * adapter
    return LoRAStages(
        adapter=adapter, stacked_parameters=stacked, merged_parameters=base, kept_apart=base * (stages + 1),
        stacked_multiplications=stacked, merged_multiplications=base, rank=min(width, rank * stages),
    )
