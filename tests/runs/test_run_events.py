import itertools
import os

import pytest

from engine.runs.events import EventLog, EventTail, events_file, fold, glance, read_events


def test_what_is_appended_is_read_once(tmp_path):
    log, tail = EventLog(tmp_path), EventTail(tmp_path)
    assert tail.read() == []
    log.append("started", step=0, total_steps=2)
    log.append("metric", step=1, metrics={"loss": 0.5})
    first = tail.read()
    assert [event["event"] for event in first] == ["started", "metric"]
    assert all(isinstance(event["time"], float) for event in first)
    assert tail.read() == []
    log.append("done", step=2)
    assert [event["event"] for event in tail.read()] == ["done"]


def test_a_tail_returns_whole_lines_only(tmp_path):
    tail = EventTail(tmp_path)
    whole = '{"event": "metric", "time": 1.0, "step": 1, "metrics": {"ñ": 1}}\n'.encode()
    with events_file(tmp_path).open("ab", buffering=0) as file:
        for cut in range(len(whole) - 1):
            file.write(whole[cut : cut + 1])
            assert tail.read() == []
        file.write(whole[-1:])
    assert tail.read()[0]["metrics"] == {"ñ": 1}


@pytest.mark.parametrize("length", [1, 40, 70_000, 200_000])
def test_a_half_line_is_cut_before_more_is_appended(tmp_path, length):
    log = EventLog(tmp_path)
    log.append("started", step=0, total_steps=1)
    with events_file(tmp_path).open("ab") as file:
        file.write(b"{" * length)
    EventLog(tmp_path).append("resumed", step=0)
    assert [event["event"] for event in read_events(tmp_path)] == ["started", "resumed"]


def test_a_log_of_one_half_line_is_empty_again(tmp_path):
    events_file(tmp_path).write_bytes(b'{"event": "sta')
    assert EventLog(tmp_path).empty


def test_numbers_that_json_does_not_know_are_refused(tmp_path):
    log = EventLog(tmp_path)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            log.append("metric", step=1, metrics={"loss": value})
    assert log.empty


def test_any_text_of_a_model_survives(tmp_path):
    log = EventLog(tmp_path)
    text = 'a\nb\r\u2028\x85\x1b[31m"\\ \ud800 ñ 🦦'
    log.append("sample", step=0, samples=[{"prompt": text}])
    assert [event["samples"][0]["prompt"] for event in read_events(tmp_path)] == [text]


def test_a_damaged_line_is_said_and_not_lost_in_silence(tmp_path):
    log = EventLog(tmp_path)
    log.append("started", step=0, total_steps=1)
    with events_file(tmp_path).open("ab") as file:
        file.write(b"\x00\xff\n[1]\n")
    log.append("done", step=1)
    found = read_events(tmp_path)
    assert [event["event"] for event in found] == ["started", "note", "note", "done"]
    assert found[1]["code"] == "runs.event_damaged"


def test_the_log_is_private(tmp_path):
    EventLog(tmp_path)
    assert os.stat(events_file(tmp_path)).st_mode & 0o077 == 0


def metric(step, loss):
    return {
        "event": "metric",
        "time": 0.0,
        "step": step,
        "total_steps": 9,
        "metrics": {"loss": loss},
        "throughput": 2.0,
    }


def sample(step):
    return {"event": "sample", "time": 0.0, "step": step, "samples": [{"prompt": "p"}], "choices": []}


def test_a_history_is_the_fold_of_the_events():
    gate = {"id": "win_rate", "value": 0.7, "passed": True}
    history = fold(
        [
            {"event": "started", "step": 0, "total_steps": 9},
            sample(0),
            {"event": "phase", "phase": "revise", "step": 0},
            metric(1, 0.9),
            {"event": "phase", "phase": "train", "step": 1},
            metric(2, 0.8),
            {"event": "checkpoint", "step": 2, "path": "checkpoint-2"},
            {"event": "gate", "gate": gate},
            {"event": "done", "step": 2},
            {"event": "something of a newer version"},
        ]
    )
    assert history.metrics == {"loss": [(1, 0.9), (2, 0.8)]}
    assert history.latest("loss") == 0.8
    assert history.latest("margin") is None
    assert history.phases == [(0, "revise"), (1, "train")]
    assert history.phase == "train"
    assert [step for step, _ in history.samples] == [0]
    assert (history.step, history.total_steps, history.throughput) == (2, 9, 2.0)
    assert (history.checkpoints, history.gate, history.ended) == ([2], gate, "done")


def test_what_came_after_the_checkpoint_is_dropped_when_a_run_is_resumed():
    history = fold(
        [
            {"event": "started", "step": 0, "total_steps": 9},
            sample(0),
            metric(1, 0.9),
            metric(2, 0.8),
            sample(2),
            {"event": "checkpoint", "step": 2, "path": "checkpoint-2"},
            {"event": "phase", "phase": "train", "step": 2},
            metric(3, 9.9),
            {"event": "phase", "phase": "evaluate", "step": 3},
            sample(3),
            {"event": "error", "code": "runs.disk_full", "params": {}, "details": ""},
            {"event": "resumed", "step": 2, "total_steps": 9},
            metric(3, 0.7),
        ]
    )
    assert history.metrics == {"loss": [(1, 0.9), (2, 0.8), (3, 0.7)]}
    assert [step for step, _ in history.samples] == [0, 2]
    assert history.phases == [(2, "train")]
    assert (history.ended, history.error) == (None, None)


def test_a_run_that_begins_anew_tells_its_first_sample_once():
    started, resumed = {"event": "started", "step": 0}, {"event": "resumed", "step": 0}
    history = fold([started, sample(0), metric(1, 1.0), resumed, sample(0)])
    assert history.metrics == {}
    assert [step for step, _ in history.samples] == [0]


def test_a_long_log_is_read_in_pieces_of_whole_lines(tmp_path):
    log, tail = EventLog(tmp_path), EventTail(tmp_path)
    for step in range(1, 4001):
        log.append("metric", step=step, total_steps=4000, metrics={"loss": step / 4000, "padding": 0.123456789})
    log.close()
    steps = [event["step"] for event in tail.read(10_000)]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) < 200
    assert tail.behind
    while tail.behind:
        steps += [event["step"] for event in tail.read(10_000)]
    steps += [event["step"] for event in tail.read()]
    assert steps == list(range(1, 4001))


def test_a_glance_at_a_long_log_sees_both_ends_and_some_of_the_middle(tmp_path):
    log = EventLog(tmp_path)
    log.append("started", step=0, total_steps=4000)
    for step in range(1, 4001):
        log.append("metric", step=step, total_steps=4000, metrics={"loss": step / 4000})
    log.append("done", step=4000)
    log.close()
    history = fold(glance(tmp_path, places=20, ends=2000))
    steps = [step for step, _ in history.metrics["loss"]]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1], history.ended, history.total_steps) == (1, 4000, "done", 4000)
    assert 20 < len(steps) < 100
    assert max(later - sooner for sooner, later in itertools.pairwise(steps)) < 400
    assert glance(tmp_path / "nowhere") == []
