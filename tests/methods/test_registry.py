"""The registry's laws: every row is whole, and what it names exists."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from content import chapters, labs
from content.maths import display, inline, mathml
from content.text import LANGUAGES
from engine.labs import LABS
from engine.methods import FAMILIES, METHODS
from engine.methods.bound import AT_LEAST, AT_MOST, SEEDS
from engine.methods.losses import LOSSES
from engine.methods.measured import recipe
from engine.methods.metrics import METRICS, find
from engine.runs.recipe import Recipe
from tui.charts import KNOWN
from tui.method_words import Words

NAMED = {
    "dpo", "cdpo", "robust-dpo", "ipo", "kto", "orpo", "simpo", "rpo", "iterative-dpo", "spin", "reward-model", "orm",
    "prm", "reinforce", "ppo", "rloo", "grpo", "rlvr", "rejection-sampling", "rlaif", "constitutional", "rl-cai",
    "self-training", "collapse", "stages",
    "reward-ensemble", "reward-margin", "reward-centring", "reward-label-smoothing", "dr-grpo", "dapo",
    "ppo-adaptive-kl", "filtered-synthetic-data",
}  # fmt: skip
"""The methods of the field that the course promises, by row or by the name that some settings have."""


def test_every_promised_method_is_there():
    variants = [one.id for method in METHODS.values() for one in method.variants]
    assert len(variants) == len(set(variants))
    assert not METHODS.keys() & set(variants)
    assert METHODS.keys() | set(variants) >= NAMED
    assert sum(map(len, FAMILIES.values())) == len(METHODS)


@pytest.mark.parametrize("id", METHODS)
def test_a_row_is_whole(id):
    method = METHODS[id]
    assert method.losses
    assert method.losses == tuple(name for name in method.losses if name in LOSSES)
    assert method.metrics
    assert len(method.metrics) == len(set(method.metrics))
    for language in LANGUAGES:
        assert chapters.chapter(method.chapter, language)
        words = Words(language)
        assert words.name(method)
        assert words.data(method)
        assert all(words.setting(row, method) for row in method.hyper)
        assert all(words.t(f"variant.{one.id}") for one in method.variants)
        if method.lab:
            assert labs.lab(method.lab, language).method == LABS[method.lab].method == id
    module, name = method.loop.split(":")
    assert inspect.isclass(getattr(importlib.import_module(module), name))
    for one in method.variants:
        assert Recipe.make(id, one.settings)


@pytest.mark.parametrize("id", METHODS)
def test_a_row_says_what_it_is_held_to_and_how_that_is_run(id):
    method = METHODS[id]
    assert method.bound is not None
    assert method.bound.trials
    for trial in method.bound.trials:
        assert trial.claims
        assert len({recipe(method, trial, seed).fingerprint for seed in SEEDS}) == len(SEEDS) == 3
        for claim in trial.claims:
            assert claim.relation in (AT_LEAST, AT_MOST)
            for language in LANGUAGES:
                assert claim.measure not in Words(language).claim(claim), "a measure without words"


@pytest.mark.parametrize("id", METHODS)
def test_every_metric_has_a_formula_a_healthy_range_and_a_meaning(id):
    method = METHODS[id]
    for name in method.metrics:
        metric = find(name, method)
        assert inline(metric.formula)
        assert metric.healthy.low <= metric.healthy.high
        assert name in KNOWN, "no chart and so no meaning"
        for language in LANGUAGES:
            assert Words(language).healthy(metric.healthy)
            assert len(Words(language).meaning(name)) > 20


def test_no_metric_is_described_that_nothing_logs():
    logged = {name for method in METHODS.values() for name in method.metrics}
    logged |= {name.partition("/")[2] for name in logged}
    assert {name.partition("@")[0] for name in METRICS} <= logged


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_a_pure_function_with_its_paper(name):
    module, _, function = name.rpartition(".")
    loss = getattr(importlib.import_module(f"engine.losses.{module}"), function)
    assert re.match(r"\w+", LOSSES[name].source)[0] in loss.__doc__
    assert "Worked number" in loss.__doc__
    tree = ast.parse(inspect.getsource(loss))
    arguments = {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global | ast.Nonlocal | ast.Await | ast.Yield)
        if isinstance(node, ast.Attribute):  # in place: `tensor.add_(…)`, or a field of an argument that is set
            assert not (node.attr.endswith("_") and isinstance(getattr(node, "ctx", None), ast.Load)), node.attr
            assert not isinstance(node.ctx, ast.Store | ast.Del)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            assert not (isinstance(node.value, ast.Name) and node.value.id in arguments)
    assert inspect.getclosurevars(loss).nonlocals == {}


@pytest.mark.parametrize("name", LOSSES)
def test_a_formula_can_be_drawn_everywhere(name):
    formula = LOSSES[name].formula
    assert max(map(len, display(formula, 74))) <= 74
    assert mathml(formula, True)


def test_every_loss_of_the_engine_that_a_method_names_is_used_by_its_loop():
    """Of the methods that are one loop; those of several arms name what their arms do."""
    for method in METHODS.values():
        module, _, name = method.loop.partition(":")
        loop = getattr(importlib.import_module(module), name)
        if hasattr(loop, "arms"):
            own = {loss for arm, _ in loop.arms.values() for loss in METHODS[arm].losses}
            assert set(method.losses) <= own, method.id


def test_the_registry_imports_no_torch():
    sources = Path(importlib.import_module("engine.methods").__file__).parent.glob("*.py")
    for file in sources:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(name.split(".")[0] in ("torch", "transformers") for name in names), file.name
