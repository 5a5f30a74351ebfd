"""Watching a run: what the screen says, follows, asks, and leaves alone."""


import pytest
from driving import until
from run_folders import GATE, advance, write_run
from textual.widgets import Static

from engine.runs import lock, supervisor
from tui.app import PreferablyApp
from tui.screens.home import HomeScreen
from tui.screens.run import RunScreen
from tui.widgets.answers import Answers, changed_words
from tui.widgets.bars import bar
from tui.widgets.interval_line import IntervalLine, draw, numbers
from tui.widgets.line_chart import LineChart
from tui.widgets.mind import Mind
from tui.widgets.probability_bars import ProbabilityBars
from tui.widgets.run_view import RunView
from tui.widgets.timeline import Timeline

RUN = "dpo-brave-otter-12"
SIZES = [(80, 24), (140, 45)]


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return tmp_path / "runs"


@pytest.fixture
def held():
    """Takes locks as a living worker would, and lets go of them at the end."""
    handles = []
    yield lambda folder: handles.append(lock.take(folder))
    import os

    for handle in handles:
        os.close(handle)


def open_run(run_id=RUN, language="en"):
    return PreferablyApp("run", run_id=run_id, language=language, catch_errors=False)


def text_of(app, selector):
    return str(app.screen.query_one(selector, Static).content)


# --- parts


def test_a_bar_shows_what_was_gained_and_what_was_lost():
    assert bar(0.75, 8, before=0.25).plain == "██▓▓▓▓··"
    assert bar(0.25, 8, before=0.75).plain == "██▒▒▒▒··"
    assert bar(2, 4, before=0).plain == "▓▓▓▓"


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ("he goed to school .", "he went to school .", "he goed → went to school ."),
        ("swims", "swims", "swims"),
        ("", "went", "went"),
        ("went", "", "went → ∅"),
        ("[/b] x", "[/b] \x1b[2J", "[/b] x → <U+001B>[2J"),
    ],
)
def test_changed_words_are_marked(before, now, shown):
    assert changed_words(before, now).plain == shown


def test_the_gate_is_a_number_on_a_line():
    # The line goes from 0.46 to 0.91: a third of 0.55…0.82 more on both sides.
    line = draw(GATE, 46)
    assert (line.index("┊"), line.index("├"), line.index("●"), line.index("┤")) == (9, 12, 25, 36)
    assert numbers(GATE) == "0.71 (0.58–0.82)"
    difference = {"value": -0.04, "threshold": 0.0, "low": -0.1, "high": 0.02}
    line = draw(difference, 60)
    assert line.index("├") < line.index("●") < line.index("┊") < line.index("┤")
    assert numbers(difference) == "−0.04 (−0.10–0.02)"
    assert numbers({"value": 0.5}) == "0.50"


# --- the screen


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_everything_is_there(runs, size, language):
    write_run(runs, state="done", steps=52, gate=GATE)
    app = open_run(language=language)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        charts = [chart for chart in app.screen.query(LineChart) if chart.display]
        assert len(charts) == (2 if size[0] == 80 else 4)
        assert app.screen.query_one("Mind PathPlane").display == (size[0] > 80)
        assert all(chart.filled for chart in charts)
        bars = "\n".join(line.plain for line in app.screen.query_one(ProbabilityBars).lines(60))
        assert "31\u202f% →  88\u202f% ✓" in bars
        answers = "\n".join(line.plain for line in app.screen.query_one(Answers).lines(60))
        assert "✗→✓ he goed → went to school yesterday ." in answers
        assert "0.71 (0.58–0.82)  ✓" in "\n".join(line.plain for line in app.screen.query_one(IntervalLine).lines(78))
        assert "52/52" in text_of(app, "#state")
        assert "0.683 → 0.193" in text_of(app, "#summary")


async def test_log_probabilities_share_a_chart_and_displacement_is_named(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        named = {chart.title: [line.name for line in chart.series] for chart in app.screen.query(LineChart)}
        assert named["log-prob."] == ["chosen", "rejected"]
        assert "KL from reference" in named
        view = app.screen.query_one(RunView)
        assert view.run.displacement() == pytest.approx(0.3 * 37 / 52)


async def test_it_follows_a_running_run(runs, held):
    folder = write_run(runs, steps=10, state="running")
    held(folder)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        view = app.screen.query_one(RunView)
        assert view.history.step == 10
        assert text_of(app, "#state").startswith("● running")
        advance(folder, 10, 30)
        await until(pilot, lambda: view.history.step == 30)
        chart = app.screen.query(LineChart).first()
        assert chart.series[0].last.last_step == 30


async def test_nothing_is_read_while_another_screen_is_on_top(runs, held):
    folder = write_run(runs, steps=10, state="running")
    held(folder)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        view = app.screen.query_one(RunView)
        await app.push_screen(HomeScreen())
        advance(folder, 10, 20)
        view.look()
        assert view.history.step == 10
        await app.pop_screen()
        await until(pilot, lambda: view.history.step == 20)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("interrupted", ["Interrupted at step 38", "r to go on from step 20"]),
        ("stopped", ["Stopped at step 38"]),
        ("created", ["has not started"]),
        ("failed", ["Press r to try again from step 20"]),
    ],
)
async def test_a_run_that_stands_still_says_why_and_what_to_do(runs, state, words):
    error = {"code": "runs.not_finite", "params": {"metric": "loss", "step": 38}} if state == "failed" else None
    write_run(runs, state=state, error=error)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        message = text_of(app, "#message")
        assert all(word in message for word in words)
        assert app.screen.query_one(RunView).check_action("resume", ())


