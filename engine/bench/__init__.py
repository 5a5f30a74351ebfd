"""Benchmarks: training throughput against TRL, and how long a run takes to its first step."""

from engine.bench.measures import run

__all__ = ["run"]
