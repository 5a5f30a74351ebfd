"""`preferably review`, `preferably cards` and the cards for Anki."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from fractions import Fraction

import pytest

from content.cards import cards
from content.questions import Question
from engine.exchange.anki import FIELDS, Note, package, text_file
from engine.review import learning_day, read_states
from engine.review.day import local_now
from engine.store import Store


@dataclass(frozen=True)
class Card:
    id: str
    section: str
    front: str = ""
    back: str = ""
    question: str | None = None


RECALL = tuple(
    Card(f"0{chapter}-fact", f"0{chapter}#{section}", f"What is $\\beta$ in {chapter}?", f"It is < {chapter} & more.")
    for chapter, section in ((3, "closed-form"), (3, "what-beta-does"), (4, "derivation"))
)
CARDS = (Card("03-first", "03#closed-form", "First?", "One."), *RECALL[1:])
CALCULATOR = Card("03-double", "03#closed-form", question="03-double-number")


def doubled(card, language, seed):
    """The number to double is always 21 here: a seed in the thousands of millions makes no good test."""
    return Question(
        id="03-double-number", type="number", prompt="What is twice 21?", values=(Fraction(42),),
        explanation="Twice 21 is 42.", hints=("Double it.",), symbols={},
    )


@pytest.fixture(autouse=True)
def deck(monkeypatch):
    """Three recall cards whose sections are read; returns how to put other cards in their place."""

    def use(found):
        monkeypatch.setattr(
            "tui.reviewing.deck",
            lambda language, chapter=None: tuple(card for card in found if chapter in (None, card.section[:2])),
        )

    use(CARDS)
    monkeypatch.setattr("tui.review_table.drawn", doubled)
    with Store.open() as store:
        for card in CARDS:
            store.read_section(*card.section.split("#"))
    return use


def reviews():
    with Store.open() as store:
        return [event.payload for event in store.events("review")]


# --- review


def test_each_grade_is_saved_and_the_interval_is_said(invoke):
    result = invoke("review", input="\n3\n\n4\n\n2\n")
    assert result.exit_code == 0
    assert [(review["card"], review["grade"]) for review in reviews()] == [
        ("03-first", 3), ("03-fact", 4), ("04-fact", 2)
    ]
    assert "1 Again (this sitting)   2 Hard (1 d)   3 Good (2 d)   4 Easy (8 d)" in result.stdout
    assert "What is β in 3?" in result.stdout
    assert "Good; comes again: 2 d." in result.stdout
    assert "Answers: 3. Still waiting today: 0." in result.stdout
    assert all(review["day"] == learning_day(local_now()).isoformat() for review in reviews())


def test_a_forgotten_card_is_asked_again(invoke):
    invoke("review", input="\n1\n\n3\n\n3\n\n3\n")
    assert [review["card"] for review in reviews()] == ["03-first", "03-fact", "04-fact", "03-first"]


def test_the_limit_and_the_end_of_the_input_end_the_sitting(invoke):
    assert "Still waiting today: 2." in invoke("review", "--limit", "1", input="\n3\n" * 9).stdout
    assert "Answers: 0." in invoke("review", input="\n").stdout, "a card that was only looked at is not graded"
    assert len(reviews()) == 1


def test_undo_and_putting_away(invoke):
    result = invoke("review", input="u\n\n4\nu\n\n2\ns\nq\n")
    assert "nothing to undo" in result.stderr
    assert [review["grade"] for review in reviews()] == [2]
    with Store.open() as store:
        assert [event.item for event in store.events("bury")] == ["03-fact"]


def test_a_key_that_means_nothing_is_asked_again(invoke):
    result = invoke("review", input="x\n\n9\n\x1b[A\n3\nq\n")
    assert result.stderr.count("means nothing here") == 3
    assert "\x1b" not in result.output
    assert len(reviews()) == 1


def test_cramming_asks_everything_and_keeps_nothing(invoke):
    result = invoke("review", "--cram", input="\n1\n" + "\n3\n" * 3)
    assert "Answers: 4." in result.stdout
    assert " d)" not in result.stdout
    assert reviews() == []


def test_one_chapter_and_sections_that_were_not_read(invoke, monkeypatch, tmp_path):
    assert invoke("review", "--chapter", "04", input="\n3\n\n3\n").stdout.count("What is") == 1
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "newcomer"))
    assert "Answers: 0. Still waiting today: 0." in invoke("review", input="\n3\n").stdout
    assert "Answers: 1. Still waiting today: 2." in invoke("review", "--all", input="\n3\n").stdout


@pytest.mark.parametrize(
    ("keys", "grade"),
    [("42\n", 3), ("41\n42\n", 2), ("forty\n42\n", 3), ("?\n42\n", 2), ("?\n?\n!\n", 1), ("!\n", 1)],
    ids=["right", "second try", "unreadable", "hint", "hints and solution", "solution"],
)
def test_a_calculator_card_is_graded_by_what_is_typed(invoke, deck, keys, grade):
    deck((CALCULATOR,))
    result = invoke("review", input=keys)
    (review,) = reviews()
    assert (review["grade"], review["correct"]) == (grade, grade > 1)
    assert "Twice 21 is 42." in result.stdout
    assert ("Double it." in result.stdout) == ("?" in keys)
    assert ("no more hints" in result.stderr) == (keys.count("?") > 1)


def test_a_calculator_card_may_be_left(invoke, deck):
    deck((CALCULATOR,))
    invoke("review", input="41\nq\n")
    assert reviews() == []


def test_a_leech_is_sent_to_its_section(invoke):
    with Store.open() as store:
        for day, grade in enumerate([3, 1, 3, 1, 3, 1, 3], start=1):
            payload = {"card": "03-first", "grade": grade, "latency_ms": 1, "day": f"2020-01-{day:02}"}
            store.record("review", "03-first", payload)
    result = invoke("review", "--limit", "1", input="\n1\n")
    assert "forgotten this card 4 times" in result.stdout
    assert "The best policy, on paper" in result.stdout


def test_json_counts_and_asks_nothing(document):
    with Store.open() as store:
        store.record("review", "03-first", {"card": "03-first", "grade": 3, "latency_ms": 1, "day": "2020-01-01"})
    found = document("review", input="\n3\n")
    assert found["left"] == {"due": 1, "new": 2, "again": 0}
    assert found["limits"] == {"new": 10, "reviews": 100}
    assert found["chapters"]["03"] == {"cards": 2, "due": 1, "new": 1, "mastered": 0, "weak": 0}
    assert len(reviews()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "--limit", "none"], "whole number"),
        (["review", "--limit", "0"], "whole number"),
        (["review", "--chapter", "77"], "no chapter “77”"),
        (["cards", "--chapter", "x"], "no chapter “x”"),
        (["review", "--nothing"], "no option"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(invoke, arguments, words):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_it_speaks_spanish(invoke):
    result = invoke("review", "--language", "es", input="\n3\nq\n")
    assert "Bien; vuelve: 2 d." in result.stdout


# --- cards


def test_cards_are_listed_with_how_they_stand(invoke, document):
    invoke("review", "--limit", "2", input="\n1\n\n4\n")
    found = {row["id"]: row for row in document("cards")["cards"]}
    assert [row["state"] for row in found.values()] == ["weak", "learning", "new"]
    assert found["03-first"]["reviews"] == 1
    assert (found["04-fact"]["due"], found["04-fact"]["stability_days"]) == (None, None)
    assert found["03-fact"]["stability_days"] == 8.3
    lines = invoke("cards", "--chapter", "03").stdout.splitlines()
    assert lines[0].split() == ["card", "section", "state", "due", "reviews", "lapses"]
    assert lines[1].split()[:3] == ["03-first", "03#closed-form", "weak"]
    assert len(lines) == 3


# --- Anki

NOTE = Note("03-x", "front <b>", "back\twith\nlines", "03 ▸ a & b", ("preferably", "chapter-03"))


def test_the_text_file_has_ankis_headers_and_a_line_a_card():
    lines = text_file([NOTE]).splitlines()
    assert lines[:2] == ["#separator:tab", "#html:true"]
    assert "#tags column:5" in lines
    assert lines[-2] == "#columns:id\tfront\tback\tsection\ttags"
    assert lines[-1] == "03-x\tfront <b>\tback with<br>lines\t03 ▸ a &amp; b\tpreferably chapter-03"


def test_a_package_is_the_same_for_the_same_cards_and_newer_for_a_newer_release(tmp_path):
    first = package([NOTE], 1_700_000_000)
    assert first == package([NOTE], 1_700_000_000)
    assert first != package([NOTE], 1_700_000_001)
    file = tmp_path / "cards.apkg"
    file.write_bytes(first)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("media") == b"{}"
        archive.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as database:
        ((fields, tags, changed),) = database.execute("SELECT flds, tags, mod FROM notes").fetchall()
        assert fields.split("\x1f") == list(NOTE.fields)
        assert tags.split() == ["preferably", "chapter-03"]
        assert changed == 1_700_000_000
        (models,) = database.execute("SELECT models FROM col").fetchone()
        (model,) = json.loads(models).values()
        assert [field["name"] for field in model["flds"]] == list(FIELDS)
        assert database.execute("SELECT count(*) FROM cards").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM revlog").fetchone() == (0,), "no history goes out"


@pytest.mark.parametrize("form", [["--anki"], ["anki"]])
def test_cards_go_out_as_text(invoke, document, deck, monkeypatch, tmp_path, form):
    deck((*CARDS, CALCULATOR))
    monkeypatch.setattr("tui.anki_notes.drawn", doubled)
    file = tmp_path / "cards.txt"
    assert document("export", *form, str(file)) == {"schema": 1, "file": str(file), "notes": 4, "calculators": 1}
    rows = [line.split("\t") for line in file.read_text().splitlines() if not line.startswith("#")]
    assert [len(row) for row in rows] == [5] * 4
    assert rows[1][1:3] == [r"What is \(\beta\) in 3?", "It is &lt; 3 &amp; more."]
    assert rows[3][1:3] == ["What is twice 21?", "<b>42</b><br>Twice 21 is 42."]
    assert rows[3][4].split()[-1] == "calculator"
    result = invoke("export", *form, str(file))
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    again = invoke("export", *form, str(file), "--force")
    assert again.exit_code == 0
    assert "history of your reviews stays here" in again.stdout
    invoke("export", *form, str(tmp_path / "other.txt"))
    assert (tmp_path / "other.txt").read_bytes() == file.read_bytes()


def test_a_package_is_written_and_without_the_library_it_is_said_how_to_get_it(invoke, monkeypatch, tmp_path):
    file = tmp_path / "cards.apkg"
    assert invoke("export", "--anki", str(file)).exit_code == 0
    assert zipfile.is_zipfile(file)
    monkeypatch.setitem(sys.modules, "genanki", None)
    result = invoke("export", "--anki", str(tmp_path / "second.apkg"))
    assert result.exit_code == 2
    assert "preferably[anki]" in result.stderr
    assert not (tmp_path / "second.apkg").exists()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_card_of_the_course_can_go_out(language):
    from tui.anki_notes import notes

    found = list(notes(cards(language), language))
    assert len(text_file(found).splitlines()) == 6 + len(cards(language))
    for note in found:
        assert note.front.strip(), note.id
        assert note.back.strip(), note.id
        assert "$" not in note.front + note.back, note.id
        assert all(" " not in tag for tag in note.tags), note.id


# --- what it costs


def test_the_scheduler_is_not_imported_by_the_screens():
    source = "import sys, tui.app, tui.screens.home, tui.reviewing; print('fsrs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_reviews_survive_as_events_of_the_store(invoke):
    invoke("review", input="\n3\n\n1\nq\n")
    with Store.open() as store:
        states = read_states(store)
    assert (states["03-first"].grade, states["03-fact"].grade) == (3, 1)
