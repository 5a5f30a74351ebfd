"""The label screen, driven by keys: what each key keeps, what it must not keep, and where pairs come from."""

import json

import label_sittings
import pytest
from label_sittings import settle_in
from pair_samplers import ROWS, failing, failing_once, never_ending, writing
from textual.widgets import Input

from engine.exchange.jsonl import read_rows
from engine.labelling.mix import planned
from engine.store import Label, Store
from engine.world.rule import grade
from tui.widgets.choice_bar import ChoiceBar
from tui.widgets.pair_view import PairView, marked

GUARD = 0.3


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    settle_in()
    return tmp_path


def Sitting(sampler=None, **settings):
    return label_sittings.Sitting(sampler=sampler or writing(ROWS), **settings)


KEYS = [
    ("1", "left", 3),
    ("2", "left", 2),
    ("3", "left", 1),
    ("4", "tie", None),
    ("5", "right", 1),
    ("6", "right", 2),
    ("7", "right", 3),
    ("left", "left", 2),
    ("right", "right", 2),
    ("t", "tie", None),
    ("equals_sign", "tie", None),
    ("s", "skip", None),
    ("b", "both_bad", None),
]


async def test_each_key_keeps_its_decision_and_shows_the_next_pair():
    async with Sitting() as sitting:
        for number, (key, choice, strength) in enumerate(KEYS):
            shown = await sitting.ready()
            await sitting.press(key)
            kept = sitting.labels[number]
            assert (kept.choice, kept.strength) == (choice, strength), key
            assert (kept.left, kept.right, kept.swapped) == (shown.left, shown.right, shown.swapped)
            assert kept.pair_id == shown.pair.pair_id
            assert sitting.screen.labelling.shown.pair.pair_id != kept.pair_id
        assert sitting.screen.labelling.given == sitting.labels


async def test_sides_times_and_layout_are_recorded():
    async with Sitting() as sitting:
        await sitting.ready()
        sitting.clock.now += 6.0
        await sitting.pilot.press("2")
        await sitting.until(lambda: not sitting.screen.busy)
        (kept,) = sitting.labels
        assert kept.latency_ms == 7000
        assert kept.shown_at.endswith("+00:00")
        assert (kept.left_source, kept.right_source, kept.layout, kept.showing) == ("sft", "sft", "rows", 0)
        for _ in range(9):
            await sitting.ready()
            await sitting.press("2")
        assert sum(label.swapped for label in sitting.labels) == 5


async def test_a_key_that_comes_too_soon_or_is_held_keeps_nothing():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("2")
        for _ in range(20):  # the key is held: it repeats itself each 30 ms
            sitting.clock.now += 0.03
            await sitting.pilot.press("2")
        assert len(sitting.labels) == 1, "a held key judges one pair only"
        await sitting.pilot.press("6")
        await sitting.until(lambda: not sitting.screen.busy)
        assert len(sitting.labels) == 2, "another key counts, now that the pair has been there for 0.6 s"
        sitting.clock.now += GUARD - 0.01
        await sitting.pilot.press("1")
        assert len(sitting.labels) == 2, "nobody reads a pair in 0.29 s"
        sitting.clock.now += 0.01
        await sitting.pilot.press("3")
        await sitting.until(lambda: len(sitting.labels) == 3)


async def test_undo_returns_to_each_pair_as_it_stood_to_the_first():
    async with Sitting() as sitting:
        stood = []
        for key in ("1", "s", "6"):
            stood.append(await sitting.ready())
            await sitting.press(key)
        waiting = sitting.screen.labelling.shown
        for number in (2, 1, 0):
            await sitting.press("u")
            shown = sitting.screen.labelling.shown
            assert (shown.left, shown.right, shown.swapped) == (
                stood[number].left,
                stood[number].right,
                stood[number].swapped,
            )
            assert len(sitting.labels) == number
        await sitting.press("u")
        assert sitting.screen.labelling.shown.pair == stood[0].pair, "there is nothing more to take back"
        for key in ("7", "7", "7"):
            await sitting.press(key)
        assert [label.pair_id for label in sitting.labels] == [shown.pair.pair_id for shown in stood]
        assert sitting.screen.labelling.shown.pair == waiting.pair


