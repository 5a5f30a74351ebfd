"""The box of every type of question, on a screen: fresh numbers, lists to choose from, derivations step by step."""

from pathlib import Path
from typing import Any

from driving import running
from textual.containers import Vertical
from textual.widgets import Input, Static

from content.questions import Question, from_mapping, right_answer
from tui.app import PreferablyApp
from tui.widgets.question_box import QuestionBox


def question(**settings: Any) -> Question:
    return from_mapping({"id": "03-q", "prompt": "?", "explanation": "Because.", **settings}, Path("03-ppo.md"), 1)


TILT = question(
    type="number",
    prompt="β = {beta}?",
    draw={"beta": [0.25, 0.5, 2, 4], "prior": [[0.6, 0.4]], "reward": [[1, 0]]},
    formula="optimal-policy",
    answer="policy[0]",
    mistakes=[{"name": "beta_multiplied", "arguments": {"beta": "1/beta"}}],
)
ORDER = question(type="order", options=["goed", "went", "wented"], answer=[2, 1, 3])
FACTOR = question(type="expression", symbols={"β": [0.5, 2], "r": [1, 3]}, answer="exp(r/β)")
STEPS = question(
    type="steps",
    steps=[
        {"type": "choice", "prompt": "First?", "options": ["take logs", "add"], "answer": 1, "explanation": "So."},
        {"type": "number", "prompt": "Then?", "answer": 4, "explanation": "Two and two."},
    ],
)


class Listener(Vertical):
    """Keeps the messages that come up from the box within it."""

    def __init__(self, box: QuestionBox) -> None:
        super().__init__(box)
        self.heard: list[QuestionBox.Answered] = []

    def on_question_box_answered(self, message: QuestionBox.Answered) -> None:
        self.heard.append(message)


async def asked(app: PreferablyApp, pilot: Any, asked: Question, **settings: Any) -> QuestionBox:
    box = QuestionBox(asked, **settings)
    await app.screen.mount(box)
    await pilot.pause()
    return box


def said(box: QuestionBox, where: str = ".verdict") -> str:
    return str(box.query_children(where).last(Static).content)


async def answered(pilot: Any, box: QuestionBox, text: str) -> str:
    box.query_one(Input).focus()
    box.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()
    return said(box)


async def test_fresh_numbers_are_drawn_by_seed_and_a_misconception_is_named_in_the_language() -> None:
    async with running(language="es") as (app, pilot):
        boxes = [await asked(app, pilot, TILT, seed=seed) for seed in (1, 1, 2, 3, 4, 5)]
        assert boxes[0].question == boxes[1].question
        assert len({said(box, ".prompt") for box in boxes}) > 1
        assert "{" not in said(boxes[0], ".prompt")
        wrong = float(boxes[0].question.mistakes[0].values[0])
        assert "Has multiplicado por β" in await answered(pilot, boxes[0], f"{wrong:.3f}")
        assert (await answered(pilot, boxes[0], right_answer(boxes[0].question))).startswith("✓")


async def test_an_order_lists_its_options_and_says_how_many_stand_right() -> None:
    async with running() as (app, pilot):
        box = await asked(app, pilot, ORDER)
        assert said(box, ".options").splitlines() == ["1  goed", "2  went", "3  wented"]
        assert "1 of 3" in await answered(pilot, box, "1 2 3")
        assert said(box, ".read") == "read as goed → went → wented"
        assert (await answered(pilot, box, "b a c")).startswith("✓")


async def test_an_expression_is_read_back_and_answered_with_a_counterexample() -> None:
    async with running() as (app, pilot):
        box = await asked(app, pilot, FACTOR)
        wrong = await answered(pilot, box, "exp(r*beta)")
        assert said(box, ".read") == "read as exp(r · β)"
        assert wrong.startswith("✗ Not yet. Try it at β = ")
        assert (await answered(pilot, box, "exp(r")).startswith("? The “(” at character 4 is never closed.")
        assert (await answered(pilot, box, "exp(1/β)^r")).startswith("✓")


async def test_a_derivation_goes_step_by_step_and_counts_once() -> None:
    async with running() as (app, pilot):
        box = QuestionBox(STEPS)
        listener = Listener(box)
        await app.screen.mount(listener)
        await pilot.pause()
        first, second = box.query(QuestionBox)
        assert (first.display, second.display) == (True, False)
        first.query_one("Choices").focus()
        await pilot.press("2")
        await pilot.pause()
        assert said(first).startswith("✗")
        assert not second.display
        await pilot.press("1")
        await pilot.pause()
        assert second.display
        assert said(box) == ""
        assert (await answered(pilot, second, "4")).startswith("✓")
        await pilot.pause()
        assert said(box).startswith("✓")
        assert said(box, ".explanation") == "Because."
        assert [(message.question.id, message.verdict.code) for message in listener.heard] == [("03-q", "correct")]
