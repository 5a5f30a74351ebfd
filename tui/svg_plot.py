"""A line plot as an SVG file: no library, round ticks, direct labels, readable on a light and on a dark page."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from tui.literal import clean
from tui.numbers import short
from tui.plotting import Point, Series, extent, inner_ticks, tick_labels, ticks

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 40, 36
DASHES = ("", "8 5", "2 4", "12 4 2 4")
POINTS = 1000  # spans at most per line: more than the plot has pixels

# The page behind is not ours, so the picture brings its own ground in both of its colours.
STYLE = """
  svg { --ground: #fbfaf7; --ink: #1f2430; --quiet: #55607a; --rule: #d9d5ca;
        --line-0: #1f6f8b; --line-1: #9a5b00; --line-2: #6a3d8f; --line-3: #2e7d32; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #14171c; --ink: #d5d9e0; --quiet: #a3a8c3; --rule: #313845;
          --line-0: #7fb4ca; --line-1: #e0af68; --line-2: #c39be0; --line-3: #98c379; } }
  text { font: 13px system-ui, sans-serif; fill: var(--quiet); }
  .title { font-size: 15px; font-weight: 600; fill: var(--ink); }
  .grid { stroke: var(--rule); stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
"""


def plot(
    title: str,
    lines: Mapping[str, Sequence[Point]],
    x_label: str,
    description: str,
    empty: str,
    whole_steps: bool = True,
    doubling: bool = False,
) -> str:
    """The SVG of some lines of (step, value), or of (another measure, value), which may go back and forth; `doubling`
    where each mark to the right is twice the one before. `description` says the same in words, for screen readers."""
    if doubling:
        lines = {name: [(math.log2(right), up) for right, up in points] for name, points in lines.items()}
    series = [_series(name, points) for name, points in lines.items()]
    filled = [line for line in series if len(line)]
    parts = [f'<text class="title" x="{LEFT}" y="22">{_text(title)}</text>']
    reach = extent(filled)
    if reach is None:
        parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">{_text(empty)}</text>')
    else:
        parts += _drawing(filled, reach, whole_steps, doubling)
        parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{_text(x_label)}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{_text(title)}">\n<title>{_text(title)}</title>\n<desc>{_text(description)}</desc>\n'
        f'<style>{STYLE}</style>\n<rect width="{WIDTH}" height="{HEIGHT}" rx="8" style="fill: var(--ground)"/>\n'
        f"{body}\n</svg>\n"
    )


def _series(name: str, points: Sequence[Point]) -> Series:
    series = Series(name)
    series.follow(points)
    return series


def _text(text: str) -> str:
    return escape(clean(text), quote=True)


def _drawing(series: Sequence[Series], reach: tuple[float, float], whole_steps: bool, doubling: bool) -> list[str]:
    marks = ticks(*reach, 5)
    first = min(0, *(line.first.first_step for line in series))
    last = max(span.last_step for line in series for span in line.spans(POINTS))
    names, top = _legend(series)

    def x(step: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (step - first) / ((last - first) or 1), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - top - BOTTOM) * (value - marks[0]) / (marks[-1] - marks[0]), 1)

    parts = list(names)
    for mark, label in zip(marks, tick_labels(marks), strict=True):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mark)}" y2="{y(mark)}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(mark) + 4}" text-anchor="end">{label}</text>')
    steps = inner_ticks(first, last, 6, whole_steps)
    labels = [f"{2 ** round(step)}" for step in steps] if doubling else tick_labels(steps)
    for step, label in zip(steps, labels, strict=True):
        parts.append(f'<text x="{x(step)}" y="{HEIGHT - 18}" text-anchor="middle">{label}</text>')
    for number, line in reversed(list(enumerate(series))):
        colour, dash = _look(number)
        corners = []
        for span in line.spans(POINTS):
            corners += [
                (span.first_step, value) for value in dict.fromkeys((span.first, span.low, span.high, span.last))
            ]
        path = " ".join(f"{x(step)},{y(value)}" for step, value in corners)
        parts.append(f'<polyline class="line" style="stroke: {colour}" stroke-dasharray="{dash}" points="{path}"/>')
    return parts


def _look(number: int) -> tuple[str, str]:
    """Colour and dash of a line; from the fifth on the colours come again, with another dash."""
    return f"var(--line-{number % 4})", DASHES[(number + number // 4) % 4]


def _legend(series: Sequence[Series]) -> tuple[list[str], int]:
    """The name and last value of each line beside the title, or below it where they need more room; and how far down
    the plot then begins."""
    names = [f"{line.name} {short(line.last.last)}".strip() for line in series]
    below = len(names) > 4
    a_row = 4 if below else max(1, len(names))
    parts = []
    for start in range(0, len(names), a_row):
        right, base = WIDTH - RIGHT, 22 + 18 * (start // a_row + below)
        for number, name in reversed(list(enumerate(names))[start : start + a_row]):
            colour, dash = _look(number)
            width = 8 * len(name) + 40
            parts.append(f'<text x="{right}" y="{base}" text-anchor="end" style="fill: {colour}">{_text(name)}</text>')
            parts.append(
                f'<line x1="{right - width + 4}" x2="{right - width + 32}" y1="{base - 4}" y2="{base - 4}" '
                f'style="stroke: {colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            )
            right -= width + 12
    return parts, TOP + 18 * below * -(-len(names) // a_row)
