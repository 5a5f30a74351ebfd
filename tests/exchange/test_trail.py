"""The whole trail of labels out and in, rankings and answers without a rival: nothing lost, and faults by line."""

import json

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.exchange.jsonl import read_rows
from engine.exchange.labels import export_labels, import_labels, rows_for_training
from engine.exchange.trail import export_trail
from engine.labelling.ranking import labels_of, rankings
from engine.store import Label, Store

PROMPT = "fill: yesterday he __ (go) to the market . ->"


def label(number, choice="left", **fields):
    fields.setdefault("shown_at", f"2026-01-01T00:00:{number:02d}+00:00")
    return Label(f"pair-{number}", PROMPT, "went", "goed", choice, **fields)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "one" / "learner.db") as store:
        yield store


@pytest.fixture
def other(tmp_path):
    with Store.open(tmp_path / "other" / "learner.db") as store:
        store.record("seed", "", {"seed": 1})  # so that events have other numbers here
        yield store


def lived(store):
    """Labels with everything that can become of them."""
    first, _, third = store.add_labels([label(1, strength=2, note="why", flagged=True), label(2), label(3, "tie")])
    store.undo_label()
    store.add_label(label(4, "right", purpose="repeat", repeats=first.event, swapped=True, read_to_end=True))
    store.add_label(label(1, "right", revises=first.event, shown_at="2026-01-02T00:00:00+00:00"))
    store.add_labels(labels_of(PROMPT, ["went", "goed", "go"], [1, 2, 2], shown_at="2026-01-03"))
    store.adjudicate(store.labels()[0], "run", 0.1)
    return third


def test_a_trail_has_everything_and_what_became_of_it(store, tmp_path):
    undone = lived(store)
    assert export_trail(store, tmp_path / "trail.jsonl") == 8
    rows = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text().splitlines()]
    by_event = {row["event"]: row for row in rows}
    assert by_event[undone.event]["undone"] is not None
    first = rows[0]
    assert first["revised_by"] == rows[4]["event"]
    assert (first["note"], first["flagged"], first["strength"]) == ("why", True, 2)
    assert [stay["by"] for row in rows for stay in row["stayed"]] == ["run"]


def test_a_trail_moves_to_another_store_once_and_goes_on_pointing(store, other, tmp_path):
    lived(store)
    export_trail(store, tmp_path / "trail.jsonl")
    assert import_labels(other, tmp_path / "trail.jsonl").added == 7
    assert import_labels(other, tmp_path / "trail.jsonl").added == 0

    def plain(labels):
        return [Label(**{**one.payload(), "repeats": 0, "revises": 0}) for one in labels]

    assert plain(other.labels()) == plain(store.labels())
    assert plain(other.first_labels()) == plain(store.first_labels())
    assert rankings(other.labels()) == rankings(store.labels())
    repeat = next(one for one in other.first_labels() if one.purpose == "repeat")
    assert repeat.repeats == other.first_labels()[0].event


def test_nothing_is_imported_of_a_trail_whose_revision_lost_its_label(store, other, tmp_path):
    lived(store)
    export_trail(store, tmp_path / "trail.jsonl")
    lines = (tmp_path / "trail.jsonl").read_text().splitlines()
    (tmp_path / "cut.jsonl").write_text("\n".join(lines[1:]))
    with pytest.raises(Problem) as caught:
        import_labels(other, tmp_path / "cut.jsonl")
    assert caught.value.code == "exchange.lost_label"
    assert other.labels() == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"choice": "up"}, "wrong_value", "choice"),
        ({"choice": ["left"]}, "wrong_value", "choice"),
        ({"strength": 4}, "wrong_value", "strength"),
        ({"strength": {}}, "wrong_value", "strength"),
        ({"choice": "tie", "strength": 2}, "wrong_strength", None),
        ({"swapped": "yes"}, "wrong_value", "swapped"),
        ({"latency_ms": -1}, "wrong_value", "latency_ms"),
        ({"purpose": "fun"}, "wrong_value", "purpose"),
        ({"repeats": 1.5}, "wrong_value", "repeats"),
        ({"left": 3}, "wrong_type", "left"),
        ({"right": " "}, "empty_text", "right"),
        ({"prompt": None}, "wrong_type", "prompt"),
    ],
)
def test_a_fault_in_a_trail_names_line_and_field(store, other, tmp_path, change, code, field):
    store.add_labels([label(1), label(2)])
    export_trail(store, tmp_path / "trail.jsonl")
    good, second = (tmp_path / "trail.jsonl").read_text().splitlines()
    (tmp_path / "bad.jsonl").write_text(f"{good}\n{json.dumps({**json.loads(second), **change})}\n")
    with pytest.raises(Problem) as caught:
        import_labels(other, tmp_path / "bad.jsonl")
    problem = caught.value
    assert (problem.code, problem.params["line"]) == (f"jsonl.{code}", 2)
    if field:
        assert problem.params["field"] == field
    for language in LANGUAGES:
        assert say(language, f"problems_{problem.code}", **problem.params)
    assert other.labels() == []


