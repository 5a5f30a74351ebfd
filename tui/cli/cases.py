"""Lab 11 from a shell: the evidence of six cases as tables, and a diagnosis given as `--diagnosis A=swapped,B=…`."""

from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.evaluate import diagnosis
from engine.loops.sabotage import CASES, FAULTS, hidden
from tui.cli.session import Session
from tui.evidence import HEALTHY, READINGS, SHOWN, Evidence, reading

ANSWERS = 4
"""Answers of each case that are printed; the document has them all."""


def show(folder: Path, here: Session) -> dict[str, Any]:
    """Print everything that a diagnosis can rest on, and how to give one; the same as a document."""
    from tui.cli.outcome import table

    evidence = Evidence(folder)
    names = (HEALTHY, *CASES)
    readings = {name: evidence.readings(name) for name in names}
    rows = [
        [here.t(f"cases.reading.{key}"), *(reading(key, readings[name].get(metric)) for name in names)]
        for key, metric in READINGS.items()
    ]
    for line in table(["", here.t("cases.healthy"), *CASES], rows):
        here.line(line)
    for case in CASES:
        here.line()
        here.line(here.t("cases.case", case=case).upper())
        for sample in evidence.answers.get(case, [])[:ANSWERS]:
            here.line(f"  {'✓' if sample['reason'] == 'right' else '✗'} {sample['prompt']} {sample['completion']}")
        for key, pairs in zip(("train_rows", "test_rows"), evidence.rows(case), strict=True):
            here.line(f"  {here.t(f'cases.{key}', count=len(pairs))}")
            for row in pairs[:SHOWN]:
                here.line(f"    {row['prompt']} {row['chosen']}  >  {row['rejected']}")
    here.line()
    for fault in FAULTS:
        here.line(f"  {fault:<10} {here.t(f'cases.fault.{fault}')}")
    here.line(here.t("cases.how", run=folder.name))
    return {
        "lab": diagnosis.LAB,
        "run": folder.name,
        "gate": None,
        "faults": list(FAULTS),
        "cases": {
            name: {
                "readings": readings[name],
                "curves": evidence.curves(name),
                "answers": evidence.answers.get(name, []),
                "train": evidence.rows(name)[0],
                "held_out": evidence.rows(name)[1],
            }
            for name in names
        },
    }


def latest() -> Path:
    """The newest finished run of the lab. Raises Problem "cases.no_run"."""
    from engine.runs import library

    for run in library.list_runs():
        if run.lab == diagnosis.LAB and run.state == "done":
            return run.folder
    raise Problem("cases.no_run")


def diagnose(text: str, here: Session) -> int:
    """Hand in a whole diagnosis of the newest run, or what was handed in for it before, with a verdict on each case;
    0 when the gate is passed."""
    from engine.store import Store
    from tui.cli.outcome import gate_lines

    said, folder = diagnosis.parse(text), latest()
    evidence = Evidence(folder)
    if left := [case for case in CASES if case not in said]:
        raise Problem("cases.unfinished", cases=", ".join(left))
    with Store.open() as store:
        before = diagnosis.decided(store, folder.name)
        if before is None:
            for case, fault in said.items():
                diagnosis.choose(store, folder.name, case, fault)
        gate = diagnosis.hand_in(store, folder.name, evidence.seed)
    if before is not None:
        here.note(here.t("cases.decided", right=gate["details"][0]["value"]))
    verdicts = {case: evidence.verdict(here.language, case, gate["said"][case]) for case in CASES}
    for lines in verdicts.values():
        for line in lines:
            here.line(line)
        here.line()
    for line in gate_lines(gate, here):
        here.line(line)
    if evidence.told < len(CASES):
        here.line(here.t("cases.undecidable", count=evidence.told))
    faults = hidden(evidence.seed)
    here.document(
        {
            "lab": diagnosis.LAB,
            "run": folder.name,
            "gate": gate,
            "cases": {
                case: {"fault": faults[case], "said": gate["said"][case], "verdict": verdicts[case]} for case in CASES
            },
        }
    )
    return 0 if gate["passed"] else 1