async def test_a_label_of_an_earlier_sitting_can_be_undone():
    async with Sitting() as sitting:
        first = await sitting.ready()
        await sitting.press("1")
    async with Sitting() as sitting:
        shown = await sitting.ready()
        assert shown.pair.pair_id != first.pair.pair_id, "a judged pair does not come again"
        await sitting.press("u")
        assert sitting.screen.labelling.shown == first
        assert sitting.labels == []


async def test_a_note_goes_with_its_pair_only():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("n")
        await sitting.pilot.press(*"12 [b] q", "left", "enter")
        assert sitting.labels == [], "what is typed into the note decides nothing"
        assert "12 [b] q" in sitting.text("#note")
        await sitting.press("2", "2")
        assert [label.note for label in sitting.labels] == ["12 [b] q", ""]
        await sitting.press("u", "u")
        assert sitting.screen.note == "12 [b] q", "undo brings the note back too"


async def test_escape_leaves_the_note_then_the_screen():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("n")
        await sitting.pilot.press(*"away", "escape")
        assert not sitting.screen.query_one(Input).display
        assert sitting.screen.note == ""
        assert sitting.app.screen is sitting.screen
        await sitting.pilot.press("escape")
        await sitting.pilot.pause()
        assert sitting.app.screen is not sitting.screen


@pytest.mark.parametrize(("key", "words"), [("i", "over-regularised"), ("p", "Too few to say")])
async def test_rubric_and_habits_open_and_close_and_nothing_is_judged_behind_them(key, words):
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press(key, "2")
        assert sitting.labels == []
        await sitting.until(lambda: words in sitting.text("#rubric" if key == "i" else "#rater"))
        assert words in sitting.text("#rubric" if key == "i" else "#rater")
        await sitting.press(key)
        assert sitting.screen.deciding
        await sitting.press(key, "escape", "2")
        assert len(sitting.labels) == 1


def better(shown):
    """The key for the answer that the rule prefers."""
    return "1" if grade(shown.pair.prompt, shown.left).score > grade(shown.pair.prompt, shown.right).score else "7"


def worse(shown):
    return {"1": "7", "7": "1"}[better(shown)]


async def test_the_rule_speaks_after_ten_labels():
    async with Sitting() as sitting:
        for _ in range(9):
            await sitting.press(better(await sitting.ready()))
            assert "rule" not in sitting.text("#last")
        await sitting.press(worse(await sitting.ready()))
        assert "9 of 10" in sitting.text("#last")
        await sitting.press("p")
        await sitting.until(lambda: "Too few to say: 10 of the 20" in sitting.text("#rater"))
        assert "you: goed" in sitting.text("#rater")


async def test_export_writes_rows_for_training_and_says_where(home):
    async with Sitting() as sitting:
        for key in ("1", "4", "6"):
            await sitting.ready()
            await sitting.press(key)
        await sitting.press("e")
        (file,) = (home / "exports").glob("*.jsonl")
        assert len(read_rows(file, "preference")) == 2
        said = sitting.text("#last")
        assert "2 preferences" in said
        assert file.name in said
        assert "to measure: 1)" in said


async def test_nothing_to_export_is_said_and_writes_nothing(home):
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("e")
        assert not list((home / "exports").glob("*"))
        assert any("no label to export" in note.message for note in sitting.app._notifications)


