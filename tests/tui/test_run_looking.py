"""Looking at a run: time travel, cursor, zoom, smoothing, two metrics, tokens, the plane, and why a monitor warns."""

import asyncio

import pytest
from run_folders import GATE, write_run
from textual.widgets import Input, OptionList

from engine.runs import checkpoint
from engine.runs.events import EventLog, History
from tui.app import PreferablyApp
from tui.run_path import paths
from tui.screens.choose_link import ChooseLink
from tui.screens.choose_metrics import ChooseMetrics
from tui.screens.learn import LearnScreen
from tui.screens.run import RunScreen
from tui.widgets.answers import Answers
from tui.widgets.chart_row import View
from tui.widgets.line_chart import LineChart
from tui.widgets.mind import Mind
from tui.widgets.path_plane import PathPlane
from tui.widgets.probability_bars import ProbabilityBars
from tui.widgets.run_view import RunView
from tui.widgets.timeline import Timeline, beside
from tui.widgets.token_heat import TokenHeat, log_ratios, signed, token_rows, warmth

RUN = "dpo-brave-otter-12"
WIDE = (140, 45)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return tmp_path / "runs"


def open_run(run_id=RUN, language="en"):
    return PreferablyApp("run", run_id=run_id, language=language, catch_errors=False)


async def until(pilot, condition):
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause(0.02)


async def ready(pilot):
    await until(pilot, lambda: any(view.charts.is_mounted for view in pilot.app.screen.query(RunView)))
    await pilot.pause()
    return pilot.app.screen.query_one(RunView)


# --- parts


def test_the_next_stop_lies_on_the_side_that_is_asked_for():
    stops = [0, 10, 20, 38]
    assert [beside(stops, 38, -1), beside(stops, 15, -1), beside(stops, 10, -1), beside(stops, 0, -1)] == [20, 10, 0, 0]
    assert [beside(stops, 0, 1), beside(stops, 15, 1), beside(stops, 38, 1)] == [10, 20, 38]
    assert beside([], 7, 1) == 7


def test_zooming_keeps_the_step_in_its_place_and_ends_at_the_whole():
    view = View().zoomed(1, 75, 100)
    assert view.window == (37.5, 87.5)
    assert (75 - 37.5) / 50 == 0.75
    assert view.zoomed(-1, 75, 100).window is None
    assert view.moved(1, 100).window == (50, 100)
    assert view.moved(-1, 100).window == (0, 50)
    assert view.showing(95, 100).window == (45, 95)
    assert view.showing(10, 100).window == (10, 60)
    assert View(window=(10, 13)).zoomed(1, 11, 100).window == (10, 13)
    assert View().moved(1, 100) == View()


def test_a_sample_of_an_older_log_has_no_log_ratios():
    sample = {"prompt": "p", "completion": "went"}
    assert log_ratios(sample) is None
    more = {"tokens": ["went", "</s>"], "token_logps": [-0.5, -0.1], "ref_token_logps": [-1.5, -0.1]}
    assert log_ratios({**sample, **more}) == [("went", 1.0), ("</s>", 0.0)]


def test_log_ratios_are_numbers_and_colours():
    assert [signed(value) for value in (0.44, -1.26, 0.01, -0.01)] == ["+0.4", "−1.3", "0.0", "0.0"]
    assert warmth(0.01) == ""
    assert "$success" in warmth(0.2)
    assert "$error" in warmth(-3)
    assert warmth(3) != warmth(0.2)
    rows = [row.plain for row in token_rows([("went", 1.0), ("[/b]", -2.0), ("school", 0.0)], 13)]
    assert [row.split() for row in rows] == [["went", "[/b]"], ["+1.0", "−2.0"], ["school"], ["0.0"]]
    assert all(len(row) <= 13 for row in rows)


def test_the_path_joins_each_kl_with_the_reward_known_then():
    history = History()
    history.metrics = {
        "free/objective/kl": [(1, 0.0), (2, 0.5), (4, 1.0)],
        "free/gold/score": [(2, 0.6), (3, 0.7)],
        "held/objective/kl": [(1, 0.0)],
    }
    assert paths(history) == ("gold", {"free": [(2, 0.5, 0.6), (4, 1.0, 0.7)]})
    history.metrics = {"objective/kl": [(0, 0.0), (10, 0.4)]}
    assert paths(history) == ("watched", {})
    history.samples = [(0, [{"score": 1.0}, {"score": 0.0}]), (10, [{"score": 1.0}, {"score": 1.0}])]
    assert paths(history) == ("watched", {"": [(0, 0.0, 0.5), (10, 0.4, 1.0)]})


# --- time travel


