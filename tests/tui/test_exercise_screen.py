"""Exercises on their screens: one after the other, help and fresh numbers by key, everything kept and known again."""

from collections.abc import Iterator
from itertools import product

import pytest
from _pytest.mark import ParameterSet
from driving import running, settle, shown
from textual.widgets import Input, OptionList

from content.exercises import everything, exercise_set, exercises
from content.questions import another, draw, right_answer
from content.text import LANGUAGES
from engine.progress import fold
from engine.store import Store
from engine.theory import compute
from tui.app import PreferablyApp
from tui.screens.exercise import ExerciseScreen
from tui.screens.exercises import ExercisesScreen
from tui.screens.help import HelpScreen
from tui.screens.learn import LearnScreen
from tui.widgets.question_box import QuestionBox, boxes

SET = exercises("en")[1]


def place(type: str) -> tuple[str, str]:
    """An exercise whose first question is of this type and, if a number, has fresh ones."""
    for found in exercises("en"):
        for section in found.sections:
            first = section.questions[0]
            if first.type == type and (first.fresh or type != "number"):
                return found.id, section.id
    raise AssertionError(type)


def opened(app: PreferablyApp) -> tuple[ExerciseScreen, QuestionBox]:
    assert isinstance(app.screen, ExerciseScreen)
    return app.screen, next(iter(boxes(app.screen)))


async def test_the_list_leads_to_an_exercise_and_marks_what_is_done() -> None:
    with Store.open() as store:
        for question in SET.sections[0].questions:
            store.record("answer", question.id, {"text": "", "verdict": "correct"})
        store.record("answer", SET.sections[1].questions[0].id, {"text": "", "verdict": "wrong"})
    async with running("exercises", chapter=SET.id) as (app, pilot):
        text = shown(app)
        assert f"●  {SET.sections[0].title}" in text
        assert f"◐  {SET.sections[1].title}" in text
        assert f"1/{len(SET.sections)} · {SET.minutes} min" in text
        assert "◐ tried" in text
        await pilot.press("down", "enter")
        await settle(app, pilot)
        screen, _ = opened(app)
        assert screen.exercise_id == SET.sections[1].id
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert isinstance(app.screen, ExercisesScreen)
        assert app.screen.query_one(OptionList).highlighted == 2


async def test_without_another_wish_the_first_open_one_comes() -> None:
    with Store.open() as store:
        for question in SET.sections[0].questions:
            store.record("answer", question.id, {"text": "", "verdict": "correct"})
    async with running("exercise", chapter=SET.id) as (app, _):
        screen, _ = opened(app)
        assert screen.exercise_id == SET.sections[1].id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hints_and_fresh_numbers_by_letter_while_a_number_is_typed(language: str) -> None:
    chapter, exercise = place("number")
    async with running("exercise", chapter=chapter, exercise=exercise, language=language) as (app, pilot):
        screen, box = opened(app)
        before = box.question
        await pilot.press("0", "h", "h")
        await pilot.pause()
        assert box.attempt.hints == 2
        assert box.query_one(Input).value == "0"
        assert before.hints[1] in str(box.query_children(".help").last().content)  # type: ignore[attr-defined]
        await pilot.press("n")
        await pilot.pause()
        assert box.question.drawn != before.drawn
        box.query_one(Input).value = right_answer(box.question)
        await pilot.press("enter")
        await settle(app, pilot)
        assert box.attempt.solved
        record = fold(app.store.events()).record(box.question.id)
        assert (record.solved, record.tries, record.seed) == (True, 1, box.question.seed)
        assert screen.page.has_focus or any(other.has_focus_within for other in boxes(screen))


async def test_what_is_not_solved_comes_back_with_its_numbers_and_what_is_solved_says_so() -> None:
    chapter, exercise = place("number")
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, pilot):
        _, box = opened(app)
        await pilot.press("n")
        await pilot.pause()
        box.query_one(Input).value = str(float(another(box.question, compute).values[0]) + 123)
        await pilot.press("enter")
        await settle(app, pilot)
        drawn = box.question.drawn
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, pilot):
        _, box = opened(app)
        assert box.question.drawn == drawn
        assert "tried this before" in shown(app)
        box.query_one(Input).value = right_answer(box.question)
        box.query_one(Input).focus()
        await pilot.press("enter")
        await settle(app, pilot)
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, _):
        assert "solved this before" in shown(app)
        assert "●" in shown(app).splitlines()[0]


async def test_other_exercises_are_a_key_away_and_the_place_is_kept() -> None:
    async with running("exercise", chapter=SET.id, exercise=SET.sections[0].id) as (app, pilot):
        screen, _ = opened(app)
        await pilot.press("f8")
        await settle(app, pilot)
        assert screen.exercise_id == SET.sections[1].id
        await pilot.press("escape", "left")
        await settle(app, pilot)
        assert screen.exercise_id == SET.sections[0].id
        assert app.store.place() == {"place": "exercise", "chapter": SET.id, "exercise": SET.sections[0].id}
        await pilot.press("escape", "t")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)


