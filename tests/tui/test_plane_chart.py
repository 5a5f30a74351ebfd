"""Charts of one measure against another: points joined by step, drawn with marks, said in words, and as a picture."""

import xml.etree.ElementTree as ElementTree

import pytest
from textual.app import App

from tui.charts import CHARTS, Chart, charts_for
from tui.svg_plot import plot
from tui.trial_words import verdict_lines
from tui.widgets.plane_chart import PlaneChart

PLANE = Chart("plane", (("a", "best"), ("a", "bound")), over=("x", "y"))


def test_values_of_one_step_are_one_point():
    metrics = {"a": [(1, 0.1), (2, 0.2), (4, 0.4)], "x": [(1, 1.0), (2, 0.5)], "y": [(4, 9.0)]}
    assert PLANE.find(metrics) == {"best": [(1.0, 0.1), (0.5, 0.2)], "bound": [(9.0, 0.4)]}
    assert PLANE.find({"a": metrics["a"]}) == {}


def test_the_axis_to_the_right_is_no_chart_of_its_own():
    names = ["best/plane/scores", "best/plane/gold", "best/plane/kl", "best/plane/n"]
    charts = charts_for(names)
    assert [chart.id for chart in charts][:2] == ["plane_judge", "plane_rule"]
    assert all(chart in CHARTS for chart in charts)


class Shown(App):
    def __init__(self, lines, **settings):
        super().__init__()
        self.lines, self.settings = lines, settings

    def compose(self):
        chart = PlaneChart("no values yet")
        chart.title, chart.over = "judge's reward", "KL"
        for name, value in self.settings.items():
            setattr(chart, name, value)
        yield chart

    def on_mount(self):
        self.query_one(PlaneChart).show(self.lines)


@pytest.mark.parametrize("size", [(40, 10), (70, 14)])
async def test_marks_names_and_words(size):
    lines = {"best": [(0.0, 0.1), (1.0, 0.9)], "PPO": [(0.0, 0.1), (2.0, 0.5), (1.5, 0.6)]}
    app = Shown(lines)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = app.query_one(PlaneChart).render().plain
    assert "● best" in text
    assert "◆ PPO" in text
    assert text.count("●") >= 2
    assert "KL" in text
    assert text.splitlines()[-1].startswith(" best 0.900".strip())
    assert all(len(line) <= size[0] for line in text.splitlines())


async def test_doubling_puts_powers_of_two_at_equal_distances():
    app = Shown({"judge": [(float(2**power), float(power)) for power in range(8)]}, doubling=True, over="N")
    async with app.run_test(size=(76, 12)) as pilot:
        await pilot.pause()
        lines = app.query_one(PlaneChart).render().plain.splitlines()
    axis = lines[-2]
    places = [axis.index(f" {mark} ") for mark in (2, 4, 8)]
    assert abs((places[2] - places[1]) - (places[1] - places[0])) <= 1


async def test_before_the_first_point_it_says_so():
    app = Shown({})
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert "no values yet" in app.query_one(PlaneChart).render().plain


def test_the_picture_reaches_as_far_as_a_path_that_comes_back():
    lines = {"PPO": [(0.0, 0.0), (4.0, 1.0), (2.0, 0.5)]}
    svg = ElementTree.fromstring(plot("t", lines, "KL", "words", "empty", False))
    (line,) = [each for each in svg.iter() if each.tag.endswith("polyline")]
    right = [float(point.split(",")[0]) for point in line.get("points").split()]
    assert max(right) <= 640 - 16
    assert right.index(max(right)) not in (0, len(right) - 1)


def test_the_picture_of_doubling_is_labelled_in_powers_of_two():
    lines = {"": [(float(2**power), float(power)) for power in range(8)]}
    texts = [each.text for each in ElementTree.fromstring(plot("t", lines, "N", "w", "e", False, True)).iter()]
    assert {"1", "4", "16", "64"} <= set(texts)


def test_a_gate_without_a_verdict_says_nothing_more():
    assert verdict_lines("en", None) == verdict_lines("en", {"id": "accuracy"}) == []
