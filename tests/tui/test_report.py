"""The report tells what the run's files hold, and nothing in them can break it."""

import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from run_folders import GATE, write_run

from engine.errors import Problem
from engine.runs.events import EventLog
from tui.report import code, inline, write_report
from tui.svg_plot import plot

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path, state="done", steps=52, gate=GATE, lab="01")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_section_is_there(run, language):
    report = write_report(run, language, prediction=[("KL?", "0.3")], answers=[("Why?", "β")]).read_text("utf-8")
    assert report.count("\n## ") == 8
    assert "0.71 (0.58–0.82)" in report
    assert "`dpo-brave-otter-12`" in report
    assert "KL? **0.3**" in report
    assert "| `went` | 31\u202f% | 88\u202f% |" in report
    assert "✗ `he goed to school yesterday .` | ✓ `he went to school yesterday .`" in report
    assert "{" not in re.sub(r"`[^`]*`", "", report)


def test_numbers_are_those_of_the_log(run):
    report = write_report(run, "en").read_text("utf-8")
    metrics = [event for event in map(json.loads, (run / "events.jsonl").open()) if event["event"] == "metric"]
    last = metrics[-1]["metrics"]
    assert f"→ {last['loss']:.3f}" in report
    assert f"→ {last['rewards/margins']:.2f}" in report


def test_hashes_can_be_checked(run):
    report = write_report(run, "en").read_text("utf-8")
    for name in ("recipe.json", "data/train.jsonl"):
        assert hashlib.sha256((run / name).read_bytes()).hexdigest() in report
    assert "adapter_model" not in report  # this run left none


def test_every_plot_exists_and_is_well_formed(run):
    report = write_report(run, "en").read_text("utf-8")
    named = re.findall(r"\]\((report/[^)]+\.svg)\)", report)
    assert len(named) == len(set(named)) == 7
    for name in named:
        root = ElementTree.parse(run / name).getroot()
        assert root.find(f"{SVG}title").text
        assert "→" in root.find(f"{SVG}desc").text
        assert root.findall(f"{SVG}polyline")


def test_a_run_in_the_middle_and_one_not_started(tmp_path):
    middle = write_run(tmp_path, steps=10)
    assert "## Gate" not in write_report(middle, "en").read_text("utf-8")
    new = write_run(tmp_path, "dpo-shy-yak-11", steps=0, state="created")
    assert "## Curves" not in write_report(new, "en").read_text("utf-8")


def test_writing_it_again_replaces_it(run):
    first = write_report(run, "en").read_text("utf-8")
    assert write_report(run, "en").read_text("utf-8") == first
    assert not list(run.glob("**/*.tmp"))


def test_what_a_model_wrote_stays_literal(run):
    log = EventLog(run)
    nasty = "`|`` <img src=x onerror=1> \x1b[2J | **b**\n# title"
    log.append("sample", step=60, samples=[{"prompt": nasty, "completion": nasty, "score": 0.0, "reason": "garbled"}])
    log.close()
    report = write_report(run, "en").read_text("utf-8")
    assert "\x1b" not in report
    assert "\n# title" not in report
    line = next(line for line in report.splitlines() if "onerror" in line)
    assert line.count(" | ") - line.count("\\|") <= 4


def test_code_and_inline_escape():
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code("") == "∅"
    assert inline("*a* [b](c) <d>") == r"\*a\* \[b\](c) \<d\>"


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(Problem) as caught:
        write_report(tmp_path, "en")
    assert caught.value.code == "runs.not_found"


def test_a_plot_keeps_peaks_and_draws_inside():
    points = [(step, 9.0 if step == 4321 else 1.0) for step in range(10_000)]
    root = ElementTree.fromstring(plot("loss", {"": points}, "step", "words", "empty"))
    corners = [tuple(map(float, pair.split(","))) for pair in root.find(f"{SVG}polyline").get("points").split()]
    assert len(corners) < 4000
    assert min(y for _, y in corners) < 80
    assert all(0 <= x <= 640 and 0 <= y <= 320 for x, y in corners)


def test_an_empty_plot_says_so():
    assert "nothing yet" in plot("a < b", {}, "step", "words", "nothing yet")


def test_a_small_figure_keeps_its_sign():
    from tui.widgets.interval_line import two

    shown = {0.0: "0.00", -0.004: "−0.004", 0.0049: "0.005", 0.636: "0.64", 40.0: "40", 1.5: "1.50"}
    assert {value: two(value) for value in shown} == shown
    assert [two(count) for count in (0, 1, 19)] == ["0", "1", "19"]