async def test_space_goes_on_after_the_last_to_the_list() -> None:
    last = SET.sections[-1]
    async with running("exercises", chapter=SET.id) as (app, pilot):
        await app.go("exercise", chapter=SET.id, exercise=last.id)
        await settle(app, pilot)
        for question in last.questions:
            app.store.record("answer", question.id, {"text": "", "verdict": "correct"})
        screen, _ = opened(app)
        screen.read_store()
        screen.page.focus()
        screen.page.scroll_end(animate=False)
        await pilot.pause()
        await pilot.press("space")
        await settle(app, pilot)
        assert isinstance(app.screen, ExercisesScreen)


async def test_another_language_keeps_the_numbers_and_what_was_typed() -> None:
    chapter, exercise = place("number")
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, pilot):
        _, box = opened(app)
        await pilot.press("h", "0", "full_stop", "5")
        drawn = box.question.drawn
        await pilot.press("f2")
        await settle(app, pilot)
        _, box = opened(app)
        assert box.question.drawn == drawn
        assert box.query_one(Input).value == "0.5"
        assert "Pista 1 de" in shown(app)


async def test_help_is_at_hand_beside_the_field_too() -> None:
    chapter, exercise = place("number")
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, pilot):
        screen, box = opened(app)
        screen.page.focus()
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()
        assert box.attempt.hints == 1
        screen.page.focus()
        await pilot.pause()
        await pilot.press("f4")
        await pilot.pause()
        assert box.attempt.solution_shown


async def test_a_question_keeps_the_keys_in_another_language_and_with_other_numbers() -> None:
    chapter, exercise = place("number")
    async with running("exercise", chapter=chapter, exercise=exercise) as (app, pilot):
        await pilot.press("0", ".", "f2")
        await settle(app, pilot)
        await pilot.press("5")
        _, box = opened(app)
        assert box.query_one(Input).value == "0.5"
        await pilot.press("f6", "7")
        await pilot.pause()
        assert box.query_one(Input).value == "7"


async def test_x_leads_from_a_chapter_to_its_exercises() -> None:
    async with running("learn", chapter=SET.id) as (app, pilot):
        assert "x exercises" in shown(app).splitlines()[-1]
        await pilot.press("x")
        await settle(app, pilot)
        assert isinstance(app.screen, ExercisesScreen)
        assert app.screen.chapter_id == SET.id


async def test_answers_in_a_chapter_are_kept_with_seed_help_and_wording() -> None:
    found = next(one for one in everything("en").values() if not one.in_exercises and one.question.type == "number")
    async with running("learn", chapter=found.chapter, section=found.section.id) as (app, pilot):
        box = next(box for box in boxes(app.screen) if box.question.id == found.question.id)
        box.attend()
        await pilot.pause()
        await pilot.press("f5")
        box.query_one(Input).value = right_answer(box.question)
        await pilot.press("enter")
        await settle(app, pilot)
        (event,) = app.store.events("answer", found.question.id)
        assert event.payload["hints"] == 1
        assert event.content_hash
        assert app.screen.query_one("#page").has_focus


async def test_a_link_leads_to_an_exercise() -> None:
    async with running("learn", chapter=SET.id) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        await app.screen.follow(f"exercise:{SET.id}#{SET.sections[2].id}")
        await settle(app, pilot)
        assert opened(app)[0].exercise_id == SET.sections[2].id


async def test_an_exercise_that_does_not_exist_is_said() -> None:
    async with running("exercise", chapter=SET.id, exercise="no-such") as (app, pilot):
        assert "no-such" in shown(app)
        await pilot.press("right", "h", "n", "space", "f2")
        await settle(app, pilot)
        assert isinstance(app.screen, ExerciseScreen)


async def test_help_lists_the_keys() -> None:
    async with running("exercise", chapter=SET.id, size=(80, 60)) as (app, pilot):
        await pilot.press("escape", "f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        for word in ("hint", "solution", "exercise", "chapter"):
            assert word in shown(app)


def looks() -> Iterator[ParameterSet]:
    """Every size in every language; two of them tell most of what there is to tell."""
    for size, language in product([(60, 20), (80, 24), (140, 45)], LANGUAGES):
        quick = (size, language) in [((60, 20), "es"), ((140, 45), "en")]
        yield pytest.param(size, language, marks=[] if quick else [pytest.mark.long])


@pytest.mark.parametrize(("size", "language"), looks())
async def test_every_exercise_can_be_drawn(size: tuple[int, int], language: str) -> None:
    async with running("exercise", chapter=SET.id, size=size, language=language) as (app, pilot):
        screen, _ = opened(app)
        for section in exercise_set(SET.id, language).sections:
            screen.exercise_id = section.id
            await screen.show()
            await pilot.pause()
            assert len(list(boxes(screen))) == len(section.questions)
            assert screen.virtual_size.width <= size[0]


def test_a_seed_gives_the_same_numbers_in_both_languages() -> None:
    for id, found in everything("en").items():
        if found.in_exercises and found.question.fresh:
            other = everything("es")[id].question
            assert draw(found.question, 5, compute).drawn == draw(other, 5, compute).drawn
