"""Counts of adapters against matrices that are really made."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.theory import lora_parameters, lora_stages

widths = st.integers(1, 12)


@given(widths, widths, widths, st.floats(0.5, 64), st.integers(1, 5))
def test_the_counts_are_those_of_the_matrices(d_in, d_out, rank, alpha, matrices):
    result = lora_parameters(d_in, d_out, rank, alpha, matrices)
    a, b, w = numpy.zeros((rank, d_in)), numpy.zeros((d_out, rank)), numpy.zeros((d_out, d_in))
    assert (b @ a).shape == w.shape
    assert result.lora == matrices * (a.size + b.size)
    assert result.full == matrices * w.size
    assert result.share == pytest.approx((a.size + b.size) / w.size)
    assert result.scale == alpha / rank
    assert (result.lora < result.full) == (rank < d_in * d_out / (d_in + d_out))


@given(widths, widths, st.integers(1, 4))
def test_stages_add_up_to_a_change_of_bounded_rank(width, rank, stages):
    random = numpy.random.default_rng(0)
    adapters = [(random.normal(size=(width, rank)), random.normal(size=(rank, width))) for _ in range(stages)]
    result = lora_stages(width, rank, stages, 1)
    assert result.adapter == sum(part.size for part in adapters[0])
    assert result.stacked_parameters == width**2 + sum(part.size for adapter in adapters for part in adapter)
    assert numpy.linalg.matrix_rank(sum(b @ a for b, a in adapters)) <= result.rank
    assert result.merged_parameters == width**2
    assert result.kept_apart == width**2 * (stages + 1)


def test_multiplications_are_those_of_one_vector_through_the_layers():
    """A matrix of m × n costs m n multiplications; through B A they are r n and m r."""
    width, rank, stages = 6, 2, 3
    stacked = width * width + stages * (rank * width + width * rank)
    result = lora_stages(width, rank, stages, 4)
    assert (result.stacked_multiplications, result.merged_multiplications) == (4 * stacked, 4 * width * width)


def test_the_worked_numbers():
    ours = lora_parameters(128, 128, 8, 16, 8)
    assert (ours.full, ours.lora, ours.share, ours.scale) == (131_072, 16_384, 0.125, 2)
    stages = lora_stages(128, 8, 2, 8)
    assert (stages.adapter, stages.stacked_parameters, stages.merged_parameters) == (16_384, 163_840, 131_072)
    assert (stages.kept_apart, stages.rank) == (393_216, 16)
