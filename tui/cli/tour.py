"""`preferably tour` and `preferably lab`: the labs from a shell, each ending at its gate."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command, option

TOUR = ("00", "01", "02")


@dataclass(frozen=True)
class Attempt:
    """One lab, run to its gate."""

    lab: str
    run: str
    gate: dict[str, Any]
    report: Path


@command("tour")
@option("--seed", default="0", metavar="number", help="option.seed")
def tour(seed: str) -> int:
    here = session()
    recipes = [recipe_of(lab_id, seed) for lab_id in TOUR]
    here.line(here.t("cli.tour.begin"))
    attempts: list[Attempt] = []
    for number, recipe in enumerate(recipes, 1):
        here.line()
        here.line(f"[{number}/{len(TOUR)}] {heading(recipe.lab, here)}")
        attempts.append(attempt(recipe, here))
    here.line()
    for line in gates_table(attempts, here):
        here.line(line)
    passed = all(done.gate["passed"] for done in attempts)
    here.line()
    here.line(here.t("cli.tour.passed" if passed else "cli.tour.missed"))
    here.document({
        "passed": passed,
        "labs": [document(done) for done in attempts],
    })
    return 0 if passed else 1


@command("lab")
@argument("lab_id", metavar="lab")
@option("--seed", metavar="number", help="option.seed")
@option("--data", default="shipped", metavar="data", help="option.data")
@option("--diagnosis", metavar="diagnosis", help="lab.diagnosis")
def lab(lab_id: str, seed: str | None, data: str, diagnosis: str | None) -> int:
    from tui.cli import cases

    here = session()
    lab_id = lab_id.zfill(2) if lab_id.isdecimal() else lab_id
    by_learner: bool = find(lab_id).by_learner
    if diagnosis is not None:
        if not by_learner:
            raise Problem("cases.not_here")
        return cases.diagnose(diagnosis, here)
    recipe = recipe_of(lab_id, seed or (own_seed(lab_id) if by_learner else "0"), data)
    here.line(heading(recipe.lab, here))
    done = attempt(recipe, here)
    if by_learner:
        here.line()
        evidence = cases.show(done.report.parent, here)
        here.document({**evidence, "signatures": done.gate, "report": str(done.report)})
        return 0
    here.line()
    for line in gates_table([done], here):
        here.line(line)
    here.document(document(done))
    return 0 if done.gate["passed"] else 1


def own_seed(lab_id: str) -> str:
    """A seed that no other learner has, and no other attempt of this one."""
    from engine.runs import library
    from engine.store import Store

    with Store.open() as store:
        attempts = sum(run.lab == lab_id for run in library.list_runs())
        return str((store.seed() + attempts) % 2**32)


def document(done: Attempt) -> dict[str, Any]:
    return {"lab": done.lab, "run": done.run, "gate": done.gate, "report": str(done.report)}


def find(lab_id: str) -> Any:
    """The lab. Raises Problem "cli.no_such_lab"."""
    from engine.labs import LABS

    if lab_id not in LABS:
        raise Problem("cli.no_such_lab", lab=lab_id, known=", ".join(LABS))
    return LABS[lab_id]


def heading(lab_id: str, here: Session) -> str:
    """The lab, and what it must reach, said before it runs."""
    from tui.cli.outcome import measure
    from tui.widgets.interval_line import two

    lab = find(lab_id)
    return here.t(
        "cli.lab.heading",
        lab=lab_id,
        method=here.t(f"runs.method.{lab.method}"),
        measure=measure(here, lab.gate),
        threshold=two(lab.threshold),
    )


def recipe_of(lab_id: str, seed: str, data: str = "shipped") -> Any:
    """The lab's own recipe. A seed that is no number is refused as any other setting is."""
    from engine.runs.recipe import Recipe

    lab = find(lab_id)
    return lab.recipe(seed=Recipe.make(lab.method, {"seed": seed}).seed, data=data)


def attempt(recipe: Any, here: Session) -> Attempt:
    """Run a lab's recipe to its end. Raises what `watch` raises, and Problem "cli.no_gate"."""
    from engine.runs import supervisor
    from tui.cli.follow import watch
    from tui.cli.outcome import create, remember
    from tui.report import write_report

    folder: Path = create(recipe)
    here.line(here.t("cli.lab.started", run=folder.name, folder=str(folder)))
    run = watch(folder, here, title=recipe.lab, begin=lambda: supervisor.start(folder))
    gate = run.status.gate or run.history.gate
    remember(run.status, gate)
    if gate is None:
        raise Problem("cli.no_gate", exit_code=1, run=folder.name)
    report = write_report(folder, here.language)
    here.line(here.t("cli.lab.report", file=str(report)))
    return Attempt(recipe.lab, folder.name, gate, report)


def gates_table(attempts: list[Attempt], here: Session) -> list[str]:
    """A row per gate, then each gate's figures."""
    from tui.cli.outcome import gate_lines, measure, table
    from tui.widgets.interval_line import two

    rows = [
        (
            done.lab,
            measure(here, done.gate["id"]),
            two(done.gate["value"]),
            f"> {two(done.gate['threshold'])}",
            f"{two(done.gate['low'])}–{two(done.gate['high'])}" if done.gate.get("low") is not None else "–",
            f"✓ {here.t('gate.passed')}" if done.gate["passed"] else f"✗ {here.t('gate.missed')}",
        )
        for done in attempts
    ]
    heads = [here.t(f"cli.gates.{name}") for name in ("lab", "measure", "value", "threshold", "interval", "verdict")]
    lines = table(heads, rows)
    for done in attempts:
        lines += ["", f"{done.lab}  {done.run}", *gate_lines(done.gate, here)]
    return lines
