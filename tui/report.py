"""The report of a run: Markdown with its plots beside it, and one HTML file, every number from the run's own files."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from content.text import say, sentences
from engine.evaluate import card_process
from engine.runs import files
from engine.runs.events import fold, read_events
from engine.runs.faults import explain
from engine.runs.recipe import Recipe
from engine.runs.status import read_status
from engine.world.prompts import readable
from tui.charts import Chart, charts_for
from tui.following import warning
from tui.literal import clean
from tui.numbers import percent, short
from tui.plotting import Point
from tui.svg_plot import plot
from tui.trial_words import verdict_lines
from tui.widgets.interval_line import numbers, two

FOLDER, HTML = "report", "report.html"
FORMATS = ("md", "html")
HASHED = ("recipe.json", "data/train.jsonl", "data/eval.jsonl", "adapter_model.safetensors")


def write_report(
    folder: Path,
    language: str,
    *,
    prediction: Sequence[tuple[str, str]] = (),
    answers: Sequence[tuple[str, str]] = (),
    compared: Sequence[str] = (),
    to: Path | None = None,
    formats: Sequence[str] = FORMATS,
) -> Path:
    """Write `report.md` with its plots in `report/`, and the one file `report.html`, into the run's folder or into the
    folder `to`, and return the path of the first of the `formats`.

    `prediction` and `answers` are (question, answer) in the learner's words, from a lab; `compared` says, a line each,
    how the predictions fared. Raises Problem `runs.not_found`, those of `Recipe.read`, `runs.disk_full`,
    `runs.folder_read_only`.
    """
    from tui.report_page import page

    report = Report(folder, language, prediction, answers, compared)
    target = to or folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        if "md" in formats:
            plots = target / FOLDER
            plots.mkdir(exist_ok=True)
            for name, svg in report.plots.items():
                files.replace(plots / name, svg)
            files.replace(target / "report.md", report.markdown())
        if "html" in formats:
            files.replace(target / HTML, page(report))
    except OSError as error:
        raise explain(error, target) from error
    return target / f"report.{formats[0]}"


class Report:
    """One run read once; each method writes one section."""

    def __init__(
        self,
        folder: Path,
        language: str,
        prediction: Sequence[tuple[str, str]] = (),
        answers: Sequence[tuple[str, str]] = (),
        compared: Sequence[str] = (),
    ) -> None:
        self.folder, self.language = folder, language
        self.status = read_status(folder)
        self.recipe = Recipe.read(folder / "recipe.json")
        self.history = fold(read_events(folder))
        self.card = card_process.kept(folder)
        self.prediction, self.answers, self.compared = prediction, answers, compared
        self.plots: dict[str, str] = {}
        self._charts = [self._chart(chart) for chart in charts_for(self.history.metrics)]

    def t(self, key: str, /, **params: Any) -> str:
        return say(self.language, key, **params)

    def markdown(self) -> str:
        """The whole report."""
        sections = (
            self._head(),
            self._gate(),
            self._warnings(),
            self._card(),
            self._asked("report.prediction", self.prediction, self.compared),
            self._plots(),
            self._forms(),
            self._samples(),
            self._asked("report.answers", self.answers),
            self._recipe(),
            self._hashes(),
        )
        return "\n\n".join(section for section in sections if section) + "\n"

    def _head(self) -> str:
        status = self.status
        state = self.t(f"runs.state.{status.state}")
        title = self.t("report.title", run=code(status.run_id))
        method = self.t(f"runs.method.{self.recipe.method}")
        line = self.t("report.state", method=method, state=state, step=self.history.step, total=status.total_steps)
        return f"# {title}\n\n{line}"

    def _gate(self) -> str:
        gate = self.history.gate
        if gate is None:
            return ""
        verdict = self.t("report.passed" if gate["passed"] else "report.missed", threshold=two(gate["threshold"]))
        rows = [(measure(self.language, gate["id"]), numbers(gate))]
        rows += [(measure(self.language, detail["id"]), numbers(detail)) for detail in gate.get("details", ())]
        table = _table((self.t("report.measure"), self.t("report.value")), rows)
        found = "\n".join(f"- {inline(line)}" for line in verdict_lines(self.language, gate))
        return "\n\n".join(filter(None, (f"## {self.t('report.gate')}", f"**{verdict}**", found, table)))

    def warnings(self) -> list[str]:
        """What the monitors said while the run was at work, in words."""
        return [warning(self.t, event) for _, event in self.history.warnings]

    def _warnings(self) -> str:
        lines = "\n".join(f"- {inline(line)}" for line in self.warnings())
        return f"## {self.t('report.warnings')}\n\n{lines}" if lines else ""

    def instruments(self) -> list[tuple[str, str, str, bool | None]]:
        """The card of instruments, if there is one: name, value with interval, healthy range, whether it lies in it
        (None where there is no range)."""
        return [
            (
                self.t(f"instrument.{figure['id']}.name"),
                numbers(figure),
                self._healthy(figure["healthy"]),
                figure["fine"] if figure["healthy"] else None,
            )
            for figure in (self.card or {}).get("figures", ())
        ]

    def _healthy(self, bounds: Sequence[float | None] | None) -> str:
        if bounds is None:
            return ""
        low, high = bounds
        if high is None:
            return self.t("runs.card.at_least", low=f"{low:.2g}")
        return self.t("runs.card.healthy", low=f"{low:.2g}", high=f"{high:.2g}")

    def _card(self) -> str:
        if self.card is None:
            return ""
        signs = {True: "✓ ", False: "! ", None: ""}
        rows = [(f"{signs[fine]}{name}", value, healthy) for name, value, healthy, fine in self.instruments()]
        title = self.t("report.instruments", against=code(self.card["against"]))
        return f"## {title}\n\n" + _table((self.t("report.measure"), self.t("report.value"), ""), rows)

    def _asked(self, key: str, pairs: Sequence[tuple[str, str]], lines: Sequence[str] = ()) -> str:
        if not pairs:
            return ""
        rows = [f"- {inline(asked)} **{inline(said)}**" for asked, said in pairs]
        return f"## {self.t(key)}\n\n" + "\n".join([*rows, *(f"- {inline(line)}" for line in lines)])

    def _chart(self, chart: Chart) -> str:
        """Draw one chart into `plots`; the Markdown that shows it, with the curve in words as its alternative."""
        found = chart.find(self.history.metrics)
        own = chart.lines[0][1] == chart.id
        title = chart.id if own else self.t(f"metric.{chart.id}.title")
        meaning = "" if own else self.t(f"metric.{chart.id}.meaning")
        lines = {(self._line(chart, name) if len(found) > 1 else ""): points for name, points in found.items()}
        words = "; ".join(self._in_words(name or title, points) for name, points in lines.items())
        file = re.sub(r"[^a-z0-9_-]+", "-", chart.id.lower()) + ".svg"
        right = self.t(f"metric.{chart.id}.over") if chart.over else self.t("report.steps")
        empty = self.t("metric.chart.empty")
        self.plots[file] = plot(title, lines, right, words, empty, not chart.over, chart.doubling)
        return f"![{inline(title)}: {inline(words)}]({FOLDER}/{file})\n\n{inline(meaning)}".strip()

    def _line(self, chart: Chart, name: str) -> str:
        return name if name == chart.id else self.t(f"metric.line.{name}")

    def _in_words(self, name: str, points: Sequence[Point]) -> str:
        return f"{name} {short(points[0][1])} → {short(points[-1][1])}"

    def _plots(self) -> str:
        return f"## {self.t('report.curves')}\n\n" + "\n\n".join(self._charts) if self._charts else ""

    def _forms(self) -> str:
        """Probabilities of the forms, first and last."""
        if not self.history.choices:
            return ""
        (first, before), (last, now) = self.history.choices[0], self.history.choices[-1]
        old = {choice["prompt"]: choice["options"] for choice in before}
        rows = [
            (
                code(readable(choice["prompt"])),
                code(form),
                percent(old.get(choice["prompt"], {}).get(form, share)),
                percent(share),
            )
            for choice in now
            for form, share in choice["options"].items()
        ]
        steps = (self.t("report.at_step", step=first), self.t("report.at_step", step=last))
        return f"## {self.t('report.forms')}\n\n" + _table(
            (self.t("report.prompt"), self.t("report.form"), *steps), rows
        )

    def _samples(self) -> str:
        """The watched answers, first and last, with the rule's grade."""
        if not self.history.samples or not self.history.samples[-1][1]:
            return ""
        (first, before), (last, now) = self.history.samples[0], self.history.samples[-1]
        old = {sample["prompt"]: sample for sample in before}
        rows = [
            (code(readable(sample["prompt"])), self._graded(old.get(sample["prompt"], sample)), self._graded(sample))
            for sample in now
        ]
        steps = (self.t("report.at_step", step=first), self.t("report.at_step", step=last))
        return f"## {self.t('report.samples')}\n\n" + _table((self.t("report.prompt"), *steps), rows)

    def _graded(self, sample: Mapping[str, Any]) -> str:
        return ("✓ " if sample["reason"] == "right" else "✗ ") + code(sample["completion"])

    def _recipe(self) -> str:
        recipe = self.recipe
        general = {"method": recipe.method, "model": recipe.model, "data": recipe.data, "seed": recipe.seed}
        rows = [(code(name), code(str(value))) for name, value in {**general, **recipe.hyper}.items()]
        return f"## {self.t('report.recipe')}\n\n" + _table((self.t("report.setting"), self.t("report.value")), rows)

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of the files that the run consists of, by their names."""
        found = (name for name in HASHED if (self.folder / name).is_file())
        return {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in found}

    def _hashes(self) -> str:
        rows = [(code(name), code(digest)) for name, digest in self.hashes().items()]
        rows.append((self.t("report.fingerprint"), code(self.recipe.fingerprint)))
        return f"## {self.t('report.hashes')}\n\n" + _table((self.t("report.file"), "SHA-256"), rows)


def measure(language: str, name: str) -> str:
    """What was measured, in words; a measure that the texts do not know goes by its own name."""
    return sentences(language).get(f"gate.measure.{name}", inline(name))


def inline(text: str) -> str:
    """Text inside a Markdown paragraph, with everything that Markdown or HTML would read made literal."""
    return re.sub(r"([\\`*_\[\]<>|#!~&])", r"\\\1", " ".join(clean(text).split()))


def code(text: str) -> str:
    """Text as inline code in a table cell, whatever backticks or bars it holds; nothing is shown as ∅."""
    text = " ".join(clean(text).split())
    if not text:
        return "∅"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
