"""A gate as a number on a line: threshold, measured value, interval, verdict."""

from collections.abc import Mapping
from typing import Any

from textual.content import Content
from textual.widget import Widget

from content.text import sentences
from tui.literal import clean
from tui.numbers import minus

THRESHOLD, VALUE, LOW, HIGH, INSIDE, LINE = "┊", "●", "├", "┤", "─", "·"


def two(value: float) -> str:
    """Two decimals for a share or a difference, three where two would hide its sign; a count, an
    integer or any whole number above one, stays whole."""
    if isinstance(value, int) or (abs(value) > 1 and value == round(value)):
        return f"{value:.0f}"
    return minus(f"{value:.3f}" if 0 < abs(value) < 0.005 else f"{value:.2f}")


def scale(gate: Mapping[str, Any]) -> tuple[float, float]:
    """The ends of the line: a third wider on both sides than what is marked on it, but no wider than shares can be."""
    marks = [gate[name] for name in ("value", "threshold", "low", "high") if gate.get(name) is not None]
    low, high = min(marks), max(marks)
    pad = (high - low) / 3 or 0.1
    share = low >= 0 and high <= 1 and gate["threshold"] > 0
    return (max(0.0, low - pad), min(1.0, high + pad)) if share else (low - pad, high + pad)


def draw(gate: Mapping[str, Any], width: int) -> str:
    """`······┊··├──●──┤·····` over `width` cells."""
    start, end = scale(gate)

    def cell(value: float) -> int:
        return min(width - 1, max(0, round((value - start) / (end - start) * (width - 1))))

    cells = [LINE] * width
    cells[cell(gate["threshold"])] = THRESHOLD
    if gate.get("low") is not None and gate.get("high") is not None:
        low, high = cell(gate["low"]), cell(gate["high"])
        for column in range(low, high + 1):
            if cells[column] != THRESHOLD:
                cells[column] = INSIDE
        cells[low], cells[high] = LOW, HIGH
    cells[cell(gate["value"])] = VALUE
    return "".join(cells)


def numbers(gate: Mapping[str, Any]) -> str:
    """`0.71 (0.58–0.82)`, or the value alone where no interval was measured."""
    if gate.get("low") is None or gate.get("high") is None:
        return two(gate["value"])
    return f"{two(gate['value'])} ({two(gate['low'])}–{two(gate['high'])})"


class IntervalLine(Widget):
    """What is measured; the drawing with threshold, numbers and verdict (a word, a sign and a colour); the details."""

    DEFAULT_CSS = "IntervalLine { height: auto; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.gate: Mapping[str, Any] | None = None
        self.details = False

    def show(self, gate: Mapping[str, Any] | None, details: bool = True) -> None:
        """Draw this gate, with its further measures if `details`; nothing for a run without one (yet)."""
        self.display = gate is not None
        if (gate, details) != (self.gate, self.details):
            self.gate, self.details = gate, details
            self.refresh(layout=True)

    def measure(self, name: str) -> str:
        """What was measured, in words; a measure that the texts do not know goes by its own name."""
        language = self.app.language  # type: ignore[attr-defined]
        return sentences(language).get(f"gate.measure.{name}", name)

    def lines(self, width: int) -> list[Content]:
        gate = self.gate
        if gate is None:
            return []
        lines = [Content.styled(clean(self.measure(gate["id"])), "bold").truncate(width, ellipsis=True)]
        lines.append(self._picture(gate, width))
        if self.details:
            measures = [(clean(self.measure(detail["id"])), numbers(detail)) for detail in gate.get("details", ())]
            room = width - 2 - max((len(value) for _, value in measures), default=0)
            widest = min(room, max((len(name) for name, _ in measures), default=0))
            for name, value in measures:
                words = Content(name).truncate(widest, ellipsis=True, pad=True)
                lines.append(Content.styled(Content.assemble(words, f"  {value}").plain, "$secondary"))
        return lines

    def _picture(self, gate: Mapping[str, Any], width: int) -> Content:
        word = self.app.t("gate.passed" if gate["passed"] else "gate.missed")  # type: ignore[attr-defined]
        verdict = (f"✓ {word}", "bold $success") if gate["passed"] else (f"✗ {word}", "bold $error")
        after = Content.assemble("  ", (numbers(gate), "bold"), "  ", verdict)
        before = f"> {two(gate['threshold'])}  "
        room = width - len(before) - after.cell_length
        if room < 8:
            return Content.assemble((before.rstrip(), "$secondary"), after)
        return Content.assemble((before, "$secondary"), (draw(gate, min(room, 60)), "$primary"), after)

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self.lines(width))

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.size.width))
