"""Forecasts by keys: made before a run, in a lab and on the form of a new run; then the page of all of them."""

import time

import pytest
from driving import settle, shown
from run_folders import write_run
from textual.widgets import Input, OptionList

from engine.forecasts import forecast as made
from engine.forecasts.forecast import add, forecasts
from engine.paths import runs_folder
from engine.runs import supervisor
from engine.store import Store
from tui.app import PreferablyApp
from tui.screens.forecast import ForecastScreen, axis
from tui.screens.train import TrainScreen
from tui.widgets.line_chart import LineChart
from tui.widgets.sketch import Sketch

DEADLINE = 20.0


class Kept:
    """What a forecast screen hands on."""

    def __init__(self):
        self.now = {}

    def __call__(self, id, payload):
        if payload is None:
            del self.now[id]
        else:
            self.now[id] = payload


class Opened:
    """The app with a screen for forecasts of a DPO run on top."""

    def __init__(self, size=(80, 24), language="en", known=None):
        self.kept, self.app, self.size = Kept(), PreferablyApp(language=language), size
        self.known = known or {}

    async def __aenter__(self):
        self._running = self.app.run_test(size=self.size)
        self.pilot = await self._running.__aenter__()
        await settle(self.app, self.pilot)
        self.screen = ForecastScreen("dpo", self.known, self.kept)
        await self.app.push_screen(self.screen)
        await self.pilot.pause()
        return self

    async def __aexit__(self, *error):
        await self._running.__aexit__(*error)

    @property
    def text(self):
        return shown(self.app)


async def test_a_direction_with_how_sure_one_is():
    async with Opened() as opened:
        await opened.pilot.press("down", "enter")  # the loss, then its fields
        await opened.pilot.press("tab", "right", "tab", "right", "right", "enter")
        assert opened.kept.now == {
            "loss:direction": {"metric": "loss", "kind": "direction", "up": False, "confidence": 0.8}
        }
        assert "falls, 80" in opened.text
        await opened.pilot.press("delete")
        assert opened.kept.now == {}


async def test_a_value_with_an_interval_and_what_is_no_number():
    async with Opened() as opened:
        await opened.pilot.press("enter", "right")
        opened.screen.query_one("#end", Input).focus()
        await opened.pilot.press(*"about", "enter")
        assert opened.kept.now == {}
        assert "needs numbers" in opened.text
        for name, text in (("end", "60 %"), ("low", "0,5"), ("high", "7/10")):
            opened.screen.query_one(f"#{name}", Input).value = text
        await opened.pilot.press("enter")
        assert opened.kept.now == {
            "gate:value": {"metric": "gate", "kind": "value", "value": 0.6, "low": 0.5, "high": 0.7}
        }


async def test_an_interval_that_misses_its_value_is_refused():
    async with Opened() as opened:
        await opened.pilot.press("enter", "right")
        for name, text in (("end", "0.9"), ("low", "0.5"), ("high", "0.7")):
            opened.screen.query_one(f"#{name}", Input).value = text
        opened.screen.query_one("#end", Input).focus()
        await opened.pilot.press("enter")
        assert opened.kept.now == {}


async def test_a_curve_is_moved_point_by_point():
    async with Opened() as opened:
        kl = opened.screen.metrics.index("objective/kl")
        await opened.pilot.press(*["down"] * kl, "enter", "right", "right", "tab")
        assert isinstance(opened.app.focused, Sketch)
        await opened.pilot.press(*["down"] * 20, "right", "right", "right", "right", "up", "enter")
        (payload,) = opened.kept.now.values()
        assert (payload["metric"], payload["kind"]) == ("objective/kl", "curve")
        low, high = axis("objective/kl")
        assert payload["points"] == pytest.approx([low, 1, 1, 1, 1 + (high - low) / 10])