async def test_clicks_on_the_scale_count_as_keys():
    async with Sitting() as sitting:
        await sitting.ready()
        bar = sitting.screen.query_one(ChoiceBar)
        for offset, step in (
            (2, ("left", 3)),
            (bar.size.width // 2, ("tie", None)),
            (bar.size.width - 2, ("right", 3)),
        ):
            sitting.clock.now += 1
            await sitting.pilot.click(ChoiceBar, offset=(offset, 1))
            await sitting.until(lambda: not sitting.screen.busy)
            assert (sitting.labels[-1].choice, sitting.labels[-1].strength) == step


async def test_waiting_is_said_and_the_shipped_pairs_are_a_choice():
    async with Sitting(never_ending) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None)
        assert not sitting.screen.deciding
        assert "0 so far" in sitting.text("#state")
        stream = sitting.screen.labelling._stream
        await sitting.press("d")
        shown = await sitting.ready()
        assert shown.pair.source == "shipped"
        assert not stream.running, "the sampler is ended when nobody waits for it"
        await sitting.press("1")
        assert sitting.labels[0].left_source == "shipped"


async def test_the_sampler_ends_with_the_app_and_leaves_nothing(home):
    async with Sitting(never_ending) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None)
        stream = sitting.screen.labelling._stream
    assert not stream.running
    assert not list(home.glob(".pairs-*"))


async def test_a_failing_sampler_is_said_and_can_be_tried_again():
    async with Sitting(failing_once(ROWS)) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None and sitting.screen.labelling.failure)
        assert "ValueError: the model's folder is damaged" in sitting.text("#state")
        assert not sitting.screen.deciding, "nothing takes the model's place by itself"
        await sitting.press("r")
        assert (await sitting.ready()).pair.source == "sft"


async def test_a_sampler_that_cannot_start_is_said():
    async with Sitting(lambda rows, seed: ["/nowhere/sampler"]) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None and sitting.screen.labelling.failure)
        assert "No such file" in sitting.text("#state")


@pytest.mark.parametrize(
    "rows", [[], [{**ROWS[0], "b": "went"}], [{**ROWS[0], "a": " "}]], ids=["none", "same answers", "an empty answer"]
)
async def test_a_batch_with_nothing_to_judge_is_said(rows):
    async with Sitting(writing(rows)) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None and sitting.screen.labelling.failure == "")
        assert "Press r" in sitting.text("#state")


async def test_a_row_cut_short_waits_and_a_broken_one_is_a_failure():
    async with Sitting(writing(ROWS[:1], tail='{"pair_id": "half')) as sitting:
        await sitting.ready()
    async with Sitting(writing([], tail="not JSON\n")) as sitting:
        await sitting.until(lambda: sitting.screen.labelling is not None and sitting.screen.labelling.failure)
        assert "JSONDecodeError" in sitting.text("#state")


async def test_the_next_batch_is_asked_for_with_another_seed_before_the_pairs_run_out():
    seeds = []

    def sampler(target, seed):
        rows = [{**row, "pair_id": f"{seed}-{row['pair_id']}"} for row in ROWS[:6]]
        seeds.append(seed)
        return writing(rows)(target, seed)

    async with Sitting(sampler) as sitting:
        for _ in range(8):
            await sitting.ready()
            await sitting.press("2")
        assert len(set(seeds)) == len(seeds) >= 2


async def test_a_failing_failure_shows_only_when_the_pairs_have_run_out():
    calls = []

    def sampler(target, seed):
        calls.append(seed)
        return writing(ROWS[:2])(target, seed) if len(calls) == 1 else failing(target, seed)

    async with Sitting(sampler) as sitting:
        await sitting.ready()
        await sitting.press("2")
        await sitting.until(lambda: sitting.screen.labelling.failure)
        assert sitting.screen.deciding
        await sitting.press("2")
        await sitting.until(lambda: not sitting.screen.deciding)
        assert "damaged" in sitting.text("#state")
        assert len(sitting.labels) == 2


