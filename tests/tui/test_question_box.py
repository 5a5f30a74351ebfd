"""The box of every type of question on a screen: answers right and wrong, help by tiers, fresh numbers, what is kept"""

from pathlib import Path
from typing import Any

import pytest
from driving import running
from textual.containers import Vertical
from textual.widgets import Input, Static

from content.questions import Question, from_mapping, right_answer
from content.wording import of_question
from engine.progress import Record
from tui.app import PreferablyApp
from tui.attempt import Attempt
from tui.widgets.answer_fields import ChoiceField, OrderField, SeveralField, WordsField
from tui.widgets.question_box import QuestionBox
from tui.widgets.rubric import Rubric


def question(**settings: Any) -> Question:
    return from_mapping({"id": "03-q", "prompt": "?", "explanation": "Because.", **settings}, Path("03-ppo.md"), 1)


TILT = question(
    type="number",
    prompt="β = {beta}?",
    draw={"beta": [0.25, 0.5, 2, 4], "prior": [[0.6, 0.4]], "reward": [[1, 0]]},
    formula="optimal-policy",
    answer="policy[0]",
    mistakes=[{"name": "beta_multiplied", "arguments": {"beta": "1/beta"}}],
    hints=["Look at the tilt.", "exp(R/β)", "The first weight is {weights[0]:.3f}."],
)
SHARES = question(type="vector", answer=[0.2, 0.3, 0.5])
LEASH = question(type="choice", options=["it stays", "it goes"], answer=1, hints=["Think of β."])
PRIMES = question(type="several", options=["2", "4", "5"], answer=[1, 3])
ORDER = question(type="order", options=["goed", "went", "wented"], answer=[2, 1, 3])
FACTOR = question(type="expression", symbols={"β": [0.5, 2], "r": [1, 3]}, answer="exp(r/β)")
FREE = question(type="free", rubric=["names β", "names [/b] the reference"])
STEPS = question(
    type="steps",
    hints=["Where to begin."],
    steps=[
        {"type": "choice", "prompt": "First?", "options": ["take logs", "add"], "answer": 1, "explanation": "So."},
        {"type": "number", "prompt": "Then?", "answer": 4, "explanation": "Two and two."},
    ],
)


class Listener(Vertical):
    """Keeps the messages that come up from the box within it."""

    def __init__(self, box: QuestionBox) -> None:
        super().__init__(box)
        self.box = box
        self.answered: list[QuestionBox.Answered] = []
        self.acted: list[QuestionBox.Acted] = []

    def on_question_box_answered(self, message: QuestionBox.Answered) -> None:
        self.answered.append(message)

    def on_question_box_acted(self, message: QuestionBox.Acted) -> None:
        self.acted.append(message)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [dict(message.payload) for message in self.acted if message.kind == "answer"]


async def asked(app: PreferablyApp, pilot: Any, asked: Question, **settings: Any) -> Listener:
    listener = Listener(QuestionBox(asked, **{"coaching": True, "seed": 1, **settings}))
    await app.screen.mount(listener)
    await pilot.pause()
    if listener.box.target is not None:
        listener.box.target.focus()
    await pilot.pause()
    return listener


def said(box: QuestionBox, where: str = ".verdict") -> str:
    line = box.query_children(where).last(Static)
    return str(line.content) if line.display else ""


async def typed(pilot: Any, box: QuestionBox, text: str) -> str:
    box.query_one(Input).focus()
    box.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()
    return said(box)


@pytest.mark.parametrize(("language", "sentence"), [("en", "You multiplied by β"), ("es", "Has multiplicado por β")])
async def test_a_number_is_read_back_and_a_misconception_named(language: str, sentence: str) -> None:
    async with running(language=language) as (app, pilot):
        heard = await asked(app, pilot, TILT)
        box = heard.box
        assert "{" not in said(box, ".prompt")
        await pilot.press("0", "full_stop", "5")
        assert said(box, ".read").endswith(" 0.5")
        wrong = float(box.question.mistakes[0].values[0])
        assert sentence in await typed(pilot, box, f"{wrong:.3f}")
        assert said(box, ".explanation") == ""
        assert (await typed(pilot, box, right_answer(box.question))).startswith("✓")
        assert "Because." in said(box, ".explanation")
        first, last = heard.payloads
        assert (first["verdict"], first["misconception"], first["hints"]) == ("mistake", "beta_multiplied", 0)
        assert (last["verdict"], last["seed"], last["solution"]) == ("correct", 1, False)
        assert last["latency_ms"] >= 0
        assert heard.acted[0].wording == of_question(TILT)