async def test_the_axis_stretches_but_not_past_the_points():
    async with Opened() as opened:
        await opened.pilot.press("down", "enter", "right", "right", "tab", "plus")
        sketch = opened.screen.query_one(Sketch)
        assert (sketch.low, sketch.high) == (0, 2)
        await opened.pilot.press("minus", "minus")
        assert (sketch.low, sketch.high) == (0, 0.5)
        await opened.pilot.press("minus")
        assert (sketch.low, sketch.high) == (0, 0.5)


async def test_what_was_forecast_before_is_there_again():
    known = {"loss:value": made.value("loss", 0.25, 0.2, 0.3)}
    async with Opened(known=known, language="es") as opened:
        await opened.pilot.press("down", "enter", "right")
        assert opened.screen.query_one("#end", Input).value == "0.25"
        assert "0.250 (0.200–0.300)" in opened.text


async def test_a_gate_has_no_curve():
    async with Opened() as opened:
        await opened.pilot.press("enter", "right", "right")
        assert opened.screen.kind != "curve"


async def test_the_form_of_a_new_run_keeps_forecasts_before_it_starts(monkeypatch):
    seen = []

    def start(folder):
        with Store.open() as store:
            seen.append((folder.name, store.prediction(folder.name)))

    monkeypatch.setattr(supervisor, "start", start)
    app = PreferablyApp(language="en")
    async with app.run_test(size=(100, 50)) as pilot:
        await settle(app, pilot)
        form = TrainScreen()
        await app.push_screen(form)
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("enter", "tab", "tab", "enter", "escape", "escape")
        await pilot.pause()
        assert app.screen is form
        assert "passes, 70" in shown(app)
        await form.action_start()
        ((name, prediction),) = seen
        assert prediction["answers"]["gate:direction"]["up"] is True
        (forecast,) = forecasts(app.store)
        assert forecast.run.endswith(name)


def test_forecasts_of_a_lab_stand_beside_its_questions_and_are_judged_with_them(tmp_path):
    from content.labs import lab
    from engine.runs.events import History
    from tui.lab_progress import Progress, compared

    predictions = {
        "lab01-predict-kl": {"text": "0.4", "value": 0.4, "metric": "objective/kl"},
        "loss:direction": made.direction("loss", False, 0.9),
    }
    history = History(
        total_steps=1, metrics={"loss": [(0, 0.69), (1, 0.2)], "objective/kl": [(1, 0.5)]}, ended="done"
    )
    for language, word in (("en", "falls"), ("es", "baja")):
        lines = compared(lab("01", language), Progress(predictions=predictions), history)
        assert len(lines) == 2
        assert lines[1].startswith("✓")
        assert word in lines[1]


async def test_the_page_says_what_became_of_each_and_draws_a_sketch_over_the_curve():
    with Store.open() as store:
        folder = write_run(runs_folder(), steps=52, state="done")
        add(store, folder.name, {
            "objective/kl:curve": made.curve("objective/kl", (0.0, 0.1, 0.2, 0.3, 0.4)),
            "loss:direction": made.direction("loss", True, 0.9),
        })  # fmt: skip
        store.index_run(folder.name, "dpo", None, folder)
        store.predict("02", {"answers": {"gate:direction": made.direction("gate", True, 0.6)}})
    app = PreferablyApp("forecasts", language="en")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
        end = time.monotonic() + DEADLINE
        while not app.screen.query_one("#list", OptionList).option_count:
            assert time.monotonic() < end
            await pilot.pause()
        text = shown(app)
        assert "✗" in text  # the loss fell
        assert "too few to say" in text
        assert "lab 02" in text
        those = app.screen.query_one("#list", OptionList)
        those.highlighted = next(
            number for number, each in enumerate(app.screen.found) if each.forecast.kind == "curve"
        )
        await pilot.pause()
        assert app.screen.query_one(LineChart).display
        assert "your sketch" in shown(app)
        await pilot.press("f2")
        assert "tu boceto" in shown(app)


async def test_a_learner_without_forecasts_hears_where_to_make_one():
    app = PreferablyApp("forecasts", language="en")
    async with app.run_test() as pilot:
        await settle(app, pilot)
        assert "No forecast has been decided" in shown(app)
