"""`preferably exercise` and `preferably progress`."""

import pytest

from content.exercises import everything, exercises
from content.questions import draw, right_answer
from engine.progress import fold
from engine.store import Store
from engine.theory import compute


def drawn_question(type, *, fresh=False):
    """A question of the exercises of this type, with the numbers of seed 3."""
    for found in everything("en").values():
        if found.in_exercises and found.question.type == type and (found.question.fresh or not fresh):
            return draw(found.question, 3, compute)
    raise AssertionError(type)


def record(id):
    with Store.open() as store:
        return fold(store.events()).record(id)


def typed(question):
    """The right answer as the keys of a terminal."""
    if question.type in ("choice", "several", "order"):
        return " ".join(str(value) for value in question.values)
    return right_answer(question)


@pytest.mark.parametrize("type", ["number", "vector", "expression", "choice", "several", "order"])
def test_a_right_answer_solves_it_and_is_kept(invoke, type):
    question = drawn_question(type)
    result = invoke("exercise", question.id, "--seed", "3", input=f"{typed(question)}\n")
    assert result.exit_code == 0, result.output
    assert "Right." in result.stdout
    assert question.explanation.splitlines()[0] in result.stdout
    assert record(question.id).solved


@pytest.mark.parametrize(("language", "words"), [("en", ("Hint 1", "Solution.")), ("es", ("Pista 1", "Solución."))])
def test_hints_come_one_by_one_and_after_the_solution_only_fresh_numbers_count(invoke, language, words):
    question = drawn_question("number", fresh=True)
    helped = "?\n" * (len(question.hints) + 1)
    result = invoke(
        "exercise", question.id, "--seed", "3", "--language", language, input=f"{helped}{typed(question)}\n"
    )
    assert result.exit_code == 1
    for word in words:
        assert word in result.stdout
    assert not record(question.id).solved
    with Store.open() as store:
        tiers = [event.payload["tier"] for event in store.events("hint")]
    assert tiers == list(range(1, len(question.hints) + 2))


def test_n_asks_with_other_numbers(document):
    question = drawn_question("number", fresh=True)
    found = document("exercise", question.id, "--seed", "3", input="n\n", exit_code=1)
    (asked,) = found["questions"]
    assert asked["prompt"] != question.prompt
    assert asked["seed"] != 3


def test_what_cannot_be_read_costs_nothing(document):
    question = drawn_question("number")
    found = document("exercise", question.id, "--seed", "3", input="\n[/x]\n\x1b[2J\n", exit_code=1)
    assert [answer["verdict"] for answer in found["questions"][0]["answers"]] == ["unparsed"] * 3
    assert record(question.id).tries == 0


def test_the_document_says_what_was_answered(document):
    question = drawn_question("choice")
    wrong = next(number for number in (1, 2) if number != question.values[0])
    found = document("exercise", question.id, input=f"{wrong}\n{typed(question)}\n")
    (asked,) = found["questions"]
    assert found["solved"] is asked["solved"] is True
    assert [answer["text"] for answer in asked["answers"]] == [str(wrong), typed(question)]
    assert asked["answers"][-1]["sentence"] == "Right."
    assert "answer" not in asked


def test_a_derivation_is_asked_step_by_step(invoke):
    question = drawn_question("steps")
    answers = "".join(f"{typed(step)}\n" for step in question.steps)
    result = invoke("exercise", question.id, "--seed", "3", input=answers)
    assert result.exit_code == 0, result.output
    assert f"{len(question.steps)}/{len(question.steps)}" in result.stdout
    assert record(question.id).solved
    assert record(f"{question.id}.1").solved


def test_free_words_end_with_a_model_answer_and_ticks(invoke):
    question = drawn_question("free")
    result = invoke("exercise", question.id, input="my own words\n1, 2 99\n")
    assert result.exit_code == 0, result.output
    assert question.explanation.splitlines()[0] in result.stdout
    assert record(question.id).ticked == {1, 2} & set(range(1, len(question.rubric) + 1))
    assert record(question.id).text == "my own words"


def test_a_chapter_asks_what_is_open_and_s_skips(document):
    found = exercises("en")[0]
    ids = [question.id for _, question in found.questions()]
    with Store.open() as store:
        store.record("answer", ids[0], {"text": "", "verdict": "correct"})
    asked = document("exercise", found.id, input="s\nq\n", exit_code=1)["questions"]
    assert [one["id"] for one in asked] == ids[1:]


def test_without_an_id_the_exercises_are_listed(invoke, document):
    found = exercises("en")[0]
    section = found.sections[0]
    for question in section.questions:
        with Store.open() as store:
            store.record("answer", question.id, {"text": "", "verdict": "correct"})
    listed = document("exercise")["chapters"][0]["exercises"]
    assert listed[0]["state"] == "done"
    assert listed[1]["state"] == "new"
    assert f"● {found.id}#{section.id}" in invoke("exercise").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("07-ex-pas",), "Did you mean “07-ex-pass”?"),
        (("§",), "preferably exercise lists"),
        (("03", "--seed", "x"), "“x” is not a seed"),
    ],
)
def test_what_is_not_there_is_said(invoke, arguments, said):
    result = invoke("exercise", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_progress_shows_the_map_and_what_is_next(invoke, document):
    with Store.open() as store:
        store.read_section("03", "closed-form", "an old wording")
    text = invoke("progress").stdout
    assert "revised" in text
    assert "80" in text
    assert "→ Next: read chapter " in text
    found = document("progress")
    chapter = next(one for one in found["chapters"] if one["id"] == "03")
    assert chapter["sections"]["read"] == 1
    assert chapter["revised"] == ["closed-form"]
    assert chapter["state"] == "revised"
    assert found["next"]["kind"] == "read"
    assert invoke("progress", "--language", "es").stdout.count("nuevo") > 1
