"""The page of all methods, made from the registry when the site is built: nothing of it is written down twice."""

from collections.abc import Iterator, Sequence

from content.text import say
from engine.methods import FAMILIES, METHODS, Method
from engine.methods.losses import LOSSES
from engine.methods.measured import Record, read, status
from engine.methods.metrics import find
from tui.method_words import Words
from tui.numbers import short

FILE = "07-methods.md"


def page(language: str) -> str:
    """The Markdown of the page, in the dialect of the chapters."""
    words, record = Words(language), read()
    lines = [words.t("about"), ""]
    for family, members in FAMILIES.items():
        lines += [f"## {words.t(f'family.{family}')}", "", *_overview(members, words, record), ""]
    for row in METHODS.values():
        lines += [f"## {row.id}: {words.name(row)} {{#{row.id}}}", "", *_method(row, words, record), ""]
    return "\n".join(lines)


def _overview(members: Sequence[Method], words: Words, record: Record) -> Iterator[str]:
    columns = ("head.method", "head.status", "head.data", "head.losses", "column.chapter", "column.lab", "head.bound")
    heads = [words.t(name) for name in columns]
    rows = []
    for row in members:
        lab = f"[{row.lab}](lab:{row.lab})" if row.lab else "–"
        bound = "; ".join(
            words.claim(claim) + (f" (`{words.settings(trial.settings)}`)" if number else "")
            for number, trial in enumerate(row.bound.trials if row.bound else ())
            for claim in trial.claims
        )
        losses = ", ".join(f"`{name.rpartition('.')[2]}`" for name in row.losses)
        names = ", ".join(f"`{one.id}`" for one in row.variants)
        named = f"[{row.id}](#{row.id})" + (f", {words.t('also')} {names}" if names else "")
        state = words.state(status(row, record).state)
        rows.append((named, state, words.data(row), losses, f"[{row.chapter}]({row.chapter})", lab, bound))
    return _table(heads, rows)


def _method(row: Method, words: Words, record: Record) -> Iterator[str]:
    """Formulas, bound with what was measured, metrics, settings."""
    for name in row.losses:
        yield from (f"`{name}` ({LOSSES[name].source})", "", f"$${LOSSES[name].formula}$$", "")
    found = status(row, record)
    yield from (f"**{words.t('head.bound')}**: {words.state(found.state)}. {words.t(f'meaning.{found.state}')}", "")
    for number, trial in enumerate(row.bound.trials if row.bound else ()):
        measured = found.trials[number]["measures"] if number < len(found.trials) else {}
        given = f" `{words.settings(trial.settings)}`" if trial.settings else ""
        for claim in trial.claims:
            values = ", ".join(map(short, measured.get(claim.measure, [])))
            yield f"- {words.claim(claim)}{given}" + (f": {values}" if values else "")
    yield from ("", f"`preferably train {row.id}`", "")
    heads = [words.t(f"head.{name}") for name in ("metric", "formula", "healthy")] + [""]
    metrics = [(name, find(name, row)) for name in row.metrics]
    yield from _table(
        heads,
        [(f"`{name}`", f"${one.formula}$", words.healthy(one.healthy), words.meaning(name)) for name, one in metrics],
    )
    yield ""
    heads = [words.t(f"head.{name}") for name in ("setting", "default", "range")] + [""]
    yield from _table(
        heads,
        [
            (f"`{one.name}`", f"`{words.value(one.default) or '–'}`", words.allowed(one), words.setting(one, row))
            for one in row.hyper
        ],
    )
    for one in row.variants:
        yield from ("", f"`{one.id}`: {words.t(f'variant.{one.id}')} (`{words.settings(one.settings)}`)")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def title(language: str) -> str:
    return say(language, "methods.title")
