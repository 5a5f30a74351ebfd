"""The report of a run as one HTML file: plots and formulas inside it, nothing fetched, light and dark."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import Any

from content.labs import labs
from content.maths import mathml
from content.text import sentences
from engine.methods import METHODS
from engine.methods.losses import LOSSES
from engine.world.prompts import readable
from tui.charts import charts_for
from tui.literal import clean
from tui.numbers import percent
from tui.report import Report, measure
from tui.svg_plot import STYLE
from tui.trial_words import verdict_lines
from tui.widgets.interval_line import scale, two

CSS = Path(__file__).with_name("report_page.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page itself forbids its browser to fetch or to run anything, whatever a model wrote into a sample."""
WIDTH, LEFT, RIGHT = 640, 16, 16


def page(report: Report) -> str:
    """The whole file."""
    return _Page(report).html()


class _Page:
    """One report; each method writes one section, empty where the run has nothing for it."""

    def __init__(self, report: Report) -> None:
        self.report, self.language, self.history = report, report.language, report.history
        self.t = report.t
        self.lab = next((lab for lab in labs(self.language) if lab.id == report.status.lab), None)

    def html(self) -> str:
        report = self.report
        method = self.t(f"runs.method.{report.recipe.method}")
        title = self.lab.title if self.lab else method
        sections = (
            self._head(title, method),
            self._gate(),
            self._warnings(),
            self._card(),
            self._asked("report.prediction", report.prediction, report.compared),
            self._loss(),
            self._curves(),
            self._forms(),
            self._samples(),
            self._asked("report.answers", report.answers),
            self._recipe(),
            self._hashes(),
        )
        body = "\n".join(section for section in sections if section)
        return (
            f'<!doctype html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{_text(title)} · {_text(report.status.run_id)}</title>\n"
            f"<style>\n{CSS.read_text(encoding='utf-8')}{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n"
            f"<footer>{self.t('report.made')}</footer>\n</main>\n</body>\n</html>\n"
        )

    def _head(self, title: str, method: str) -> str:
        status = self.report.status
        above = ["Preferably", self.t("report.lab", id=self.lab.id), method] if self.lab else ["Preferably"]
        day = f"{datetime.fromtimestamp(status.updated):%Y-%m-%d}" if status.updated else ""
        state = self.t(f"runs.state.{status.state}")
        line = self.t("report.state", method=method, state=state, step=self.history.step, total=status.total_steps)
        return (
            f'<p class="eyebrow">{_text(" · ".join(above))}</p>\n<h1>{_text(title)}</h1>\n'
            f'<p class="quiet"><code>{_text(status.run_id)}</code> · {_text(day)}<br>{_text(line)}</p>'
        )

    # --- the gate

    def _gate(self) -> str:
        gate = self.history.gate
        if gate is None:
            return ""
        kind = "passed" if gate["passed"] else "missed"
        sign = "✓" if gate["passed"] else "✗"
        verdict = self.t(f"report.{kind}", threshold=two(gate["threshold"]))
        name = measure(self.language, gate["id"]).replace("\\", "")
        figures = "\n".join(self._figure(detail) for detail in gate.get("details", ()))
        found = "".join(f"<li>{_text(line)}</li>\n" for line in verdict_lines(self.language, gate))
        return (
            f'<section class="verdict {kind}"><strong>{sign} {_text(verdict)}</strong>{_text(name)}\n'
            f"{self._interval(gate, name)}</section>\n"
            + (f"<ul>\n{found}</ul>\n" if found else "")
            + (f'<dl class="figures">\n{figures}\n</dl>' if figures else "")
        )

    def _figure(self, detail: Mapping[str, Any]) -> str:
        name = measure(self.language, str(detail["id"])).replace("\\", "")
        between = ""
        if detail.get("low") is not None and detail.get("high") is not None:
            between = f"<small>{two(detail['low'])}–{two(detail['high'])}</small>"
        return f"<div><dt>{_text(name)}</dt><dd>{two(detail['value'])}{between}</dd></div>"

    def _interval(self, gate: Mapping[str, Any], name: str) -> str:
        """What was measured and its interval on a line, with the bar that had to be reached."""
        start, end = scale(gate)

        def x(value: float) -> float:
            share = (value - start) / ((end - start) or 1)
            return round(LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share)), 1)

        value, bar = x(gate["value"]), x(gate["threshold"])
        colour = "var(--good)" if gate["passed"] else "var(--bad)"
        shown = two(gate["value"])
        parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="44" y2="44" stroke="var(--rule)" stroke-width="3"/>']
        if gate.get("low") is not None and gate.get("high") is not None:
            low, high = x(gate["low"]), x(gate["high"])
            shown += f" ({two(gate['low'])}–{two(gate['high'])})"
            parts.append(f'<line class="interval" x1="{low}" x2="{high}" y1="44" y2="44" stroke="{colour}"/>')
        threshold = f"{_text(self.t('report.bar'))} {two(gate['threshold'])}"
        parts += [
            f'<line class="bar" x1="{bar}" x2="{bar}" y1="26" y2="62"/>',
            f'<text x="{bar}" y="80" text-anchor="{_anchor(bar)}">{threshold}</text>',
            f'<circle cx="{value}" cy="44" r="8" fill="{colour}"/>',
            f'<text class="value" x="{value}" y="20" text-anchor="{_anchor(value)}">{shown}</text>',
        ]
        label = _text(f"{name}: {shown}")
        return f'<svg viewBox="0 0 {WIDTH} 88" role="img" aria-label="{label}">\n' + "\n".join(parts) + "\n</svg>"

    def _warnings(self) -> str:
        lines = "".join(f"<li>{_text(line)}</li>\n" for line in self.report.warnings())
        return self._section("report.warnings", f'<ul class="warnings">\n{lines}</ul>') if lines else ""

    def _card(self) -> str:
        """The instruments, with what has left its healthy range marked."""
        if self.report.card is None:
            return ""
        kinds = {True: "right", False: "wrong", None: "unjudged"}
        rows = [
            (f'<span class="{kinds[fine]}">{_text(name)}</span>', _text(value), _text(healthy))
            for name, value, healthy, fine in self.report.instruments()
        ]
        title = self.t("report.instruments", against=self.report.card["against"])
        heads = (self.t("report.measure"), self.t("report.value"), "")
        return f"<h2>{_text(title)}</h2>\n{_table(heads, rows)}"

    # --- what was said

    def _asked(self, key: str, pairs: Sequence[tuple[str, str]], lines: Sequence[str] = ()) -> str:
        if not pairs:
            return ""
        rows = "\n".join(f"<dt>{_text(asked)}</dt>\n<dd>{_text(said)}</dd>" for asked, said in pairs)
        below = "".join(f"<li>{_text(line)}</li>\n" for line in lines)
        return self._section(key, f'<dl class="asked">\n{rows}\n</dl>' + (f"\n<ul>\n{below}</ul>" if below else ""))

    def _section(self, key: str, body: str) -> str:
        return f"<h2>{_text(self.t(key))}</h2>\n{body}"

    # --- what was done

    def _loss(self) -> str:
        """The losses that the method minimises, as formulas, with their papers."""
        names = METHODS[self.report.recipe.method].losses if self.report.recipe.method in METHODS else ()
        shown = [LOSSES[name] for name in names if name in LOSSES]
        if not shown:
            return ""
        parts = (
            f'<div class="formula">{mathml(loss.formula, block=True)}</div>\n<p class="quiet">{_text(loss.source)}</p>'
            for loss in shown
        )
        return self._section("report.loss", "\n".join(parts))

    def _curves(self) -> str:
        figures = []
        for chart, svg in zip(charts_for(self.history.metrics), self.report.plots.values(), strict=True):
            meaning = sentences(self.language).get(f"metric.{chart.id}.meaning", "")
            caption = f"\n<figcaption>{_text(meaning)}</figcaption>" if meaning else ""
            figures.append(f"<figure>{_inlined(svg)}{caption}</figure>")
        if not figures:
            return ""
        return self._section("report.curves", '<div class="curves">\n' + "\n".join(figures) + "\n</div>")

    def _forms(self) -> str:
        """How likely each form was at the first look and is at the last, as bars."""
        if not self.history.choices:
            return ""
        (first, before), (last, now) = self.history.choices[0], self.history.choices[-1]
        old = {choice["prompt"]: choice["options"] for choice in before}
        rows = []
        for choice in now:
            for number, (form, share) in enumerate(choice["options"].items()):
                prompt = f"<code>{_text(readable(choice['prompt']))}</code>" if not number else ""
                was = old.get(choice["prompt"], {}).get(form, share)
                rows.append((prompt, f"<code>{_text(form)}</code>", _bar(was, "before"), _bar(share, "after")))
        steps = (self.t("report.at_step", step=first), self.t("report.at_step", step=last))
        return self._section("report.forms", _table((self.t("report.prompt"), self.t("report.form"), *steps), rows))

    def _samples(self) -> str:
        """The watched answers, first and last, with what has changed marked and the rule's reason."""
        if not self.history.samples or not self.history.samples[-1][1]:
            return ""
        (first, before), (last, now) = self.history.samples[0], self.history.samples[-1]
        old = {sample["prompt"]: sample for sample in before}
        rows = []
        for sample in now:
            was = old.get(sample["prompt"], sample)
            prompt = f"<code>{_text(readable(sample['prompt']))}</code>"
            rows.append((prompt, self._answer(was, ""), self._answer(sample, was["completion"])))
        steps = (self.t("report.at_step", step=first), self.t("report.at_step", step=last))
        return self._section("report.samples", _table((self.t("report.prompt"), *steps), rows))

    def _answer(self, sample: Mapping[str, Any], before: str) -> str:
        reason = sentences(self.language).get(f"world.reason.{sample['reason']}", str(sample["reason"]))
        kind = "right" if sample["reason"] == "right" else "wrong"
        words = _changed(before, sample["completion"]) if before else _text(sample["completion"])
        return f'<span class="{kind}"><code>{words or "∅"}</code></span><span class="why">{_text(reason)}</span>'

    # --- how to do it again

    def _recipe(self) -> str:
        recipe = self.report.recipe
        general = {"method": recipe.method, "model": recipe.model, "data": recipe.data, "seed": recipe.seed}
        rows = [(_code(name), _code(str(value))) for name, value in {**general, **recipe.hyper}.items()]
        table = _table((self.t("report.setting"), self.t("report.value")), rows)
        if self.lab is not None:
            command = f"preferably lab {self.lab.id} --seed {recipe.seed}"
            command += "" if recipe.data == "shipped" else f" --data {recipe.data}"
        else:
            changed = {name: value for name, value in recipe.hyper.items() if not self._default(name, value)}
            settings = "".join(f" --set {name}={value}" for name, value in changed.items())
            command = f"preferably train {recipe.method} --seed {recipe.seed}{settings}"
        again = f"<p>{_text(self.t('report.again'))} {_code(command)}</p>"
        return self._section("report.recipe", f"{again}\n{table}")

    def _default(self, name: str, value: Any) -> bool:
        method = METHODS.get(self.report.recipe.method)
        parameter = method.parameter(name) if method else None
        return parameter is not None and parameter.default == value

    def _hashes(self) -> str:
        rows = [(_code(name), _code(digest)) for name, digest in self.report.hashes().items()]
        rows.append((_text(self.t("report.fingerprint")), _code(self.report.recipe.fingerprint)))
        return self._section("report.hashes", _table((self.t("report.file"), "SHA-256"), rows))


def _text(text: str) -> str:
    """Text from anywhere as HTML, on one line and with nothing in it that a browser would obey."""
    return escape(" ".join(clean(text).split()), quote=True)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _bar(share: float, kind: str) -> str:
    return f'<div class="share {kind}"><i style="width: {5 * share:.2f}rem"></i>{percent(share)}</div>'


def _changed(before: str, after: str) -> str:
    """`after` with the words marked that were not there."""
    old, new = clean(before).split(), clean(after).split()
    parts = []
    for kind, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        words = escape(" ".join(new[start:end]))
        if words:
            parts.append(words if kind == "equal" else f"<mark>{words}</mark>")
    return " ".join(parts)


def _inlined(svg: str) -> str:
    """A plot without its own style: the page has it once."""
    return re.sub(r"<style>.*?</style>\n?", "", svg, flags=re.DOTALL).strip()


def _anchor(x: float) -> str:
    return "start" if x < 0.2 * WIDTH else "end" if x > 0.8 * WIDTH else "middle"
