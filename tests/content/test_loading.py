"""Chapters and labs as files: how they are cut, and what a broken one says."""

from decimal import Decimal
from pathlib import Path

import pytest

from content import cards, chapters, exercises, labs, markup
from content.errors import ContentError

FRONT = (
    'id: "09"\ntitle: Measuring\nminutes: 20\nprerequisites: ["03"]\ngoals:\n  - Tell one instrument from another.\n'
)
CHAPTER = f"""---
{FRONT}---

## One {{#one}}

Half is 0.5 of it, and $\\frac{{1}}{{Z}}$; see [there](03#beta) or `0.25 in code`.
<!-- check: optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5 | policy=0.917,0.083 -->
<!-- source: arXiv:2203.02155 0.02 -->

```live dpo
policy_chosen: -12
beta: 0.1
try: "Move β."
```

$$
a = b
$$

```
## not a section {{#fake}}
<!-- not a comment -->
```

## Two and more {{#two}}

```question
id: "09-q"
type: number
prompt: "2 + 2?"
answer: 4
```

End.
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "09-measuring.md"
    file.write_text(text, encoding="utf-8")
    return file


def everything(file: Path) -> list[object]:
    return [(section.questions, section.lives, section.checks) for section in chapters.read(file, "en").sections]


def refused(folder: Path, text: str) -> ContentError:
    file = written(folder, text)
    with pytest.raises(ContentError) as caught:
        everything(file)
    assert caught.value.params["file"] == "09-measuring.md"
    return caught.value


def test_a_chapter_is_cut_into_its_sections(tmp_path: Path) -> None:
    chapter = chapters.read(written(tmp_path, CHAPTER), "en")
    assert (chapter.id, chapter.title, chapter.minutes, chapter.prerequisites) == ("09", "Measuring", 20, ("03",))
    assert chapter.goals == ("Tell one instrument from another.",)
    assert [(section.id, section.title) for section in chapter.sections] == [("one", "One"), ("two", "Two and more")]
    assert chapter.section("two").markdown.strip().endswith("End.")
    assert [question.id for _, question in chapter.questions()] == ["09-q"]


def test_a_section_is_shown_without_its_comments_but_code_keeps_its_own(tmp_path: Path) -> None:
    shown = chapters.read(written(tmp_path, CHAPTER), "en").section("one").markdown
    assert "check:" not in shown
    assert "source:" not in shown
    assert "<!-- not a comment -->" in shown
    assert "`0.25 in code`.\n\n```live dpo" in shown


def test_what_a_section_holds(tmp_path: Path) -> None:
    section = chapters.read(written(tmp_path, CHAPTER), "en").section("one")
    lines = CHAPTER.split("\n")
    (live,) = section.lives
    assert (live.formula, dict(live.arguments), live.try_this) == (
        "dpo",
        {"policy_chosen": -12, "beta": 0.1},
        "Move β.",
    )
    assert [(formula.tex, formula.block) for formula in markup.formulas(section.source)] == [
        ("\\frac{1}{Z}", False),
        ("a = b", True),
    ]
    assert [link.target for link in markup.links(section.source)] == ["03#beta"]
    (check,) = section.checks
    assert check.formula == "optimal-policy"
    assert dict(check.arguments) == {"prior": "0.6,0.4", "reward": "1,0", "beta": "0.5"}
    assert dict(check.results) == {"policy": ("0.917", "0.083")}
    assert lines[check.line - 1].startswith("<!-- check")
    assert lines[live.line - 1] == "```live dpo"
    (source,) = markup.sources(section.source)
    assert (source.work, source.numbers) == ("arXiv:2203.02155", ("0.02",))
    assert [fence.kind for fence in markup.fences(section.source)] == ["live", ""]


@pytest.mark.parametrize(
    ("language", "text", "sizes"),
    [
        ("en", "from 0.6 to 91.7 %, (0.1, −0.25)", ["0.6", "0.917", "0.1", "0.25"]),
        ("en", "50,000 tokens, y_1 and k3, arXiv:2203.02155, lab 00.", ["50000", "0"]),
        ("es", "50 000 tokens y un 12 %", ["50000", "0.12"]),
        ("en", "$\\beta = 0.5$ but not `0.7`", ["0.5"]),
    ],
)
def test_numbers_are_found(language: str, text: str, sizes: list[str]) -> None:
    assert [number.size for number in markup.numbers(text, language)] == [Decimal(size) for size in sizes]


def test_a_decimal_number_that_nothing_vouches_for_is_found() -> None:
    text = "It is 0.917, or 91.7 %, of 0.6; not 0.918; 3 of 4; and 12.5 % says the paper.\n"
    check = "<!-- check: optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5 | policy=0.917,0.083 -->\n"
    source = "<!-- source: arXiv:1 12.5 -->"
    assert [number.text for number in markup.unvouched(text + check + source, "en", Path("x.md"))] == ["0.918"]


def test_arithmetic_vouches_for_what_it_works_out() -> None:
    text = "Of 0.6 remain 0.2231, or 22.3 %, and 75 % of −1.5; not 0.3.\n"
    comment = "<!-- arithmetic: log(100/80) = 0.2231 = 22.3 %; 0.6*5/4 = 0.75 = 75 %; -3/2 = −1.5 -->"
    assert [number.text for number in markup.unvouched(text + comment, "en", Path("x.md"))] == ["0.3"]
    found = markup.arithmetic(text + comment, Path("x.md"), 10)
    assert [worked_out.printed for worked_out in found] == [("0.2231", "0.223"), ("0.75", "0.75"), ("-1.5",)]
    assert [round(worked_out.value, 4) for worked_out in found] == [0.2231, 0.75, -1.5]
    assert {worked_out.line for worked_out in found} == {11}


@pytest.mark.parametrize("text", ["1 + 1", "= 2", "1 + 1 = two", "x + 1 = 2", "1 + 1 = 2;", "__import__('os') = 1"])
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        markup.read_arithmetic(text, Path("x.md"), 7)
    assert (caught.value.code, caught.value.params["line"]) == ("content.arithmetic", 7)


@pytest.mark.parametrize(
    ("old", "new", "code", "blamed"),
    [
        ("---\nid", "id", "content.no_front_matter", None),
        ("minutes: 20", "minutes: soon", "content.front_matter", None),
        ('prerequisites: ["03"]', "prerequisites: 03", "content.front_matter", None),
        ("title: Measuring", "title: a: b", "content.yaml", "title: a: b"),
        (" {#two}", "", "content.no_section_id", "## Two and more"),
        ("{#two}", "{#one}", "content.repeated_id", "## Two and more {#one}"),
        ("## One {#one}", "One", "content.before_section", ""),
        ("beta: 0.1", "beta: 0.1: 2", "content.yaml", "beta: 0.1: 2"),
        ("answer: 4\n```", "answer: 4\n", "content.open_fence", "```question"),
        ("| policy", "policy", "content.check", "<!-- check"),
        ("prior=0.6,0.4 ", "prior: 0.6,0.4 ", "content.check", "<!-- check"),
        ("answer: 4", "answer: four", "content.question", 'id: "09-q"'),
    ],
)
def test_a_broken_chapter_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, blamed: str | None
) -> None:
    assert CHAPTER.count(old) == 1
    text = CHAPTER.replace(old, new)
    problem = refused(tmp_path, text)
    assert problem.code == code
    if blamed is not None:
        assert text.split("\n")[problem.params["line"] - 1].startswith(blamed)


def test_a_place_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(ContentError) as caught:
        chapters.chapter("77", "en")
    assert "03" in caught.value.params["known"]
    with pytest.raises(ContentError):
        chapters.chapter("03", "en").section("nowhere")
    with pytest.raises(ContentError) as caught:
        labs.lab("77", "en")
    assert "00" in caught.value.params["known"]


def test_a_lab_has_every_step_in_its_order(tmp_path: Path) -> None:
    front = 'id: "07"\ntitle: A lab\nminutes: 5\nmethod: dpo\ngate: {id: win_rate, threshold: 0.55}\nchapter: "04"\n'
    steps = "".join(f"\n## Step {{#{step}}}\n\nText.\n" for step in labs.STEPS)
    lab = labs.read(written(tmp_path, f"---\n{front}---\n{steps}"), "en")
    assert (lab.method, lab.gate, lab.threshold, lab.chapter) == ("dpo", "win_rate", 0.55, "04")
    assert lab.section("gate").id == "gate"
    with pytest.raises(ContentError) as caught:
        labs.read(written(tmp_path, f"---\n{front}---\n{steps.replace('{#gate}', '{#door}')}"), "en")
    assert caught.value.code == "content.lab_steps"
    with pytest.raises(ContentError) as caught:
        labs.read(written(tmp_path, f"---\n{front.replace('0.55', 'high')}---\n{steps}"), "en")
    assert caught.value.code == "content.front_matter"


# --- exercises and cards

EXERCISES = """---
id: "09"
title: Measuring
minutes: 20
---

