"""`preferably methods`: the registry, with what each method reaches as it was measured."""

import math
from dataclasses import asdict
from difflib import get_close_matches
from textwrap import wrap
from typing import Any

from content.maths import display, inline
from engine.errors import Problem
from engine.labs import LABS
from engine.methods import FAMILIES, METHODS, HyperParameter, Method
from engine.methods.bound import SEEDS
from engine.methods.losses import LOSSES
from engine.methods.measured import REACHED, Status, read, status
from engine.methods.metrics import Healthy, find
from tui.cli.outcome import table
from tui.cli.session import Session, session
from tui.cli.translated import argument, command
from tui.method_words import Words, by_name
from tui.numbers import short

WIDTH = 76


@command("methods")
@argument("method", required=False)
def methods(method: str | None) -> None:
    here = session()
    words, record = Words(here.language), read()
    if method is None:
        found = {row.id: status(row, record) for row in METHODS.values()}
        if here.as_json:
            here.document({"seeds": SEEDS, "methods": [as_document(METHODS[id], one) for id, one in found.items()]})
        else:
            list_methods(found, here, words)
        return
    row = by_name(method)
    if row is None:
        close = get_close_matches(method, METHODS, n=1, cutoff=0)
        raise Problem("cli.no_such_method", method=method, close=close[0], known=", ".join(METHODS))
    here.document(as_document(row, status(row, record)))
    if not here.as_json:
        show(row, status(row, record), here, words)


# --- the list


def list_methods(found: dict[str, Status], here: Session, words: Words) -> None:
    """A table of every family: a line for a method, one for each name that some of its settings have."""
    t = words.t
    heads = ["", *(t(key) for key in ("head.data", "head.losses", "column.chapter", "column.lab", "head.status"))]
    rows = []
    for row in METHODS.values():
        first, _, others = words.losses(row).partition(", ")
        losses, state = f"{first} …" if others else first, words.state(found[row.id].state)
        rows.append((f"  {row.id}", words.data(row), losses, row.chapter, row.lab or "–", state))
    head, *lines = table(heads, rows)
    told = dict(zip(METHODS, lines, strict=True))
    here.line(head)
    for family, members in FAMILIES.items():
        here.line(t(f"family.{family}"))
        for row in members:
            here.line(told[row.id])
            if row.variants:
                names = ", ".join(one.id for one in row.variants)
                for line in wrap(
                    f"{t('also')}: {names}",
                    WIDTH,
                    initial_indent="    ",
                    subsequent_indent="      ",
                    break_on_hyphens=False,
                ):
                    here.line(line)
    here.line()
    reached = sum(one.state == REACHED for one in found.values())
    here.line(t("measured_of", reached=reached, count=len(found), seeds=len(SEEDS)))
    here.line(t("more"))


# --- one of them


def show(row: Method, found: Status, here: Session, words: Words) -> None:
    """All that the registry says of a method."""
    t = words.t
    here.line(f"{row.id}  –  {words.name(row)}")
    here.line()
    facts = {
        "data": words.data(row),
        "loop": row.loop,
        "model": row.model,
        "chapter": row.chapter,
        "lab": row.lab or "–",
        "run": f"preferably train {row.id}",
    }
    width = max(len(t(f"head.{name}")) for name in facts)
    for name, value in facts.items():
        here.line(f"{t(f'head.{name}'):<{width}}  {value}")
    for name in row.losses:
        here.line()
        here.line(f"{name}  ({LOSSES[name].source})")
        for line in display(LOSSES[name].formula, WIDTH - 2):
            here.line(f"  {line}".rstrip())
    _show_bound(row, found, here, words)
    _show_metrics(row, here, words)
    settings = [(one.name, words.value(one.default), words.allowed(one), words.setting(one, row)) for one in row.hyper]
    heads = t("head.setting"), t("head.default"), t("head.range"), ""
    _lines(table(heads, settings), here)
    if row.variants:
        _lines([t("head.variants"), *(f"  {t(f'variant.{one.id}')}: {words.settings(one.settings)}"
                                      for one in row.variants)], here)  # fmt: skip


def _show_bound(row: Method, found: Status, here: Session, words: Words) -> None:
    here.line()
    here.line(f"{words.t('head.bound')}: {words.state(found.state)}. {words.t(f'meaning.{found.state}')}")
    for number, trial in enumerate(row.bound.trials if row.bound else ()):
        given = words.trial(trial)
        if given:
            here.line(f"  {given}")
        measured = found.trials[number] if number < len(found.trials) else None
        for claim in trial.claims:
            values = measured["measures"].get(claim.measure, []) if measured else []
            told = f"  ({' '.join(map(short, values))})" if values else ""
            here.line(f"  - {words.claim(claim)}{told}")
        if measured:
            cpu, seconds = (f"{max(measured[name]):.0f}" for name in ("cpu_seconds", "seconds"))
            here.line(f"    {words.t('measure.runs', cpu=cpu, seconds=seconds)}")


def _show_metrics(row: Method, here: Session, words: Words) -> None:
    """A metric and its healthy range on a line, its formula below."""
    found = {name: find(name, row) for name in row.metrics}
    heads = words.t("head.metric"), words.t("head.healthy")
    head, *lines = table(heads, [(name, words.healthy(one.healthy)) for name, one in found.items()])
    _lines([head], here)
    for line, one in zip(lines, found.values(), strict=True):
        here.line(line)
        here.line(f"    {inline(one.formula)}")


def _lines(lines: list[str], here: Session) -> None:
    here.line()
    for line in lines:
        here.line(line)


# --- as a document


def as_document(row: Method, found: Status) -> dict[str, Any]:
    """A method as plain values, its formulas in TeX and in one line."""
    return {
        "id": row.id,
        "family": next(family for family, members in FAMILIES.items() if row in members),
        "data": row.data,
        "loop": row.loop,
        "model": row.model,
        "chapter": row.chapter,
        "lab": row.lab,
        "lab_gate": LABS[row.lab].gate if row.lab in LABS else None,
        "losses": [
            {"name": f"engine.losses.{name}", "formula": inline(LOSSES[name].formula), "tex": LOSSES[name].formula,
             "source": LOSSES[name].source}
            for name in row.losses
        ],
        "metrics": [
            {"name": name, "formula": inline(find(name, row).formula), "healthy": _range(find(name, row).healthy)}
            for name in row.metrics
        ],
        "hyper": [_setting(one) for one in row.hyper],
        "variants": [{"id": one.id, "settings": dict(one.settings)} for one in row.variants],
        "bound": [
            {"settings": dict(trial.settings), "claims": [asdict(claim) for claim in trial.claims]}
            for trial in (row.bound.trials if row.bound else ())
        ],
        "status": found.state,
        "measured": list(found.trials),
    }  # fmt: skip


def _setting(one: HyperParameter) -> dict[str, Any]:
    return {
        "name": one.name, "type": one.type.__name__, "default": one.default, "low": one.low, "high": one.high,
        "choices": list(one.choices),
    }  # fmt: skip


def _range(healthy: Healthy) -> dict[str, Any]:
    """An open end is null."""
    low, high = (end if math.isfinite(end) else None for end in (healthy.low, healthy.high))
    return {"goes": healthy.goes, "low": low, "high": high, "scale": healthy.scale}