async def test_a_label_that_could_not_be_saved_is_said_and_the_pair_stays(monkeypatch):
    from engine.errors import Problem

    async with Sitting() as sitting:
        shown = await sitting.ready()

        def locked(_label):
            raise Problem("store.locked", file="learner.db", seconds=5)

        monkeypatch.setattr(sitting.app.store, "add_label", locked)
        await sitting.press("2")
        assert sitting.screen.labelling.shown == shown
        assert any("busy for 5 seconds" in note.message for note in sitting.app._notifications)
        monkeypatch.delattr(sitting.app.store, "add_label")
        await sitting.press("2")
        assert len(sitting.labels) == 1


async def test_a_damaged_store_is_said_and_can_be_tried_again(home):
    (home / "preferably.db").write_bytes(b"damaged")
    async with Sitting() as sitting:
        await sitting.until(lambda: sitting.screen.problem is not None)
        assert "is damaged" in sitting.text("#state")
        assert (home / "preferably.db").read_bytes() == b"damaged"
        (home / "preferably.db").unlink()
        await sitting.until(lambda: sitting.app.screen is not sitting.screen)  # the app's own dialog says it too
        await sitting.pilot.press("escape")
        await sitting.until(lambda: sitting.app.screen is sitting.screen)
        await sitting.press("r")
        await sitting.ready()


async def test_texts_of_the_model_are_shown_literally():
    rows = [
        {**ROWS[0], "prompt": "correct: [b]he[/b] goed . ->", "a": "[red]went \x1b[2J", "b": "[@click=app.quit]x[/]"}
    ]
    async with Sitting(writing(rows)) as sitting:
        shown = await sitting.ready()
        assert "[b]he[/b]" in sitting.text("#prompt")
        texts = {sitting.text("#answer-a"), sitting.text("#answer-b")}
        assert texts == {"[red]went <U+001B>[2J", "[@click=app.quit]x[/]"}
        await sitting.press("1")
        assert sitting.labels[0].left == shown.left, "the store keeps the raw text"


async def test_the_language_can_change_in_the_middle():
    async with Sitting() as sitting:
        shown = await sitting.ready()
        await sitting.press("n")
        await sitting.pilot.press(*"half", "f2")
        await sitting.until(lambda: sitting.app.language == "es" and sitting.screen.writing_note)
        assert sitting.screen.query_one(Input).value == "half"
        await sitting.pilot.press("enter")
        assert sitting.screen.labelling.shown == shown
        await sitting.until(lambda: "half" in sitting.text("#note"))
        await sitting.press("2")
        assert "Guardado: A, claramente" in sitting.text("#last")
        assert sitting.labels[0].note == "half"


@pytest.mark.parametrize(("size", "layout"), [((80, 24), "rows"), ((99, 30), "rows"), ((100, 30), "columns")])
async def test_answers_stand_side_by_side_where_there_is_room(size, layout):
    async with Sitting(size=size) as sitting:
        await sitting.ready()
        a, b = (sitting.screen.query_one(f"#answer-{side}").region for side in "ab")
        assert (a.y == b.y) == (layout == "columns")
        assert sitting.screen.query_one(ChoiceBar).region.bottom <= size[1] - 1
        await sitting.press("2")
        assert sitting.labels[0].layout == layout


async def test_long_answers_scroll_and_the_scale_stays_in_sight():
    rows = [{**ROWS[0], "a": "word " * 600 + "end", "b": "other"}]
    async with Sitting(writing(rows)) as sitting:
        await sitting.ready()
        assert sitting.screen.query_one(ChoiceBar).region.bottom <= 23
        view = sitting.screen.query_one(PairView)
        await sitting.press("down")
        assert view.scroll_y > 0
        await sitting.press("up")
        assert view.scroll_y == 0


def test_words_that_differ_are_marked_by_more_than_colour():
    content = marked("he went to school .", "he goed to school .")
    assert content.plain == "he went to school ."
    assert [(content.plain[span.start : span.end], str(span.style)) for span in content.spans] == [
        ("went", "bold underline")
    ]


