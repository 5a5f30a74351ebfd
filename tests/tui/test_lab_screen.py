"""A lab is walked in order, resumes where it was left, and keeps predictions, attempts and the report."""

from pathlib import Path

import pytest
from driving import until
from run_folders import GATE, write_run
from textual.widgets import Input, OptionList, Static

from content.labs import STEPS, lab, labs
from content.text import sentences
from engine.labs import LABS
from engine.runs import library, supervisor
from engine.runs.events import EventLog
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile
from engine.store import Label, Store
from tui.app import PreferablyApp
from tui.lab_progress import compared, read_progress
from tui.screens.lab import LabScreen
from tui.widgets.interval_line import IntervalLine
from tui.widgets.question_box import QuestionBox
from tui.widgets.run_view import RunView

PREDICTIONS = {
    "lab01-predict-kl": {"text": "0.4", "value": 0.4, "metric": "objective/kl"},
    "lab01-predict-win": {"text": "60", "value": 0.6, "metric": "gate"},
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(home):
    with Store.open() as store:
        yield store


@pytest.fixture
def predicted(store):
    """Lab 01 with goal and data read and the predictions made."""
    for step in ("goal", "data"):
        store.record("lab_step", "01", {"step": step})
    store.predict("01", {"answers": PREDICTIONS})


def open_lab(id="01", language="en"):
    return PreferablyApp("lab", lab=id, language=language, catch_errors=False)


async def ready(pilot, app):
    """Wait until the store told the lab where the learner is."""
    await until(pilot, lambda: isinstance(app.screen, LabScreen) and app.screen.step is not None)
    await until(pilot, lambda: app.store_is_open and app.screen.query_one("#steps", OptionList).option_count)
    await pilot.pause()
    return app.screen


def words(screen, selector="#right"):
    return "\n".join(str(static.content) for static in screen.query(f"{selector} Static").results(Static))


def test_recipes_gates_and_texts_agree():
    for language in ("en", "es"):
        for found in labs(language):
            recipe = LABS[found.id]
            assert (found.method, found.gate, found.threshold) == (recipe.method, recipe.gate, recipe.threshold)
    for found in labs("en"):
        other = lab(found.id, "es")
        assert [question.id for question in found.questions] == [question.id for question in other.questions]
        assert [question.metric for question in found.predictions] == [q.metric for q in other.predictions]


async def test_the_list_of_labs_opens_one(home):
    app = PreferablyApp("labs", language="en", catch_errors=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#list"))
        await until(pilot, lambda: app.store_is_open)
        await pilot.pause()
        options = app.screen.query_one("#list", OptionList)
        assert options.option_count == len(LABS)
        app.screen.query_one("#list").focus()
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.screen.lab_id is not None)


async def test_an_unknown_lab_is_said_in_words(home):
    app = open_lab("99")
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(".hero"))
        assert "99" in str(app.screen.query_one(".hero", Static).content)
        await pilot.press("n", "p", "s", "o")


async def test_steps_open_one_after_the_other(home):
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "goal"
        steps = screen.query_one("#steps", OptionList)
        assert [steps.get_option(step).disabled for step in STEPS] == [False, *[True] * 6]
        await pilot.press("n", "n")
        await until(pilot, lambda: screen.step == "predict")
        await pilot.press("n")
        await pilot.pause()
        assert screen.step == "predict"  # locked until something was predicted
        await screen.open_step("gate")
        assert screen.step == "predict"


async def test_predictions_are_kept_before_the_run(home):
    app = open_lab()
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await ready(pilot, app)
        await pilot.press("n", "n")
        await until(pilot, lambda: len(screen.query(QuestionBox)) == 2)
        for box, said in zip(screen.query(QuestionBox), ("0.4", "60"), strict=True):
            field = box.query_one(Input)
            field.focus()
            field.value = said
            await pilot.press("enter")
            await pilot.pause()
        await until(pilot, lambda: "predict" in screen.progress.done)
        assert app.store.prediction("01")["answers"] == PREDICTIONS


async def test_leaving_and_coming_back_finds_the_step_and_the_run(home, predicted):
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "run"
        assert not screen.query(RunView)
    write_run(home / "runs", lab="01")
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "run"
        await until(pilot, lambda: screen.query(RunView))
        assert screen.query_one(RunView).status.run_id == "dpo-brave-otter-12"
        await pilot.press("t")
        assert not screen.has_class("-watching")


