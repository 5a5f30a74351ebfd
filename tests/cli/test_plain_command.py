"""`preferably plain`: a chapter, exercises, labels and a lab from beginning to end, through standard input alone."""

import os
import re
import subprocess
import sys

import pytest
from steps_worker import COMMAND

from content import chapters, exercises, labs
from content.glossary import folded, look_up
from content.markup import Live
from content.maths import aloud
from content.questions import draw, right_answer
from content.text import LANGUAGES, say, sentences
from engine.labelling.warm_up import WARM_UPS
from engine.progress import fold
from engine.store import Store
from engine.theory import compute, dpo
from tui import attempt
from tui.cli import review as reviewing
from tui.plain.prose import Links, Prose, parts
from tui.reviewing import deck

SEED = 3
DRAWN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2500-\u259f\u2800-\u28ff\u0370-\u03ff]")
"""What no voice can say: control signs, lines and blocks that are drawn, and the signs of formulas."""


@pytest.fixture(autouse=True)
def numbers(monkeypatch):
    """The same fresh numbers in every test."""
    monkeypatch.setattr(attempt, "SEED", SEED)


@pytest.fixture
def walk(invoke):
    """Types lines into `preferably plain` and returns what it said, which must be fit to be heard."""

    def run(*arguments, lines=(), language="en"):
        result = invoke("plain", *arguments, "--language", language, input="".join(f"{line}\n" for line in lines))
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        assert not DRAWN.search(result.stdout), DRAWN.search(result.stdout)
        return result.stdout

    return run


def word(language, name):
    return say(language, f"plain.word.{name}")


def typed(question):
    """The right answer to a question as lines: of one in steps, those of its steps."""
    question = draw(question, SEED, compute)
    if question.steps:
        return [line for step in question.steps for line in typed(step)]
    if question.type == "free":
        return ["A few words of my own.", "1"] if question.rubric else ["A few words of my own."]
    if question.type in ("choice", "several", "order"):
        return [" ".join(str(value) for value in question.values)]
    return [right_answer(question)]


def lines_for(section, language):
    """What a learner types who reads a section, leaves its live blocks as they are and answers its questions."""
    lines = []
    for part in parts(section, language, Links()):
        if isinstance(part, Live):
            lines.append(word(language, "next"))
        elif not isinstance(part, Prose):
            lines += typed(part)
    return [*lines, word(language, "next")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", ["03", "04"])
def test_a_whole_chapter_is_read_and_answered(id, language, walk):
    chapter = chapters.chapter(id, language)
    said = walk("chapter", id, lines=[line for s in chapter.sections for line in lines_for(s, language)],
                language=language)  # fmt: skip
    for section in chapter.sections:
        assert aloud(section.title, language) in said
    with Store.open() as store:
        assert store.sections_read(id) == {section.id for section in chapter.sections}
        done = fold(store.events())
        place = store.place()
    assert place == {"place": "learn", "chapter": id, "section": chapter.sections[-1].id}
    for _, question in chapter.questions():
        assert done.record(question.id).solved or question.type == "free", question.id


def test_a_formula_is_spoken_and_a_link_is_followed(walk):
    said = walk("chapter", "04", lines=["link 1"])
    assert "Formula: pi star of y given x equals" in said
    assert chapters.chapter("03", "en").section("closed-form").title in said
    assert "no link of that number" in walk("chapter", "04", lines=["link 99"])


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_the_course_is_unsayable(language):
    documents = (*chapters.chapters(language), *exercises.exercises(language), *labs.labs(language))
    for section in (section for document in documents for section in document.sections):
        lines = [line for part in parts(section, language, Links()) if isinstance(part, Prose) for line in part.lines]
        for question in section.questions:
            drawn = draw(question, 0, compute)
            for one in (drawn, *drawn.steps):
                lines += [one.prompt, *one.options, *one.hints, one.explanation, *one.rubric]
        for line in lines:
            assert not DRAWN.search(aloud(line, language).replace("\n", " ")), line


def live_section():
    """A section of chapter 04 that has the block of DPO, and what to type to get to it."""
    for section in chapters.chapter("04", "en").sections:
        lines = []
        for part in parts(section, "en", Links()):
            if isinstance(part, Live) and part.formula == "dpo":
                return section, part, lines
            if isinstance(part, Live):
                lines.append("next")
            elif not isinstance(part, Prose):
                lines += typed(part)
    raise AssertionError("chapter 04 shows DPO")


def test_a_live_block_is_set_by_typing(walk):
    section, live, before = live_section()
    arguments = {**live.arguments, "beta": 0.2}
    loss = dpo(**arguments).loss
    said = walk("chapter", f"04#{section.id}", lines=[*before, "beta = 0.2"])
    after = said[said.rindex("beta = 0.20") :]
    assert f"{loss:.4f}" in after
    reset = walk("chapter", f"04#{section.id}", lines=[*before, "beta = 0.2", "reset"])
    assert f"{dpo(**live.arguments).loss:.4f}" in reset[reset.rindex("beta = 0.20") :]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("beta = 99", "beta takes a number from 0.01 to 5"),
        ("beta = soon", "beta takes a number from 0.01 to 5"),
        ("beta", "an equals sign and a number"),
        ("alpha = 1", "There is no parameter “alpha”"),
        ("values", "Parameter beta, beta: 0.10. From 0.01 to 5."),
    ],
)
def test_what_cannot_be_set_is_said(line, answer, walk):
    section, _, before = live_section()
    assert answer in walk("chapter", f"04#{section.id}", lines=[*before, line])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exercise_with_a_hint_and_a_wrong_answer(language, walk):
    found = next(
        section
        for section in exercises.exercise_set("03", language).sections
        if section.questions[0].type == "number" and section.questions[0].hints
    )
    question = found.questions[0]
    lines = [word(language, "hint"), "123456", *typed(question)]
    said = walk("exercise", f"03#{found.id}", lines=lines, language=language)
    assert question.hints[0].split()[0] in said
    with Store.open() as store:
        record = fold(store.events()).record(question.id)
        place = store.place()
    assert record.solved
    assert record.tries == 2
    assert place == {"place": "exercise", "chapter": "03", "exercise": found.id}
    again = walk(lines=["1"], language=language)
    assert aloud(found.title, language) in again
    assert say(language, "plain.asking.solved_before") in again