async def test_the_cursor_reads_out_every_chart_and_the_answers_follow(runs):
    write_run(runs, state="done", steps=52, gate=GATE)
    app = open_run()
    async with app.run_test(size=WIDE) as pilot:
        view = await ready(pilot)
        await pilot.press("left", "left")
        assert view.moment == 40
        chart = app.screen.query(LineChart).first()
        # loss = 0.693 − 0.5·step/52
        assert chart.sentence() == "step 40 · loss 0.308"
        assert "40" in app.screen.query_one(Timeline).words
        bars = app.screen.query_one(ProbabilityBars).now[0]["options"]["went"]
        assert bars == pytest.approx(0.31 + 0.57 * 40 / 52)
        await pilot.press("shift+left")
        assert view.moment == 39
        assert chart.cursor == 39
        await pilot.press("home")
        assert view.moment == 0
        await pilot.press("end")
        assert view.moment is None
        assert "falling" in chart.sentence()


async def test_checkpoints_are_stops_too(runs):
    folder = write_run(runs)
    (folder / "checkpoint-25").mkdir()
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        assert checkpoint.steps(folder) == view.forks == [25]
        await pilot.press("left", "left")
        assert view.moment == 25
        assert "◆" in app.screen.query_one(Timeline).render().plain or view.here == 25


async def test_a_running_run_is_followed_again_from_its_end(runs):
    write_run(runs, steps=20)
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        await pilot.press("left")
        assert view.moment == 10
        await pilot.press("right")
        assert view.moment is None


async def test_the_mouse_moves_the_cursor_reads_out_and_zooms(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test(size=WIDE) as pilot:
        view = await ready(pilot)
        chart = app.screen.query(LineChart).first()
        await pilot.hover(chart, offset=(18, 6))
        assert chart.pointer is not None
        assert chart.sentence().startswith(f"step {round(chart.pointer)} · loss")
        assert view.moment is None
        await pilot.click(chart, offset=(18, 6))
        assert view.moment == round(chart.pointer)
        line = app.screen.query_one(Timeline)
        first, width = line.rail
        await pilot.click(line, offset=(1 + first, 0))
        assert view.moment == 0
        await pilot.click(line, offset=(1 + first + width - 1, 0))
        assert view.moment is None
        chart.post_message(LineChart.Zoomed(20, 1))
        await pilot.pause()
        assert view.charts.view.window == (10, 36)


async def test_zoom_pan_and_whole(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        chart = app.screen.query(LineChart).first()
        assert not view.check_action("pan", (1,))
        await pilot.press("plus")
        low, high = chart.window
        assert high - low == 26
        assert low <= 38 <= high
        await pilot.press("less_than_sign")
        assert chart.window[0] < low
        await pilot.press("greater_than_sign")
        assert chart.window == (low, high)
        await pilot.press("home")  # the window goes where the cursor goes
        assert chart.window[0] == 0
        await pilot.press("minus")
        assert chart.window is None
        await pilot.press("plus", "plus", "0")
        assert chart.window is None


async def test_a_window_draws_the_line_that_only_passes_through(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test(size=WIDE) as pilot:
        view = await ready(pilot)
        chart = app.screen.query(LineChart).first()
        chart.window = (10.2, 10.8)
        dots = [cell for cell in chart.render().plain if "⠁" <= cell <= "⣿"]
        assert len(dots) > 5
        assert view


async def test_smoothing_goes_through_its_strengths(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        chart = app.screen.query(LineChart).first()
        raw = chart.render()
        await pilot.press("s")
        assert chart.smoothing == 0.6
        assert "smoothed" in chart.render().plain
        assert chart.render().plain != raw.plain
        await pilot.press("s", "s")
        assert chart.smoothing == 0


async def test_turning_the_page_shows_other_numbers_under_the_same_names(runs):
    """Both charts have the lines "training" and "held out"."""
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        await ready(pilot)
        chart = app.screen.query(LineChart).first()
        before = chart.series[0].values
        await pilot.press("m")
        assert chart.series[0].values != before


# --- two metrics


async def test_two_metrics_of_ones_own_on_one_chart(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, ChooseMetrics) and app.screen.query(OptionList))
        await pilot.press(*"rew cho", "enter")
        assert app.screen.marked == ["rewards/chosen"]
        await pilot.press(*"kl")
        assert app.screen.found[-1] == "objective/kl"
        await pilot.press("down", "up", "enter")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        chart = app.screen.query(LineChart).first()
        await until(pilot, lambda: chart.twin)
        assert [line.name for line in chart.series] == ["rewards/chosen", "objective/kl"]
        plain = chart.render().plain
        assert "┤" in plain
        assert "├" in plain
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, ChooseMetrics) and app.screen.found)
        assert app.screen.marked == ["rewards/chosen", "objective/kl"]
        await pilot.press("enter", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and not view.charts.view.own)
        assert not chart.twin


async def test_leaving_the_choice_of_metrics_changes_nothing(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, ChooseMetrics) and app.screen.query(Input))
        await pilot.press("enter", "escape")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        assert view.charts.view.own == ()