async def test_imported_labels_are_neither_counted_nor_undone(home):
    with Store.open() as store:
        imported = store.add_label(Label("imported", "p", "a", "b", "left"))
    async with Sitting() as sitting:
        await sitting.ready()
        assert sitting.screen.labelling.given == []
        await sitting.press("2", "u", "u")
        assert sitting.labels == [imported]


async def test_what_is_kept_survives_as_json(home):
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("5")
        (event,) = sitting.app.store.events("label")
        assert json.loads(json.dumps(event.payload))["strength"] == 1


async def test_a_missed_gold_pair_is_explained_and_a_met_one_is_not():
    place = next(n for n in range(30) if planned(label_sittings.SEED, n) == "gold")
    for decide, told in ((worse, True), (better, False)):
        async with Sitting() as sitting:
            with sitting.app.store.together():
                for number in range(place - len(sitting.labels)):
                    sitting.app.store.add_label(Label(f"x{number}", "p", "a", "b", "tie", shown_at="2026-01-01"))
            sitting.screen.labelling = None
            await sitting.screen._begin()
            shown = await sitting.ready()
            assert shown.purpose == "gold"
            await sitting.press(decide(shown))
            assert ("had a known answer" in sitting.text("#last")) == told
            await sitting.press("u")


async def test_a_flag_goes_with_its_pair_and_comes_back_with_undo():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("f")
        assert "flagged" in sitting.text("#note")
        await sitting.press("f", "f", "2", "2")
        assert [label.flagged for label in sitting.labels] == [True, False]
        await sitting.press("u", "u")
        assert sitting.screen.flagged


async def test_how_it_was_read_is_recorded():
    rows = [{**ROWS[0], "a": "word " * 600 + "end", "b": "other"}, ROWS[1]]
    async with Sitting(writing(rows)) as sitting:
        for _ in rows:
            await sitting.ready()
            await sitting.press("2")
        found = {len(label.left) + len(label.right) > 100: label.read_to_end for label in sitting.labels}
        assert found == {True: False, False: True}
        assert {label.viewport for label in sitting.labels} == {"80x24"}


async def test_the_way_of_choosing_can_be_changed_and_is_recorded():
    async with Sitting(generator=label_sittings.judge()) as sitting:
        await sitting.ready()
        await sitting.press("a")
        assert "there is none yet" in sitting.text("#last"), "no reward model was trained here"
        await sitting.press("a")
        for _ in range(3):
            await sitting.ready()
            await sitting.press("2")
        shown_after = [label for label in sitting.labels[1:] if label.purpose == "train"]
        assert shown_after
        assert {label.acquired_by for label in shown_after} == {"random"}


async def test_the_ai_judge_reads_the_pairs_when_the_panel_opens_and_its_verdicts_are_kept():
    async with Sitting(generator=label_sittings.judge()) as sitting:
        for _ in range(3):
            await sitting.ready()
            await sitting.press("2")
        await sitting.press("p")
        await sitting.until(lambda: len(sitting.app.store.verdicts("judge")) == 3)
        await sitting.until(lambda: "3 of the 20" in sitting.text("#rater").split("κ with the AI judge")[1])
        assert set(sitting.app.store.verdicts("judge").values()) == {0.9}


async def test_a_long_sitting_is_told_to_rest_once():
    async with Sitting() as sitting:
        await sitting.ready()
        sitting.clock.now += 25 * 60
        await sitting.press("2")
        assert "25 minutes" in sitting.text("#last")
        await sitting.press("2")
        assert "25 minutes" not in sitting.text("#last")


@pytest.mark.parametrize(("key", "place"), [("k", "rank"), ("v", "disagreements"), ("w", "warm_up")])
async def test_keys_lead_to_the_other_screens_of_labelling_and_back(key, place):
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.pilot.press(key)
        await sitting.until(lambda: sitting.app.screen is not sitting.screen)
        assert sitting.app.screen.visited_as == (place, {})
        await sitting.pilot.press("escape")
        await sitting.until(lambda: sitting.app.screen is sitting.screen)
