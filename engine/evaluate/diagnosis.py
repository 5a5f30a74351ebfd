"""What a learner says is wrong with the cases of lab 11, one event for each choice, and the gate that decides it.

The first whole diagnosis of a run counts and stands: it goes on record as the lab's gate.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from engine.labs import LABS
from engine.loops.sabotage import CASES, FAULTS, hidden

if TYPE_CHECKING:
    from engine.store import Store

LAB = "11"
CHOSEN = "diagnosis"
"""Kind of the event that a fault was chosen for a case (item: the run)."""


def choose(store: "Store", run_id: str, case: str, fault: str) -> None:
    """Keep that the learner takes this fault to be the case's."""
    store.record(CHOSEN, run_id, {"case": case, "fault": fault})


def chosen(store: "Store", run_id: str) -> dict[str, str]:
    """The fault that was last chosen for each case of a run."""
    said = {event.payload["case"]: event.payload["fault"] for event in store.events(CHOSEN, run_id)}
    return {case: said[case] for case in CASES if said.get(case) in FAULTS}


def decided(store: "Store", run_id: str) -> dict[str, Any] | None:
    """The gate that the learner's diagnosis of a run came to; None before it was handed in."""
    gates = [attempt["gate"] for attempt in store.gates(LAB) if attempt["run_id"] == run_id]
    return next((gate for gate in gates if gate["id"] == LABS[LAB].gate), None)


def judge(seed: int, said: Mapping[str, str]) -> dict[str, Any]:
    """The gate of a whole diagnosis of the run with this seed, with what was said in it."""
    faults = hidden(seed)
    right = sum(said[case] == faults[case] for case in CASES)
    value, threshold = right / len(CASES), LABS[LAB].threshold
    return {
        "id": LABS[LAB].gate,
        "lab": LAB,
        "value": value,
        "low": None,
        "high": None,
        "threshold": threshold,
        "passed": value > threshold,
        "details": [{"id": "faults_found", "value": right}],
        "said": {case: said[case] for case in CASES},
    }


def hand_in(store: "Store", run_id: str, seed: int) -> dict[str, Any]:
    """Decide the lab by what was chosen, once: asked again it returns what was decided. Raises Problem
    "cases.unfinished" while a case is open."""
    if before := decided(store, run_id):
        return before
    said = chosen(store, run_id)
    if left := [case for case in CASES if case not in said]:
        raise Problem("cases.unfinished", cases=", ".join(left))
    gate = judge(seed, said)
    store.record_gate(LAB, run_id, gate)
    return gate


def parse(text: str) -> dict[str, str]:
    """`A=swapped,B=beta` as a person types it. Raises Problem "cases.unknown_case", "cases.unknown_fault",
    "cases.not_a_choice", "cases.twice"."""
    said: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        case, sign, fault = (piece.strip() for piece in part.partition("="))
        case, fault = case.upper(), fault.lower()
        if not sign:
            raise Problem("cases.not_a_choice", text=part)
        if case not in CASES:
            raise Problem("cases.unknown_case", case=case, known=", ".join(CASES))
        if fault not in FAULTS:
            raise Problem("cases.unknown_fault", fault=fault, known=", ".join(FAULTS))
        if case in said:
            raise Problem("cases.twice", case=case)
        said[case] = fault
    return said