# --- the answers


async def test_the_tokens_of_the_answers(runs):
    folder = write_run(runs)
    log = EventLog(folder)
    sample = {"prompt": "fill: i __ (go) . ->", "completion": "went", "score": 1.0, "reason": "right"}
    tokens = {"tokens": ["went", "</s>"], "token_logps": [-0.2, 0.0], "ref_token_logps": [-1.4, 0.0]}
    log.append("sample", step=39, samples=[{**sample, **tokens}], choices=[])
    log.close()
    app = open_run()
    async with app.run_test() as pilot:
        await ready(pilot)
        heat = app.screen.query_one(TokenHeat)
        assert not heat.display
        await pilot.press("h")
        assert heat.display
        assert not app.screen.query_one(Answers).display
        text = "\n".join(line.plain for line in heat.lines(60))
        assert "Σ +1.2" in text
        assert "+1.2" in text
        await pilot.press("home")
        assert "no values of tokens" in "\n".join(line.plain for line in heat.lines(60))
        await pilot.press("h")
        assert not heat.display


async def test_the_answers_beside_those_just_before(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        answers = app.screen.query_one(Answers)
        first = view.history.samples[0][1]
        assert answers.before == first
        await pilot.press("b")
        assert answers.before == view.history.samples[-2][1]
        assert "step 30 →" in app.screen.query_one(Timeline).words
        await pilot.press("b")
        assert answers.before == first


async def test_the_path_over_the_plane_is_a_page_where_it_does_not_fit_beside(runs):
    write_run(runs, state="done", steps=52)
    app = open_run()
    async with app.run_test(size=(80, 24)) as pilot:
        view = await ready(pilot)
        plane = app.screen.query_one("ChartRow PathPlane", PathPlane)
        for _ in range(view.charts.pages(view.run)):
            if plane.display:
                break
            await pilot.press("m")
        assert plane.display
        assert plane.sentence().startswith("KL 0.500, grade of the 8 prompts ")
        assert "○" in plane.render().plain
        await pilot.press("home")
        assert plane.sentence().endswith("grade of the 8 prompts 0.625")
        await pilot.press("e")
        assert "reward over KL" in str(app.screen.query_one("#meaning").content)


async def test_vim_keys_scroll(runs):
    write_run(runs, state="done", steps=52, gate=GATE)
    app = open_run()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: app.screen.query_one(Mind).scrolls)
        column = next(column for column in app.screen.query("Mind VerticalScroll") if column.max_scroll_y)
        await pilot.press("j")
        await pilot.pause()
        assert column.scroll_y > 0
        await pilot.press("k")
        await pilot.pause()
        assert column.scroll_y == 0


# --- warnings


async def test_a_warning_leads_to_its_chapter(runs):
    folder = write_run(runs, state="done", steps=52)
    log = EventLog(folder)
    log.append("warning", step=40, code="far_away", chapter="03#beta", params={"now": 2.5})
    log.close()
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        assert "2.5 nats" in view.message()
        assert "(w: read why)" in view.message()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        assert app.screen.visited_as == ("learn", {"chapter": "03", "section": "beta"})


async def test_of_several_warnings_one_is_chosen(runs):
    folder = write_run(runs, state="done", steps=52)
    log = EventLog(folder)
    for code, chapter, params in (
        ("far_away", "03#beta", {"now": 2.5}),
        ("displacement", "04#displacement", {"fall": 3.0}),
    ):
        log.append("warning", step=40, code=code, chapter=chapter, params=params)
    log.close()
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        assert "and 1 more" in view.message()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ChooseLink) and app.screen.query(OptionList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        assert app.screen.visited_as == ("learn", {"chapter": "03", "section": "beta"})


# --- a long log


async def test_a_long_log_shows_its_curves_at_once_and_reads_on(runs, monkeypatch):
    from engine.runs import events
    from tui.widgets import run_view

    monkeypatch.setattr(events, "LONGEST_LINE", 1000)
    monkeypatch.setattr(run_view, "PIECE", 4000)
    write_run(runs, steps=300, total=300, state="done")
    app = open_run()
    async with app.run_test() as pilot:
        view = await ready(pilot)
        assert view.history.metrics["loss"][-1][0] == 300
        await until(pilot, lambda: not view.run.behind)
        await pilot.pause()
        assert len(view.history.metrics["loss"]) == 300
        assert len(app.screen.query(LineChart).first().series[0]) == 300
        assert "Reading" not in view.message()