def test_the_solution_is_said_and_does_not_count(walk):
    question = next(q for _, q in chapters.chapter("04", "en").questions() if q.explanation)
    section = next(s for s in chapters.chapter("04", "en").sections if question in s.questions)
    before = []
    for part in parts(section, "en", Links()):
        if part == question:
            break
        before += ["next"] if isinstance(part, Live) else [] if isinstance(part, Prose) else typed(part)
    said = walk("chapter", f"04#{section.id}", lines=[*before, "solution", *typed(question)])
    assert "To make it count" in said
    with Store.open() as store:
        assert not fold(store.events()).record(question.id).solved


def test_labels_are_kept_and_taken_back(walk):
    lines = ["next", "2", "undo", "flag", "note", "why not", "8", "rubric", "rater", "choices", "repeat", "12", "9"]
    said = walk("label", "shipped", lines=lines)
    assert "Answer A:" in said
    assert "Too few to say" in said
    assert "Type a number from 1 to 9" in said
    with Store.open() as store:
        kept = [(label.choice, label.layout, label.flagged, label.note) for label in store.labels()]
        assert [event.payload for event in store.events("warm_up", "")] == [{"left_at": 0}]
    assert kept == [("both_bad", "lines", True, "why not"), ("skip", "lines", False, "")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warm_up_comes_first_and_explains_each_pair(language, walk):
    said = walk("label", "shipped", lines=["1"] * 8, language=language)
    for pair in WARM_UPS:
        assert say(language, f"label.warm_up.why.{pair.id}") in said
    assert say(language, "plain.label.from_shipped") in said
    with Store.open() as store:
        assert len(store.events("warm_up")) == 9
        assert store.labels() == []
    again = walk("label", "shipped", language=language)
    assert say(language, "plain.label.warm_up") not in again


def lab_lines(language, *, data=()):
    """What is typed to walk through a lab with a run that needs nobody's help."""
    found, go = labs.lab("01", language), word(language, "next")
    predictions = [["2", "60"][number] for number, _ in enumerate(found.predictions)]
    answers = [line for question in found.questions for line in typed(question)]
    return [go, *data, *predictions, go, word(language, "start"), go, go, *answers, go, word(language, "report"), go]


@pytest.mark.usefixtures("quick_worker")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_lab_to_its_report(language, walk, home):
    said = walk("lab", "01", lines=lab_lines(language, data=["1"]), language=language)
    assert "0.80" in said  # what the worker's gate measures
    with Store.open() as store:
        assert store.gates_passed() == {"01"}
        assert len(store.prediction("01")["answers"]) == len(labs.lab("01", language).predictions)
        steps = [event.payload["step"] for event in store.events("lab_step", "01")]
    assert steps == ["goal", "data", "gate", "next"]
    assert list(home.glob("exports/lab-01-*/report.md"))
    later = walk("lab", "01", lines=[], language=language)
    assert say(language, "plain.lab.step", number=7, count=7, name=say(language, "lab.step.next")) in later


@pytest.mark.usefixtures("quick_worker")
def test_a_step_of_a_lab_waits_for_the_one_before(walk):
    said = walk("lab", "01", lines=["next", "1", "next", "next", "next"])
    assert "First finish the step before: Predict." in said


def test_the_menu_goes_on_where_the_app_left_off(walk):
    section = chapters.chapter("02", "en").sections[2]
    with Store.open() as store:
        store.set_place("learn", chapter="02", section=section.id)
    assert f"Section 3 of {len(chapters.chapter('02', 'en').sections)}: {section.title}." in walk(lines=["1"])


def test_the_language_changes_in_the_middle_of_a_chapter(walk):
    sections = chapters.chapter("04", "es").sections
    said = walk("chapter", "04", lines=["next", "language", "salir"])
    assert "El idioma es el español." in said
    assert sections[1].title in said
    assert "Hasta la próxima." in walk(lines=[], language="es")


@pytest.mark.parametrize(("language", "line"), [("en", "term reward hacking"), ("es", "término divergencia KL")])
def test_a_term_is_explained_in_the_middle_of_anything(language, line, walk):
    term = look_up(line.partition(" ")[2], language)[0]
    said = walk("chapter", "04", lines=[line, word(language, "term")], language=language)
    assert aloud(term.text, language) in said
    assert term.introduced in said
    assert say(language, "plain.no_term", words="") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_progress_is_said_chapter_by_chapter(language, walk):
    said = walk("progress", language=language)
    for chapter in chapters.chapters(language):
        assert aloud(chapter.title, language) in said
    assert say(language, "progress.next.read", chapter="00", item="").split("00")[0] in said


def test_help_lists_what_can_be_typed_and_nonsense_is_answered(walk):
    said = walk("chapter", "04", lines=["help", "abracadabra"])
    assert "contents: say what there is, and choose" in said
    assert "“abracadabra” means nothing here" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_recalled_and_graded(language, walk, monkeypatch):
    cards = [card for card in deck(language, "03") if card.question is None]
    monkeypatch.setattr(reviewing, "cards_of", lambda chapter, here: cards)
    with Store.open() as store:
        for section in chapters.chapter("03", language).sections:
            store.read_section("03", section.id)
    said = walk("review", lines=["", "3", word(language, "quit")], language=language)
    assert say(language, "review.grade.3") in said
    with Store.open() as store:
        assert len(list(store.events("review"))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_a_word_of_its_own_with_a_meaning(language):
    names = {key.split(".")[-1] for key in sentences(language) if key.startswith("plain.word.")}
    words = [folded(word(language, name)) for name in names]
    assert len(set(words)) == len(words)
    assert all(each.isalpha() for each in words)
    assert names == {key.split(".")[-1] for key in sentences(language) if key.startswith("plain.means.")}


def test_a_place_that_is_not_there(invoke):
    result = invoke("plain", "castle")
    assert result.exit_code == 2
    assert "chapter, exercise, lab, label, review, progress" in result.stderr
    assert "no chapter" in invoke("plain", "chapter", "99").stdout.casefold()


def test_it_needs_no_terminal_that_can_draw(home):
    done = subprocess.run(
        [sys.executable, *COMMAND, "preferably", "plain", "chapter", "04"],
        input=b"next\nquit\n", capture_output=True, timeout=60,
        env={**os.environ, "TERM": "dumb", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"Formula: pi star of y given x" in done.stdout
    assert done.stderr == b""
