"""The chart draws what the numbers say, says it in words, and costs the same however long the run."""

import math
import time

from textual.app import App, ComposeResult

from tui.widgets.braille import STYLES, Canvas
from tui.widgets.line_chart import LineChart


class ChartApp(App[None]):
    def compose(self) -> ComposeResult:
        yield LineChart("loss")


def points(*values: float) -> list[tuple[int, float]]:
    return list(enumerate(values))


async def drawn(lines, size=(60, 14), **settings):
    """The chart's lines as plain text, after showing `lines`."""
    app = ChartApp()
    async with app.run_test(size=size):
        chart = app.query_one(LineChart)
        for name, value in settings.items():
            setattr(chart, name, value)
        chart.show(lines)
        return chart.render().plain.split("\n")


def dots_of(text: list[str]) -> int:
    return sum(bin(ord(cell) - 0x2800).count("1") for line in text for cell in line if 0x2800 <= ord(cell) <= 0x28FF)


def test_a_canvas_puts_each_dot_where_unicode_says():
    canvas = Canvas(1, 1)
    for x, y, bit in ((0, 3, 0x01), (0, 0, 0x40), (1, 3, 0x08), (1, 0, 0x80)):
        canvas.dots = [[0]]
        canvas.column(x, y, y, 0)
        assert canvas.dots == [[bit]]


def test_a_line_has_no_gaps():
    canvas = Canvas(10, 5)
    canvas.trace([(0, 0, 0, 0, 0), (19, 19, 19, 19, 19)], 0)
    assert all(canvas.dots[4 - x // 4][x // 2] for x in range(20))


def test_the_styles_differ_without_colour():
    patterns = {tuple(style.draws(x) for x in range(60)) for style in STYLES}
    assert len(patterns) == len(STYLES) == len({style.sign for style in STYLES})


async def test_rising_values_rise():
    text = await drawn({"loss": points(0, 1, 2, 3)})
    plot = [line.split("│")[-1].split("┤")[-1] for line in text[1:-2]]
    starts = [len(line) - len(line.lstrip()) for line in plot if line.strip()]
    assert starts == sorted(starts, reverse=True)
    assert starts[-1] == 0


async def test_words_say_what_the_plot_shows():
    text = await drawn({"loss": points(*(0.69 - 0.01 * step for step in range(50)))})
    assert text[-1] == "step 49 · loss 0.200 (from 0.690), falling"
    assert text[0].startswith("loss")
    assert text[0].endswith("0.200")


async def test_two_lines_have_a_legend_and_fit():
    lines = {"chosen": points(-4, -4.2), "rejected": points(-4, -9)}
    text = await drawn(lines, size=(50, 12))
    assert "━━ chosen" in text[0]
    assert "╍╍ rejected" in text[0]
    assert max(map(len, text)) <= 48


async def test_the_axis_reaches_to_the_end_of_the_run():
    text = await drawn({"loss": points(*range(20))}, total_steps=200)
    assert text[-2].split() == ["0", "50", "100", "150", "200"]
    assert not any(line[40:].strip() for line in text[1:-2])


async def test_empty_not_finite_and_not_positive():
    assert "no values yet" in "\n".join(await drawn({}))
    assert "no values yet" in "\n".join(await drawn({"loss": [(0, math.nan)]}))
    assert "1 not finite" in (await drawn({"loss": [(0, math.nan), (1, 2.0), (2, 1.0)]}, size=(80, 14)))[-1]
    assert "nothing above zero" in "\n".join(await drawn({"loss": points(-1, 0)}, log_axis=True))


async def test_a_logarithmic_axis_has_powers_of_ten():
    text = "\n".join(await drawn({"loss": points(0.001, 0.1, 10)}, log_axis=True))
    assert "(log)" in text
    assert all(f"{label}┤" in text for label in ("0.001", "0.1", "10"))


async def test_names_are_shown_literally():
    text = await drawn({"[/nope]": points(1, 2), "b\x1b[2J": points(2, 1)}, size=(120, 12))
    assert "[/nope]" in text[0]
    assert "\x1b" not in "".join(text)


async def test_redraw_costs_the_width_not_the_length():
    app = ChartApp()
    async with app.run_test(size=(100, 25)):
        chart = app.query_one(LineChart)
        chart.show({"loss": points(*(math.sin(step / 50) for step in range(20_000)))})
        spans = chart.series[0].spans(4 * 100)
        assert len(spans) <= 400 + 16
        best = min(_time(chart.render) for _ in range(5))
    assert best < 0.05


def _time(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


async def test_theme_change_and_resize_redraw():
    app = ChartApp()
    async with app.run_test(size=(80, 24)) as pilot:
        chart = app.query_one(LineChart)
        chart.show({"loss": points(3, 2, 1)})
        for size in ((30, 8), (8, 3), (140, 45)):
            await pilot.resize_terminal(*size)
            lines = chart.render().plain.split("\n")
            assert len(lines) <= max(size[1], 1)