async def test_what_cannot_be_read_and_blank_answers_cost_nothing() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, TILT)
        for text in ("", "   ", "[/x]", "1/0"):
            assert (await typed(pilot, heard.box, text)).startswith("?")
        for blank in [PRIMES, FREE]:
            silent = await asked(app, pilot, blank)
            await pilot.press("enter")
            await pilot.pause()
            assert said(silent.box).startswith("?")
            assert silent.acted == []
        assert heard.acted == heard.answered == []
        assert heard.box.attempt.tries == 0


async def test_help_comes_tier_by_tier_and_after_the_solution_only_fresh_numbers_count() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, TILT)
        box = heard.box
        seen = []
        for _ in range(5):
            await pilot.press("f5")
            await pilot.pause()
            seen.append((said(box, ".help").count("Hint"), "Because." in said(box, ".explanation")))
        assert seen == [(1, False), (2, False), (3, False), (3, True), (3, True)]
        assert "{" not in said(box, ".help")
        assert "F6" in said(box, ".explanation")
        assert [message.payload["tier"] for message in heard.acted] == [1, 2, 3, 4]
        assert "once more" in await typed(pilot, box, right_answer(box.question))
        assert heard.payloads[-1]["solution"] is True
        before = said(box, ".prompt")
        await pilot.press("f6")
        await pilot.pause()
        assert said(box, ".prompt") != before
        assert said(box, ".help") == said(box, ".explanation") == said(box) == ""
        assert box.query_one(Input).has_focus
        assert (await typed(pilot, box, right_answer(box.question))) == "✓ Right."
        assert heard.payloads[-1]["solution"] is False
        assert heard.payloads[-1]["seed"] != heard.payloads[0]["seed"]


async def test_giving_up_shows_the_solution_at_once() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, TILT)
        await pilot.press("f4")
        await pilot.pause()
        assert "Because." in said(heard.box, ".explanation")
        assert heard.acted[-1].payload["solution"] is True


async def test_a_box_without_coaching_leaves_help_to_the_screen() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, TILT, coaching=False)
        await pilot.press("f5", "f6")
        assert said(heard.box, ".help") == ""
        assert heard.box.question.seed == 1
        await pilot.press("f4")
        await pilot.pause()
        assert "Because." in said(heard.box, ".explanation")
        assert heard.acted == []


async def test_a_vector_may_have_decimal_commas() -> None:
    async with running() as (app, pilot):
        box = (await asked(app, pilot, SHARES)).box
        assert (await typed(pilot, box, "0,2; 0,3; 0,4")).startswith("✗")
        assert said(box, ".read") == "read as 0.2, 0.3, 0.4"
        assert (await typed(pilot, box, "20% 30% 50%")).startswith("✓")


async def test_an_expression_is_read_back_in_two_dimensions_and_answered_with_a_counterexample() -> None:
    async with running() as (app, pilot):
        box = (await asked(app, pilot, FACTOR)).box
        wrong = await typed(pilot, box, "exp(r*beta)")
        assert said(box, ".read") == "read as exp(r · β)"
        assert said(box, ".pretty") == ""
        assert wrong.startswith("✗ Not yet. Try it at β = ")
        assert (await typed(pilot, box, "exp(r")).startswith("? The “(” at character 4 is never closed.")
        box.query_one(Input).value = "exp(r/β)"
        await pilot.pause()
        assert len(said(box, ".pretty").splitlines()) > 1
        assert (await typed(pilot, box, "exp(1/β)^r")).startswith("✓")


async def test_letters_of_an_expression_are_no_keys() -> None:
    async with running() as (app, pilot):
        box = (await asked(app, pilot, FACTOR)).box
        await pilot.press("h", "n", "q")
        assert box.query_one(Input).value == "hnq"


async def test_a_choice_is_made_by_number_or_enter() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, LEASH)
        await pilot.press("2")
        await pilot.pause()
        assert said(heard.box).startswith("✗")
        heard.box.query_one(ChoiceField).highlighted = 0
        await pilot.press("enter")
        await pilot.pause()
        assert said(heard.box).startswith("✓")
        assert [payload["text"] for payload in heard.payloads] == ["2", "1"]


@pytest.mark.parametrize(("language", "partly"), [("en", "that is 1 of 2"), ("es", "llevas 1 de 2")])
async def test_of_several_options_space_or_a_number_chooses_and_enter_answers(language: str, partly: str) -> None:
    async with running(language=language) as (app, pilot):
        box = (await asked(app, pilot, PRIMES)).box
        field = box.query_one(SeveralField)
        await pilot.press("1", "2", "2", "enter")
        await pilot.pause()
        assert partly in said(box)
        field.highlighted = 2
        await pilot.press("space", "enter")
        await pilot.pause()
        assert field.text == "1 3"
        assert said(box).startswith("✓")


