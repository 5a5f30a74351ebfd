"""Lab 11 on the screen: anonymous cases, choices kept as they are made, one handing in, verdicts."""

import json
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from content.text import LANGUAGES
from engine.evaluate import diagnosis
from engine.loops.sabotage import CASES, FAULTS, hidden
from engine.runs import status
from engine.runs.events import EventLog
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile
from engine.store import Store
from tui.app import PreferablyApp
from tui.evidence import HEALTHY, READINGS, Evidence
from tui.screens.cases import CasesScreen

SEED = 4


def write_cases(root: Path) -> Path:
    """A finished run of the lab, as its worker would leave it, with small numbers in every curve."""
    folder = root / "sabotage-calm-heron-11"
    folder.mkdir(parents=True)
    recipe = Recipe.make("sabotage", {"seed": SEED, "lab": "11"})
    (folder / "recipe.json").write_text(recipe.to_json(), encoding="utf-8")
    status.create(folder, "sabotage", "11")
    log = EventLog(folder)
    log.append("started", step=0, total_steps=3)
    metrics = (*READINGS.values(), "rewards/margins", "rewards/accuracies")
    for step in (1, 2, 3):
        values = {f"{name}/{metric}": step / 10 for name in (HEALTHY, *CASES) for metric in metrics}
        log.append("metric", step=step, total_steps=3, metrics=values, throughput=1.0)
    sample = {
        "prompt": "fill: he __ (go) to school yesterday . ->",
        "completion": "went",
        "score": 1,
        "reason": "right",
    }
    log.append("sample", step=3, samples=[sample], choices=[], cases={case: [sample] for case in CASES})
    details = [{"id": f"kl_outside_{name}", "value": 0.3, "low": None, "high": None} for name in (HEALTHY, *CASES)]
    gate = {"id": "signatures", "lab": "11", "value": 6, "low": None, "high": None, "threshold": 5, "passed": True,
            "details": details}  # fmt: skip
    log.append("gate", gate=gate)
    log.append("done", step=3)
    log.close()
    StatusFile(folder).change(state="done", step=3, total_steps=3, gate=gate)
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return write_cases(tmp_path / "runs")


async def opened(pilot, app, folder):
    while not app.store_is_open:
        await pilot.pause(0.02)
    screen = CasesScreen(folder)
    await app.push_screen(screen)
    while not screen.query_one("#cases", OptionList).option_count:
        await pilot.pause(0.02)
    await pilot.pause()
    return screen


@pytest.mark.parametrize(("language", "size"), [("en", (80, 24)), ("es", (140, 45))])
async def test_every_choice_is_kept_and_the_first_whole_diagnosis_decides(folder, language, size):
    truth, faults = hidden(SEED), list(FAULTS)
    app = PreferablyApp("home", language=language, catch_errors=False)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app, folder)
        await pilot.press("h")
        assert screen.gate is None
        await pilot.press("1")
        assert diagnosis.chosen(app.store, folder.name) == {"A": faults[0]}
        for case in CASES:
            assert screen.case == case
            await pilot.press(str(1 + faults.index(truth[case])), "down")
            await pilot.pause()
        assert screen.said == truth
        await pilot.press("v")
        words = str(screen.query_one("#words", Static).content)
        assert "60" in words
        await pilot.press("h")
        assert screen.gate is None  # asked first
        await pilot.press("m", "h", "h")
        await pilot.pause()
        assert screen.gate is not None
        assert screen.gate["passed"]
        assert screen.pane == "verdict"
        await pilot.press("1")
        assert diagnosis.decided(app.store, folder.name)["said"] == truth
        assert app.store.gates_passed() == {"11"}


def test_nothing_is_recorded_for_the_lab_by_the_run_itself(folder):
    from content.labs import lab
    from tui.lab_progress import read_progress

    with Store.open() as store:
        progress = read_progress(store, lab("11", "en"))
        assert progress.run is not None
        assert progress.run.gate is None
        for case in CASES:
            diagnosis.choose(store, folder.name, case, "beta")
        diagnosis.hand_in(store, folder.name, SEED)
        gate = read_progress(store, lab("11", "en")).run.gate
        assert (gate["id"], gate["value"]) == ("diagnosis", pytest.approx(1 / 6))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_names_the_fault_and_what_the_other_choice_would_look_like(folder, language):
    evidence = Evidence(folder)
    for case in CASES:
        for said in FAULTS:
            lines = evidence.verdict(language, case, said)
            assert lines[0].startswith("✓" if said == hidden(SEED)[case] else "✗")
            assert len(lines) >= (2 if said == hidden(SEED)[case] else 3)
            assert not [line for line in lines if "{" in line]


def test_from_a_shell_without_a_terminal(folder, capsys):
    from tui.cli.program import preferably

    said = ",".join(f"{case}={fault}" for case, fault in hidden(SEED).items())
    for expected, text in (
        (2, "A=beta"),
        (2, "A=nonsense"),
        (0, said),
        (0, "A=beta,B=beta,C=beta,D=beta,E=beta,F=beta"),
    ):
        with pytest.raises(SystemExit) as ended:
            preferably.main(["lab", "11", "--diagnosis", text, "--json", "--language", "en"])
        document = json.loads(capsys.readouterr().out)
        assert ended.value.code == expected
        assert ("error" in document) == (expected == 2)
    assert document["gate"]["said"] == hidden(SEED)  # the first one stands
    with pytest.raises(SystemExit) as ended:
        preferably.main(["lab", "01", "--diagnosis", said, "--language", "es"])
    assert ended.value.code == 2