async def test_starting_uses_the_recipe_of_the_lab(home, predicted, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        await pilot.press("s")
        await until(pilot, lambda: screen.query(RunView))
    assert Recipe.read(started[0] / "recipe.json") == LABS["01"].recipe(0)
    assert (started[0] / "data" / "train.jsonl").read_text().count("\n") == 200


async def test_own_labels_can_be_the_data(home, store, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    for number in range(3):
        prompt = "correct: he goed to school yesterday . ->"
        sides = {"left": "he went to school yesterday .", "right": "he goed to school yesterday ."}
        store.add_label(Label(f"p{number}", prompt, choice="left", strength=2, **sides))
    store.add_label(Label("tie", "p", "a", "b", "tie"))
    store.record("lab_step", "00", {"step": "goal"})
    app = open_lab("00")
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        choice = screen.query_one("#data", OptionList)
        assert "(3)" in str(choice.get_option("labels").prompt)
        choice.focus()
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen.progress.data == "labels")
        await screen.action_start()
    assert Recipe.read(started[0] / "recipe.json").data == "labels"
    assert (started[0] / "data" / "train.jsonl").read_text().count("\n") == 3


async def test_without_labels_only_the_shipped_pairs_can_be_chosen(home, store):
    store.record("lab_step", "00", {"step": "goal"})
    app = open_lab("00")
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.query_one("#data", OptionList).get_option("labels").disabled


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_gate_is_shown_with_its_interval_and_the_prediction(home, predicted, size, language):
    write_run(home / "runs", steps=52, state="done", gate=GATE, lab="01")
    app = open_lab(language=language)
    async with app.run_test(size=size) as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "gate"
        line = "\n".join(part.plain for part in screen.query_one("#result IntervalLine", IntervalLine).lines(60))
        assert "0.71 (0.58–0.82)  ✓" in line
        assert "0.4" in words(screen)
        assert "71\u202f%" in words(screen)
        assert app.store.gates_passed() == {"01"}


def test_predictions_are_compared_with_what_was_measured(home, predicted, store):
    from engine.runs.events import fold, read_events

    folder = write_run(home / "runs", steps=52, state="done", gate=GATE, lab="01")
    found = lab("01", "en")
    lines = compared(found, read_progress(store, found), fold(read_events(folder)))
    assert lines == [
        "KL from reference: you said 0.4, measured 0.500",
        "gate: you said 60 %, measured 71\u202f%, within the interval",
    ]


async def test_the_end_of_the_run_opens_the_gate(home, predicted):
    folder = write_run(home / "runs", steps=52, state="stopped", lab="01")
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.progress.current == "run"
        log = EventLog(folder)
        log.append("gate", gate=GATE)
        log.append("done", step=52)
        log.close()
        StatusFile(folder).change(state="done", gate=GATE)
        await until(pilot, lambda: screen.progress.current == "gate")
        await pilot.press("n")
        await until(pilot, lambda: screen.step == "gate")


async def test_a_missed_gate_offers_another_attempt_and_forgets_none(home, predicted, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    missed = {**GATE, "value": 0.5, "low": 0.4, "high": 0.6, "passed": False}
    write_run(home / "runs", steps=52, state="done", gate=missed, lab="01")
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: started)
        assert Recipe.read(started[0] / "recipe.json").seed == 1
        assert len(screen.progress.attempts) == 2
        assert screen.progress.current == "run"
        assert app.store.gates_passed() == set()


async def test_the_report_is_written_and_copied(home, predicted, store):
    folder = write_run(home / "runs", steps=52, state="done", gate=GATE, lab="01")
    store.record("lab_step", "01", {"step": "gate", "run_id": folder.name})
    for question in lab("01", "en").questions:
        store.record("answer", question.id, {"text": "2", "verdict": "correct"})
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "next"
        await pilot.press("o")
        await until(pilot, lambda: screen.query(".written"))
        report = (folder / "report.md").read_text("utf-8")
        assert "## What you predicted" in report
        assert (home / "exports" / f"lab-01-{folder.name}" / "report.md").read_text("utf-8") == report
        assert "next" in screen.progress.done


async def test_answering_the_questions_finishes_their_step(home, predicted, store):
    folder = write_run(home / "runs", steps=52, state="done", gate=GATE, lab="01")
    store.record("lab_step", "01", {"step": "gate", "run_id": folder.name})
    questions = lab("01", "en").questions
    for question in questions[1:]:
        store.record("answer", question.id, {"text": "2", "verdict": "correct"})
    app = open_lab()
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await ready(pilot, app)
        assert screen.step == "questions"
        assert "Questions to go: 1" in words(screen)
        await until(pilot, lambda: screen.query("QuestionBox OptionList"))
        screen.query("QuestionBox OptionList").first().focus()
        await pilot.press(str(int(questions[0].values[0])))
        await until(pilot, lambda: "questions" in screen.progress.done)


async def test_a_lab_from_its_start_to_its_report(home, predicted, monkeypatch):
    """The true thing: a worker of its own trains, and all that the screens show comes from it."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # the worker runs the code beside this test
    app = open_lab()
    async with app.run_test(size=(140, 45)) as pilot:
        screen = await ready(pilot, app)
        await pilot.press("s")
        await until(pilot, lambda: screen.query(RunView))
        await until(pilot, lambda: screen.query_one(RunView).status.state in ("done", "failed"), seconds=200)
        run = screen.query_one(RunView)
        assert run.status.state == "done", run.status.error
        assert {"loss", "rewards/margins", "objective/kl", "logps/chosen"} <= run.history.metrics.keys()
        assert len(run.history.samples[-1][1]) == 8
        texts = sentences("en")
        measured = [run.history.gate["id"], *(detail["id"] for detail in run.history.gate["details"])]
        assert [name for name in measured if f"gate.measure.{name}" not in texts] == []
        await until(pilot, lambda: screen.progress.current == "gate")
        await pilot.press("n")
        await until(pilot, lambda: screen.step == "gate")
        assert run.history.gate["passed"]
        screen.step = "next"
        await screen.show()
        await pilot.press("o")
        await until(pilot, lambda: screen.query(".written"))
        assert (run.run.folder / "report" / "logps.svg").is_file()


async def test_language_can_change_under_it(home, predicted):
    write_run(home / "runs", lab="01")
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        await app.set_language("es")
        await until(pilot, lambda: screen.query(RunView))
        assert "Entrenar" in str(screen.query_one("#steps", OptionList).get_option("run").prompt)
        assert library.list_runs()


async def test_tab_enters_the_first_question_and_escape_leaves_it(home):
    with Store.open() as store:
        for step in ("goal", "data"):
            store.record("lab_step", "01", {"step": step})
    app = open_lab()
    async with app.run_test() as pilot:
        screen = await ready(pilot, app)
        await pilot.press("tab")
        await pilot.pause()
        first = screen.focused
        assert isinstance(first, Input)
        await pilot.press("tab")
        await pilot.pause()
        assert isinstance(screen.focused, Input)
        assert screen.focused is not first
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is screen
        assert screen.focused is screen.query_one("#page")