async def test_an_order_is_moved_or_typed() -> None:
    async with running() as (app, pilot):
        box = (await asked(app, pilot, ORDER)).box
        field = box.query_one(OrderField)
        await pilot.press("enter")
        await pilot.pause()
        assert "1 of 3" in said(box)
        field.highlighted = 2
        await pilot.press("shift+up", "shift+up", "shift+up")
        assert field.text == "3 1 2"
        await pilot.press("2", "1")
        assert field.text == "2 1 3"
        await pilot.press("enter")
        await pilot.pause()
        assert said(box).startswith("✓")


async def test_free_words_are_followed_by_a_model_answer_and_points_to_tick() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, FREE)
        rubric = heard.box.query_one(Rubric)
        assert not rubric.display
        heard.box.query_one(WordsField).focus()
        await pilot.press("q", "h", "ctrl+j", "n", "enter")
        await pilot.pause()
        assert heard.payloads[0]["text"] == "qh\nn"
        assert said(heard.box).startswith("✓")
        assert said(heard.box, ".explanation") == "A good answer. Because."
        assert rubric.display
        heard.box.attend()
        await pilot.pause()
        await pilot.press("2", "1", "1")
        await pilot.pause()
        assert [message.payload["ticked"] for message in heard.acted[1:]] == [[2], [1, 2], [2]]


async def test_a_derivation_grows_step_by_step_and_counts_once() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, STEPS)
        first, second = heard.box.query(QuestionBox)
        assert (first.display, second.display) == (True, False)
        await pilot.press("f5")
        await pilot.pause()
        assert "Where to begin." in said(heard.box, ".help")
        await pilot.press("2")
        await pilot.pause()
        assert said(first).startswith("✗")
        assert not second.display
        await pilot.press("1")
        await pilot.pause()
        assert second.display
        assert said(first) == "✓ take logs"
        assert said(first, ".explanation") == "So."
        assert not first.query_one(ChoiceField).display
        assert said(heard.box) == ""
        assert second.query_one(Input).has_focus
        assert await typed(pilot, second, "4") == "✓ = 4"
        await pilot.pause()
        assert said(heard.box).startswith("✓")
        assert said(heard.box, ".explanation") == "Why. Because."
        assert [(message.question.id, message.verdict.code) for message in heard.answered] == [("03-q", "correct")]
        answers = [(message.item, message.payload["verdict"]) for message in heard.acted if message.kind == "answer"]
        assert answers == [
            ("03-q.1", "wrong"), ("03-q.1", "correct"), ("03-q.2", "correct"), ("03-q", "correct"),
        ]  # fmt: skip


async def test_a_derivation_with_the_solution_of_a_step_does_not_count() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, STEPS)
        await pilot.press("f4", "1")
        await pilot.pause()
        await typed(pilot, list(heard.box.query(QuestionBox))[1], "4")
        await pilot.pause()
        assert "once more" in said(heard.box)
        assert heard.payloads[-1]["solution"] is True


async def test_what_was_answered_before_is_said_and_numbers_in_work_come_back() -> None:
    async with running() as (app, pilot):
        solved = await asked(app, pilot, TILT, record=Record(tries=2, solved=True, seed=5), seed=None)
        assert "solved this before" in said(solved.box)
        tried = await asked(app, pilot, TILT, record=Record(tries=2, seed=5), seed=None)
        assert said(tried.box).endswith("answers given 2.")
        assert tried.box.question.seed == 5
        late = await asked(app, pilot, TILT)
        await late.box.remember(Record(tries=1, seed=7))
        assert late.box.question.seed == 7
        free = await asked(app, pilot, FREE, record=Record(tries=1, solved=True, text="my [/b] words"))
        assert free.box.query_one(WordsField).text == "my [/b] words"


async def test_numbers_whose_solution_was_seen_do_not_come_back() -> None:
    seen = Attempt.begin(TILT, 5)
    again = Attempt.begin(TILT, 5, seen={5})
    assert again.question.drawn != seen.question.drawn


async def test_another_language_keeps_numbers_help_and_verdict() -> None:
    async with running() as (app, pilot):
        heard = await asked(app, pilot, TILT)
        await pilot.press("f5")
        wrong = float(heard.box.question.mistakes[0].values[0])
        await typed(pilot, heard.box, f"{wrong:.3f}")
        work = heard.box.work()
        app.language = "es"
        other = await asked(app, pilot, TILT, seed=9)
        await other.box.take_up(work)
        assert other.box.question.drawn == heard.box.question.drawn
        assert other.box.query_one(Input).value == f"{wrong:.3f}"
        assert said(other.box, ".help").startswith("◆ Pista 1 de 4.")
        assert "Has multiplicado por β" in said(other.box)
        assert other.acted == []
