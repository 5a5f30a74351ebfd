"""The course holds: `preferably content check` finds nothing in it, and would find what is planted here."""

import re
from pathlib import Path

import pytest

from content import documents, exercises
from content.chapters import chapters
from content.inspection import asked, course, frame, numbers, parity, texts
from content.text import LANGUAGES, ROOT, sentences
from engine.theory import compute
from tui.live import BLOCKS

SEEDS = 200
COMPUTE = asked.cached(compute)


# --- the course itself


@pytest.mark.parametrize("name", course.files())
def test_no_fault_in(name: str) -> None:
    assert [str(fault) for fault in course.faults_of(name, COMPUTE, BLOCKS, SEEDS)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_follows_the_frame(language: str) -> None:
    assert [str(fault) for chapter in chapters(language) for fault in frame.framed(chapter)] == []


def test_no_fault_in_the_cards() -> None:
    assert [str(fault) for fault in course.card_faults(COMPUTE)] == []


def test_the_course_is_whole() -> None:
    found = course.counts()
    assert [chapter.id for chapter in chapters("en")] == [f"{number:02}" for number in range(11)]
    assert found.exercises >= 60
    assert found.cards >= 80
    assert found.kinds_of_live_blocks >= 17
    for one in exercises.exercises("en"):
        assert sum(len(section.questions) for section in one.sections) >= 6, one.id


def test_question_ids_are_unique_and_begin_with_their_chapter() -> None:
    for language in LANGUAGES:
        ids = [
            question.id
            for name in course.files()
            for section in course.document(name, language).sections
            for question in section.questions
        ]
        assert len(ids) == len(set(ids))
        assert all(id.startswith(found.chapter) for id, found in exercises.everything(language).items())


# --- what would be found


def section(text: str, folder: Path, name: str = "en/chapters/99-test.md") -> documents.Section:
    """The first section of a chapter that says `text`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'---\nid: "99"\n---\n\n## Title {{#here}}\n\n{text}\n', encoding="utf-8")
    return documents.load(file).sections[0]


QUESTION = """```question
id: "99-x"
type: number
prompt: "1 + 1?"
answer: 2
explanation: "Two."
{more}
```"""
CHECK = "<!-- check: optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5 | policy={} -->"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("It is 0.918.\n" + CHECK.format("0.918,0.082"), "wrong_number"),
        ("It is 0.917.\n" + CHECK.format("0.917"), "wrong_number"),
        ("It is 0.083.\n" + CHECK.format("0.083,0.917"), "wrong_number"),
        ("It is 0.3.\n<!-- arithmetic: 0.1 + 0.1 = 0.3 -->", "wrong_number"),
        ("Out of thin air: 0.1234.", "loose_number"),
        ("A thought.\n<!-- todo -->", "idle_comment"),
        ("A formula $\\foo$.", "bad_formula"),
        ("$$\n" + " + ".join("x" * 1 + f"_{{{n}}}" for n in range(3)) + "\n", "odd_dollars"),
        ("```live no-such-block\na: 1\ntry: x\n```", "unknown_block"),
        ("```live optimal-policy\nprior: [2, 3]\nreward: [1, 0]\nbeta: 1\ntry: x\n```", "block_refused"),
        ("```live optimal-policy\nprior: [0.5, 0.5]\nreward: [1, 0]\nbeta: 1\n```", "nothing_to_try"),
        ("[there](03#no-such-section)", "dead_link"),
        ("[there](lab:99)", "dead_link"),
        ("[there](term:no-such-term)", "dead_link"),
        ("[there](exercise:03#no-such-exercise)", "dead_link"),
        (QUESTION.format(more="mistakes: [{answer: 2, text: same}]"), "mistake_unnamed"),
        (QUESTION.replace('explanation: "Two."', "").format(more=""), "no_explanation"),
        (QUESTION.format(more='hints: ["It is 2", "b", "c"]'), "hint_tells"),
        (QUESTION.format(more='hints: ["one"]'), "too_few_hints"),
        (QUESTION.format(more=""), "unchecked_answer"),
    ],
)
def test_a_planted_fault_is_found(text: str, code: str, tmp_path: Path) -> None:
    planted = section(text, tmp_path)
    found = [
        fault.code
        for faults in (
            numbers.checked(planted, compute),
            numbers.vouched(planted, "en"),
            numbers.answers(planted),
            texts.drawable(planted),
            texts.startable(planted, BLOCKS, compute),
            texts.reachable(planted, "en"),
            asked.answerable(planted, "en", compute, 3),
            asked.hinted(planted, compute, in_exercises=True),
        )
        for fault in faults
    ]
    assert code in found


@pytest.mark.parametrize(
    ("english", "spanish", "what"),
    [
        ("One $x$.", "Uno $y$.", "inline formulas"),
        ("$$\nx = 1\n$$", "$$\nx = 2\n$$", "displayed formulas"),
        ("0.5", "0.6", "numbers"),
        ("1,000.5", "1 000.5", None),
        ("[a](03)", "[a](04)", "links"),
        ("- a\n- b", "- a", "points"),
        ("| a |\n|---|\n| b |", "| a |\n|---|", "rows"),
        ("a <!-- source: arXiv:1 2 -->", "a <!-- source: arXiv:2 2 -->", "sources"),
        ("```live dpo\nbeta: 1\n```", "```live dpo\nbeta: 2\n```", "fences"),
    ],
)
def test_languages_that_differ_are_found(english: str, spanish: str, what: str | None, tmp_path: Path) -> None:
    one, other = section(english, tmp_path), section(spanish, tmp_path, "es/chapters/99-test.md")
    found = [fault.params["what"] for fault in parity.same_section(one, other)]
    assert found == ([what] if what else [])


def test_a_document_of_one_language_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section("Text.", tmp_path, "en/chapters/98-only.md")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    (fault,) = course.faults_of("chapters/98-only.md", compute, BLOCKS, 1)
    assert (fault.code, fault.file) == ("missing_translation", "es/chapters/98-only.md")


def test_every_fault_has_its_sentence() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "inspection").glob("*.py"))
    named = re.findall(r'(?:Fault|fault)\(\s*"([a-z_]+)"|yield "([a-z_]+)", \{', written)
    codes = {one or other for one, other in named}
    assert len(codes) > 20
    for language in LANGUAGES:
        assert {f"inspection.{code}" for code in codes} <= sentences(language).keys()
