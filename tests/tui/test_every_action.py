"""Every action of the registry is pressed somewhere: here, on a screen where it does something, or in the tests of its
screen. An action without a test fails."""

import ast
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from driving import running, settle, shown
from fake_models import fake_generator
from run_folders import write_run
from textual.pilot import Pilot

from content.questions import from_mapping
from engine.paths import runs_folder
from engine.store import Store
from tui.actions import registry
from tui.app import PreferablyApp
from tui.widgets.answer_fields import OrderField
from tui.widgets.question_box import QuestionBox
from tui.widgets.sketch import Sketch

HERE = Path(__file__).parent


@dataclass
class Scene:
    """A place, and what is pressed there: for each action the keys that come before its own."""

    place: str
    actions: dict[str, tuple[str, ...]]
    arguments: dict[str, Any] = field(default_factory=dict)


def each(*ids: str, before: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(ids, before)


SCENES = {
    "home": Scene(
        "home",
        {
            **each(
                "app.settings",
                "app.glossary",
                "app.palette",
                "app.help",
                "app.help_anywhere",
                "app.language",
                "app.theme",
            ),
            **each(
                *(
                    f"home.{name}"
                    for name in ("chapters", "exercises", "labs", "runs", "progress", "forecasts", "review")
                )
            ),
            **each("home.open", "home.down", "home.language", "home.theme"),
            **each("home.up", before=("down",)),
            **each("home.arena", "home.chat", "home.label"),
        },
    ),
    "help": Scene(
        "learn",
        {**each("help.down", "help.close", before=("f1",)), **each("help.up", before=("f1", "down"))},
        {"chapter": "03", "section": "worked-example"},
    ),
    "learn": Scene(
        "learn",
        {
            **each(
                "learn.next",
                "learn.contents",
                "learn.exercises",
                "learn.search",
                "learn.follow",
                "learn.onward",
                "app.back",
            ),
            **each("learn.previous", before=("right",)),
        },
        {"chapter": "03"},
    ),
    "exercise": Scene(
        "exercise", each("exercise.hint", "exercise.into", "exercise.chapter", "exercise.solution"), {"chapter": "03"}
    ),
    "glossary": Scene(
        "glossary",
        {
            **each("glossary.into_list"),
            **each("glossary.search", before=("down",)),
            **each("list.choose", before=("down",)),
        },
    ),
    "progress": Scene(
        "progress", {**each("progress.go"), **each("progress.exercises", before=("down", "down", "down"))}
    ),
    "runs": Scene(
        "runs",
        {
            **each("runs.open", "runs.new", "runs.mark", "runs.chat", "runs.arena"),
            **each("runs.compare", before=("space", "down", "space")),
        },
    ),
    "train": Scene("runs", each("train.field", "train.forecast", before=("n",))),
    "run": Scene(
        "run",
        {**each("run.instruments"), **each("run.step_on", before=("home",))},
        {"run_id": "dpo-brave-otter-1"},
    ),
    "settings": Scene("settings", each("settings.next", "settings.previous")),
    "welcome": Scene(
        "welcome",
        {**each("welcome.next", "welcome.onward", "welcome.leave"), **each("welcome.previous", before=("right",))},
        {"command": ("true",)},
    ),
    "slider": Scene(
        "learn", each("slider.less_fine", before=("tab", "tab")), {"chapter": "03", "section": "worked-example"}
    ),
}
"""Every action that is pressed here, where it changes what is on the screen."""

QUIET = {
    "compare": Scene("runs", each("compare.page_down", "compare.page_up", before=("space", "down", "space", "c"))),
    "run": Scene("run", each("run.fork"), {"run_id": "dpo-brave-otter-1"}),
    "progress": Scene("progress", each("progress.review")),
    "chat": Scene("chat", each("chat.up", "chat.down")),
    "review": Scene("review", each("review.fewer", "review.up", before=("a",))),
    "arena": Scene("arena", each("arena.models", "arena.up", "arena.down", before=("space", "down", "space", "enter"))),
    "forecasts": Scene("forecasts", each("forecasts.again")),
    "lab": Scene("lab", each("lab.forecast"), {"lab": "01"}),
    "lab 11": Scene("lab", each("lab.cases"), {"lab": "11"}),
}
"""Actions for which there is nothing to do in an empty home: their key is theirs, and nothing breaks."""

ALONE = {"app.quit", "home.quit", "sketch.left", "sketch.right", "sketch.up", "sketch.down", "sketch.up_fine",
         "sketch.down_fine", "order_answer.up", "order_answer.down"}  # fmt: skip
"""Those with a test of their own below."""

ELSEWHERE = {
    "app": ["test_app"],
    "arena": ["test_arena_screen"],
    "block": ["test_live_blocks", "test_live_text", "test_live_blocks_more"],
    "card": ["test_instruments_screen"],
    "cases": ["test_cases_screen"],
    "chat": ["test_chat_screen"],
    "choice_answer": ["test_question_box"],
    "choose_metrics": ["test_run_looking"],
    "choose_run": ["test_run_screen", "test_runs_screen", "test_run_looking"],
    "compare": ["test_run_looking", "test_runs_screen"],
    "choose_link": ["test_learn"],
    "disagreements": ["test_disagreements_screen"],
    "error": ["test_app"],
    "exercise": ["test_exercise_screen"],
    "forecast": ["test_forecast_screens"],
    "forecasts": ["test_forecast_screens"],
    "fork": ["test_fork_screen"],
    "home": ["test_home", "test_app"],
    "lab": ["test_lab_screen", "test_cases_screen"],
    "label": ["test_label_screen", "test_labelling"],
    "learn": ["test_learn"],
    "models": ["test_arena_screen", "test_chat_screen"],
    "order_answer": ["test_question_box"],
    "progress": ["test_progress_screen"],
    "question": ["test_question_box"],
    "rank": ["test_rank_screen"],
    "review": ["test_review_screen"],
    "rubric": ["test_question_box", "test_exercise_screen"],
    "run": ["test_run_screen", "test_run_looking"],
    "runs": ["test_runs_screen"],
    "settings": ["test_settings_screen"],
    "sketch": ["test_forecast_screens"],
    "slider": ["test_live_blocks", "test_live_text"],
    "text_answer": ["test_question_box"],
    "train": ["test_runs_screen"],
    "warm_up": ["test_warm_up_screen"],
}
"""The tests of each area, for the actions that need more than a key before they do something."""


def pressed(name: str) -> Iterator[str]:
    """Every text that a test file gives to a driver's `press`, as keys or as the letters of a text; or parametrises."""
    for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("press", "keys", "look", "parametrize"):
                for one in ast.walk(node):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value
                    elif isinstance(one, ast.Starred) and isinstance(one.value, ast.Constant):
                        yield from str(one.value.value)
        elif isinstance(node, ast.Assign):  # the tables that a test is parametrised with
            yield from (
                one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def test_every_action_has_a_test() -> None:
    here = ALONE | {id for scene in [*SCENES.values(), *QUIET.values()] for id in scene.actions}
    assert here <= registry().keys()
    keys = {area: {key for name in names for key in pressed(name)} for area, names in ELSEWHERE.items()}
    pressed_there = {action.id for action in registry().values() if set(action.keys) & keys.get(action.area, set())}
    families = {family(id) for id in pressed_there}
    assert [id for id in registry() if id not in here and family(id) not in families] == []


def family(id: str) -> str:
    """Numbered ones are one action with a parameter: `label.step1` to `label.step7`."""
    return id.rstrip("0123456789")


@asynccontextmanager
async def prepared() -> AsyncIterator[tuple[PreferablyApp, Pilot[None]]]:
    """A home with two runs, past the warm-up, and models that answer at once."""
    for number in (1, 2):
        write_run(runs_folder(), f"dpo-brave-otter-{number}", state="done")
    with Store.open() as store:
        store.record("warm_up", "", {})
    app = PreferablyApp()
    app._generator = fake_generator()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(app, pilot)
        yield app, pilot


def state(app: PreferablyApp) -> tuple[object, ...]:
    """All that a key could have changed."""
    focused = app.screen.focused
    return (
        len(app.screen_stack),
        type(app.screen),
        shown(app),
        id(focused),
        len(app._notifications),
        app.theme,
        app.language,
    )


async def fresh(app: PreferablyApp, pilot: Pilot[None], scene: Scene) -> None:
    """The place of the scene, as one finds it on coming from home."""
    while len(app.screen_stack) > 2:
        await app.pop_screen()
    await app.set_language("en")
    await app.go(scene.place, **scene.arguments)
    await settle(app, pilot)


@pytest.mark.long
@pytest.mark.parametrize("name", SCENES)
async def test_each_key_does_something(name: str) -> None:
    scene, idle = SCENES[name], []
    async with prepared() as (app, pilot):
        for id, before in scene.actions.items():
            await fresh(app, pilot, scene)
            await pilot.press(*before)
            await settle(app, pilot)
            old = state(app)
            await pilot.press(registry()[id].keys[0])
            await settle(app, pilot)
            if state(app) == old:
                idle.append(id)
    assert idle == []


@pytest.mark.long
@pytest.mark.parametrize("name", QUIET)
async def test_each_key_is_its_own_and_breaks_nothing(name: str) -> None:
    async with prepared() as (app, pilot):
        for id, before in QUIET[name].actions.items():
            await fresh(app, pilot, QUIET[name])
            await pilot.press(*before)
            await settle(app, pilot)
            await pilot.press(registry()[id].keys[0])
            await settle(app, pilot)
            assert app.is_running
            assert shown(app).strip()


async def test_q_ends_it() -> None:
    async with running() as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert app._exit


async def test_a_sketch_is_drawn_with_the_arrows() -> None:
    async with running() as (app, pilot):
        sketch = Sketch()
        await app.screen.mount(sketch)
        sketch.focus()
        await pilot.press("right", "up", "shift+up")
        assert sketch.chosen == 1
        after = sketch.points[1]
        await pilot.press("shift+down", "down")
        assert sketch.points[1] == pytest.approx(0.5)
        assert after > 0.5
        await pilot.press("left")
        assert sketch.chosen == 0


async def test_a_line_is_moved_down_and_up() -> None:
    async with running() as (app, pilot):
        order = from_mapping(
            {"id": "q", "type": "order", "prompt": "?", "options": ["a", "b", "c"], "answer": [2, 1, 3],
             "explanation": "So."}, Path("x.md"), 1,
        )  # fmt: skip
        await app.screen.mount(box := QuestionBox(order))
        await pilot.pause()
        field = box.query_one(OrderField)
        field.focus()
        field.highlighted = 0
        before = field.text
        await pilot.press("shift+down")
        await pilot.pause()
        assert field.text != before
        await pilot.press("shift+up")
        await pilot.pause()
        assert field.text == before