async def test_keys_ask_the_worker(runs, held, monkeypatch):
    held(write_run(runs, state="running"))
    asked = []
    monkeypatch.setattr(supervisor, "request", lambda folder, command: asked.append((folder.name, command)))
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("space")
        assert asked == [(RUN, "pause")]
        await pilot.press("x")
        assert asked == [(RUN, "pause")]
        assert "Press x again" in text_of(app, "#message")
        await pilot.press("x")
        assert asked[-1] == (RUN, "stop")


async def test_another_key_withdraws_the_question(runs, held, monkeypatch):
    held(write_run(runs, state="running"))
    asked = []
    monkeypatch.setattr(supervisor, "request", lambda folder, command: asked.append(command))
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("x", "m", "x")
        assert asked == []


async def test_resuming_starts_a_worker(runs, monkeypatch):
    write_run(runs)
    started = []
    monkeypatch.setattr(supervisor, "resume", lambda folder: started.append(folder.name))
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("r")
    assert started == [RUN]


async def test_charts_page_log_axis_and_meaning(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        chart = app.screen.query(LineChart).first()
        first = chart.title
        await pilot.press("m")
        assert chart.title != first
        await pilot.press("l")
        assert chart.log_axis
        await pilot.press("e")
        assert app.screen.query_one("#meaning").display


async def test_going_back_in_time_shows_earlier_answers(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        view, mind = app.screen.query_one(RunView), app.screen.query_one(Mind)
        newest = mind.query_one(Answers).now
        await pilot.press("left")
        assert "step 30" in app.screen.query_one(Timeline).words
        assert mind.query_one(Answers).now != newest
        await pilot.press("right")
        assert view.moment is None
        assert mind.query_one(Answers).now == newest


async def test_comparing_lays_the_other_run_over(runs):
    write_run(runs)
    write_run(runs, "dpo-calm-lynx-44", steps=52, state="done", gate=GATE, settings={"beta": 0.3})
    write_run(runs, "reward-model-shy-yak-10", "reward-model", steps=9, state="stopped")
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("c")
        await until(pilot, lambda: app.screen.query("OptionList"))
        assert [run.run_id for run in app.screen.runs] == ["dpo-calm-lynx-44"]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await pilot.pause()
        names = [line.name for line in app.screen.query(LineChart).first().series]
        assert names == ["training", "lynx-44"]
        await pilot.press("c")
        await until(pilot, lambda: app.screen.query_one(RunView).other is None)


async def test_an_unknown_run_is_said_in_words(runs):
    app = open_run("dpo-no-such-1")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "dpo-no-such-1" in text_of(app, ".hero")
        await pilot.press("c", "o")


async def test_a_folder_that_vanishes_is_said_in_words(runs):
    import shutil

    folder = write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        shutil.rmtree(folder)
        await until(pilot, lambda: "dpo-brave-otter-12" in text_of(app, "#message"))


async def test_language_can_change_under_it(runs):
    write_run(runs)
    app = open_run()
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.set_language("es")
        await pilot.pause()
        assert "interrumpido" in text_of(app, "#state")


async def test_another_language_keeps_the_place_in_the_run(runs):
    write_run(runs, state="done", steps=52, gate=GATE)
    app = open_run()
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app.screen.query(RunView))
        await pilot.press("m", "l", "left", "g", "e")
        before = app.screen.query_one(RunView)
        await pilot.press("f2")
        await until(pilot, lambda: app.screen.query_one(RunView) is not before)
        view = app.screen.query_one(RunView)
        assert view.charts.view == before.charts.view
        assert (view.charts.view.page, view.charts.view.log_axis, view.moment) == (1, True, before.moment)
        assert view.moment is not None
        assert view.gate_details
        assert view.query_one("#meaning").display


async def test_what_does_not_fit_is_reached_with_the_arrows(runs):
    write_run(runs, state="done", steps=52, gate=GATE)
    app = open_run()
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app.screen.query(Mind) and app.screen.query_one(Mind).scrolls)
        column = next(column for column in app.screen.query("Mind VerticalScroll") if column.max_scroll_y)
        while column.scroll_y < column.max_scroll_y:
            before = column.scroll_y
            await pilot.press("down")
            await pilot.pause()
            assert column.scroll_y > before
        await pilot.press(*["up"] * 20)
        await pilot.pause()
        assert column.scroll_y == 0
