"""The small plot of live blocks: what is drawn lies where its axes say, and nothing beside the plot."""

import math

import pytest

from tui.live.curve import GUTTER, Axis, Plot, legend
from tui.widgets.bars import balance


def drawn(plot: Plot) -> list[str]:
    """The cells of the plot by row, without the gutter."""
    return [line.plain[GUTTER:] for line in plot.lines()]


def test_every_line_is_as_wide_as_the_plot() -> None:
    plot = Plot(40, 5, Axis(0, 10, label="x"), Axis(0, 1))
    plot.function(lambda x: x / 10)
    assert [line.cell_length for line in plot.lines()] == [40] * 6


def test_a_sign_stands_in_the_cell_of_its_point_and_on_top() -> None:
    plot = Plot(GUTTER + 11, 5, Axis(0, 10), Axis(0, 4))
    plot.function(lambda x: 2.0)
    plot.sign(5, 2, "▲")
    plot.sign(5, 2)
    assert [row.find("●") for row in drawn(plot)[:5]] == [-1, -1, 5, -1, -1]
    assert "▲" not in "".join(drawn(plot))


def test_a_line_leaves_the_plot_and_a_sign_stays_at_its_edge() -> None:
    plot = Plot(GUTTER + 20, 4, Axis(0, 1), Axis(0, 1))
    plot.line([(0, 5), (1, 6)])
    plot.sign(2, 9, "●")
    rows = drawn(plot)
    assert rows[0] == " " * 19 + "●"
    assert not "".join(rows[1:4]).strip()


def test_a_line_is_interrupted_where_there_is_nothing() -> None:
    plot = Plot(GUTTER + 20, 2, Axis(0, 1), Axis(0, 1))
    plot.function(lambda x: None if 0.4 < x < 0.6 else 1.0)
    assert drawn(plot)[0][9:11] == "  "
    assert drawn(plot)[0].strip()[0] != " "


def test_equal_factors_are_equal_steps_on_a_logarithmic_axis() -> None:
    axis = Axis(0.01, 10, log=True)
    assert axis.share(0.1) == pytest.approx(1 / 3)
    assert axis.at(2 / 3) == pytest.approx(1)
    assert axis.share(-1) == -math.inf
    plot = Plot(GUTTER + 41, 2, axis, Axis(0, 1))
    assert plot.lines()[-1].plain.split() == ["0.01", "0.1", "1", "10"]


def test_a_guide_has_its_own_label_and_hides_the_number_that_would_touch_it() -> None:
    plot = Plot(GUTTER + 41, 2, Axis(0, 2), Axis(0, 1))
    plot.guide(1, "here")
    assert [row.index("┊") for row in drawn(plot)[:2]] == [20, 20]
    assert plot.lines()[-1].plain.split() == ["0", "0.5", "here", "1.5", "2.0"]


def test_axes_end_on_round_numbers_and_a_single_height_still_has_room() -> None:
    assert (Axis.around([0.03, 0.97]).low, Axis.around([0.03, 0.97]).high) == (0, 1)
    plot = Plot(30, 3, Axis(0, 1), Axis(2, 2))
    plot.function(lambda x: 2.0)
    assert drawn(plot)[1].strip()


def test_an_axis_may_be_without_numbers() -> None:
    plot = Plot(30, 3, Axis(0, 1, count=0), Axis(0, 1, count=0))
    assert "".join(line.plain for line in plot.lines()).replace("│", "").strip() == ""


def test_a_legend_tells_lines_apart_without_colour() -> None:
    assert legend(["chosen", "rejected"]).plain == "━━ chosen   ╍╍ rejected"


def test_a_bar_to_both_sides_keeps_its_middle() -> None:
    assert balance(0.5, 1, 9).plain == "    │██  "
    assert balance(-1, 1, 9).plain == "▒▒▒▒│    "
    assert balance(0, 0, 9).plain == "    │    "