## Count {#count}

A sentence.

```question
id: "09-count"
type: number
prompt: "2 + 2?"
answer: 4
```
"""
CARDS = """# a comment
[[card]]
id = "09-power"
section = "09#one"
front = "What is $2^3$, and half of it?"
back = "8, and 4.0; its logarithm is 2.079."
arithmetic = "2^3/2 = 4.0; log(8) = 2.079"

[[card]]
id = "09-count-card"
section = "09#one"
question = "09-count"
"""


def test_exercises_are_cut_into_exercises(tmp_path: Path) -> None:
    found = exercises.read(written(tmp_path, EXERCISES), "en")
    assert (found.id, found.title, found.minutes, found.language) == ("09", "Measuring", 20, "en")
    assert [(section.id, question.id) for section, question in found.questions()] == [("count", "09-count")]
    assert found.exercise("count").title == "Count"
    with pytest.raises(ContentError) as caught:
        found.exercise("other")
    assert (caught.value.code, caught.value.params["known"]) == ("content.unknown_exercise", "count")


def test_an_exercise_asks_something(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        exercises.read(written(tmp_path, EXERCISES + "\n## Nothing {#nothing}\n\nJust prose.\n"), "en")
    assert caught.value.code == "content.no_question"
    assert (caught.value.params["id"], caught.value.params["line"]) == ("nothing", 18)


def test_cards_are_read_with_what_vouches_for_them(tmp_path: Path) -> None:
    file = tmp_path / "09-measuring.toml"
    file.write_text(CARDS, encoding="utf-8")
    first, second = cards.read(file)
    assert (first.id, first.chapter, first.question, first.line) == ("09-power", "09", None, 2)
    assert markup.unvouched(first.source, "en", file) == []
    assert [worked_out.value for worked_out in first.arithmetic] == pytest.approx([4, 2.0794], abs=1e-4)
    assert (second.question, second.front, second.back) == ("09-count", "", "")


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('front = "What', 'frnt = "What', "content.unknown_card_key", 2),
        ('front = "What is $2^3$, and half of it?"\n', "", "content.card", 2),
        ('id = "09-count-card"', "id = 3", "content.card", 9),
        ('section = "09#one"\nquestion', 'section = "one"\nquestion', "content.card", 9),
        ('question = "09-count"', 'question = "09-count"\nback = "4"', "content.card", 9),
        ('id = "09-count-card"', 'id = "09-power"', "content.repeated_id", 9),
        ("# a comment", 'title = "Cards"', "content.not_cards", None),
        ('"09-power"', '"09-power', "content.toml", None),
    ],
)
def test_a_broken_card_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str, line: int | None) -> None:
    file = tmp_path / "09-measuring.toml"
    assert CARDS.count(old) == 1
    file.write_text(CARDS.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        cards.read(file)
    assert (caught.value.code, caught.value.params["file"]) == (code, "09-measuring.toml")
    assert caught.value.params.get("line") == line


def test_questions_are_found_wherever_they_stand() -> None:
    everywhere = exercises.everything("en")
    assert everywhere["03-beta-one"].chapter == "03"
    assert not everywhere["03-beta-one"].in_exercises
    assert exercises.find_question("03-beta-one", "es").type == "number"
    with pytest.raises(ContentError) as caught:
        exercises.find_question("99-nothing", "en")
    assert caught.value.code == "content.unknown_question"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_names_of_the_files_tell_which_chapters_have_exercises(language):
    told = {chapter.id for chapter in chapters.chapters(language) if exercises.has_exercises(chapter.id, language)}
    assert told == {found.id for found in exercises.exercises(language)}
    assert not exercises.has_exercises("99", language)
