"""What stands after revising, staying, ranking and taking back; nothing is ever overwritten."""

import pytest

from engine.labelling.ranking import labels_of
from engine.store import Label, Store


def label(number, choice="left", **fields):
    fields.setdefault("shown_at", "2026-01-01T00:00:00+00:00")
    return Label(f"pair-{number}", "p", "a", "b", choice, **fields)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "learner.db") as store:
        yield store


def test_a_revision_stands_in_the_place_of_its_label_and_both_are_kept(store):
    first = store.add_label(label(1))
    revision = store.add_label(label(1, "right", revises=first.event))
    assert store.labels() == [revision]
    assert store.first_labels() == [first]
    again = store.add_label(label(1, "tie", revises=revision.event))
    assert store.labels() == [again]
    store.undo(again.event)
    assert store.labels() == [revision]
    store.undo(revision.event)
    assert store.labels() == store.first_labels() == [first]
    assert len(store.trail()) == 3


def test_a_revision_goes_with_the_label_that_is_taken_back(store):
    first = store.add_label(label(1))
    store.add_label(label(1, "right", revises=first.event))
    assert store.undo_label() == first
    assert store.labels() == []


def test_undo_of_pairs_and_of_rankings_leave_each_other_alone(store):
    pair = store.add_label(label(1))
    ranked = store.add_labels(labels_of("p", ["a", "b", "c"], [1, 2, 3], shown_at="2026-01-01"))
    store.add_labels(labels_of("q", ["a", "b"], [1, 2]))  # imported: it was never shown
    assert store.undo_label() == pair
    assert store.undo_label() is None
    assert store.undo_ranking() == ranked
    assert store.undo_ranking() == []
    assert len(store.labels()) == 1


def test_verdicts_are_kept_by_who_gave_them(store):
    store.add_verdicts("judge", {"x": 0.9, "y": 0.2})
    store.add_verdicts("run", {"x": 0.1})
    assert store.verdicts("judge") == {"x": 0.9, "y": 0.2}
    assert store.verdicts("run") == {"x": 0.1}
    assert store.verdicts("nobody") == {}


def test_what_is_recorded_together_is_kept_together_or_not_at_all(store):
    def half() -> None:
        with store.together():
            store.add_label(label(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert store.labels() == []


def test_a_label_of_an_older_version_is_for_training(store):
    payload = label(1).payload()
    for name in ("purpose", "acquired_by", "flagged", "repeats", "revises", "ranking"):
        del payload[name]
    store.record("label", "pair-1", payload)
    (found,) = store.labels()
    assert (found.purpose, found.flagged, found.ranking) == ("train", False, "")