def test_a_field_that_is_missing_is_named(other, tmp_path):
    (tmp_path / "bad.jsonl").write_text(json.dumps({"pair_id": "x", "prompt": "p", "left": "a", "choice": "left"}))
    with pytest.raises(Problem) as caught:
        import_labels(other, tmp_path / "bad.jsonl")
    assert (caught.value.code, caught.value.params["field"]) == ("jsonl.missing_field", "right")


def test_rankings_go_out_and_in(store, other, tmp_path):
    store.add_labels(labels_of(PROMPT, ["a", "b", "c", "d"], [2, 1, 2, 4], shown_at="2026-01-01"))
    store.add_label(label(1))
    assert export_labels(store.labels(), tmp_path / "ranked.jsonl", shape="ranking").rows == 1
    (row,) = read_rows(tmp_path / "ranked.jsonl", "ranking")
    assert row == {"prompt": PROMPT, "completions": ["a", "b", "c", "d"], "ranks": [2, 1, 2, 4]}
    assert import_labels(other, tmp_path / "ranked.jsonl").added == 6
    assert import_labels(other, tmp_path / "ranked.jsonl").known == 6
    assert rankings(other.labels()) == [row]
    assert len(rows_for_training(other.labels())) == 5, "six pairs, one of them a tie"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"completions": ["a"]}, "wrong_answers"),
        ({"completions": ["a", "a "]}, "wrong_answers"),
        ({"completions": "ab"}, "wrong_answers"),
        ({"completions": ["a", 1]}, "wrong_type"),
        ({"ranks": [1]}, "rank_count"),
        ({"ranks": [1, 0]}, "wrong_ranks"),
        ({"ranks": [1, True]}, "wrong_ranks"),
        ({"ranks": None}, "wrong_ranks"),
    ],
)
def test_a_bad_ranking_is_refused_by_line(store, tmp_path, change, code):
    good = {"prompt": PROMPT, "completions": ["a", "b"], "ranks": [1, 2]}
    (tmp_path / "bad.jsonl").write_text(f"{json.dumps(good)}\n{json.dumps({**good, **change})}\n")
    with pytest.raises(Problem) as caught:
        import_labels(store, tmp_path / "bad.jsonl")
    assert (caught.value.code, caught.value.params["line"]) == (f"jsonl.{code}", 2)
    for language in LANGUAGES:
        assert say(language, f"problems_{caught.value.code}", **caught.value.params)
    assert store.labels() == []


def test_unpaired_answers_go_out_with_both_bad_and_do_not_come_in(store, tmp_path):
    store.add_labels([label(1), label(2, "both_bad"), label(3, "tie"), label(4, purpose="test")])
    file = tmp_path / "kto.jsonl"
    assert export_labels(store.labels(), file, shape="unpaired").rows == 4
    rows = read_rows(file, "unpaired")
    assert [(row["completion"], row["label"]) for row in rows] == [
        ("went", True), ("goed", False), ("went", False), ("goed", False)
    ]  # fmt: skip
    with pytest.raises(Problem) as caught:
        import_labels(store, file)
    assert caught.value.code == "exchange.unpaired"
    for language in LANGUAGES:
        assert say(language, f"problems_{caught.value.code}", **caught.value.params)
