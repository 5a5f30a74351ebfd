"""Ranking: letters put answers in order, ties are kept, and the whole is saved as its pairs on the last key."""

import pytest
from label_sittings import Sitting, judge, settle_in
from textual.widgets import Static

from engine.exchange.labels import rows_for_training
from engine.labelling.mix import part
from engine.labelling.ranking import rankings
from tui.screens.rank import Answer


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    settle_in()
    return tmp_path


def ranking():
    return Sitting("rank", generator=judge())


async def test_letters_rank_and_the_last_one_saves_all_pairs():
    async with ranking() as sitting:
        await sitting.ready()
        task = sitting.screen.ranking.task
        assert len(task.answers) == 4
        await sitting.press("c", "c", "a", "d")
        assert sitting.labels == []
        await sitting.press("b")
        labels = sitting.labels
        assert len(labels) == 6
        (found,) = rankings(labels)
        a, b, c, d = task.answers
        order = dict(zip(found["completions"], found["ranks"], strict=True))
        assert order == {c: 1, a: 2, d: 3, b: 4}
        assert {label.purpose for label in labels} == {part(7, task.prompt)}
        assert {label.latency_ms is not None and label.layout for label in labels} == {"ranking"}
        if part(7, task.prompt) == "train":
            assert len(rows_for_training(labels)) == 6
        await sitting.ready()
        assert sitting.screen.ranking.task.prompt != task.prompt


async def test_a_tie_shares_a_rank_and_can_be_taken_back():
    async with ranking() as sitting:
        await sitting.ready()
        a, b, c, d = sitting.screen.ranking.task.answers
        await sitting.press("t")
        assert not sitting.screen.tied, "there is nothing to be tied with yet"
        await sitting.press("a", "t", "b", "t", "t", "c", "d")
        (found,) = rankings(sitting.labels)
        assert dict(zip(found["completions"], found["ranks"], strict=True)) == {a: 1, b: 1, c: 3, d: 4}
        assert sum(label.choice == "tie" for label in sitting.labels) == 1


async def test_undo_takes_back_answers_then_whole_rankings():
    async with ranking() as sitting:
        await sitting.ready()
        first = sitting.screen.ranking.task
        await sitting.press("a", "b", "u", "u")
        assert sitting.screen.ranks == {}
        await sitting.press("d", "c", "b", "a")
        assert len(sitting.labels) == 6
        await sitting.ready()
        await sitting.press("u")
        assert sitting.labels == []
        assert sitting.screen.ranking.task == first
        await sitting.press("u")
        assert sitting.screen.ranking.task == first
        await sitting.press("a", "b", "c", "d")
        assert len(sitting.labels) == 6


async def test_skip_keeps_nothing_and_clicks_count():
    async with ranking() as sitting:
        await sitting.ready()
        first = sitting.screen.ranking.task
        await sitting.press("s")
        await sitting.ready()
        assert sitting.screen.ranking.task != first
        for place in (2, 0, 1, 3):
            sitting.clock.now += 1
            await sitting.pilot.click(f"#answer-{place}")
            await sitting.until(lambda: not sitting.screen.busy)
        assert len(sitting.labels) == 6


async def test_the_rubric_covers_the_task_and_ranks_are_shown():
    async with ranking() as sitting:
        await sitting.ready()
        await sitting.press("i", "a")
        assert sitting.screen.ranks == {}
        await sitting.press("i", "b")
        assert sitting.screen.query_one("#answer-1", Answer).border_title == "B · 1"
        assert "a c d" in str(sitting.screen.query_one("#how", Static).render())


async def test_a_process_that_fails_is_said_and_can_be_tried_again():
    from engine.serving.client import Generator

    async with Sitting("rank", generator=Generator(("/nowhere/python",))) as sitting:
        await sitting.until(lambda: sitting.screen.ranking is not None and sitting.screen.ranking.problem)
        await sitting.until(lambda: "could not be started" in sitting.text("#state"))
        sitting.screen.ranking.generator = judge()
        await sitting.press("r")
        await sitting.ready()
