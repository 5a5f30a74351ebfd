"""`preferably runs`, `resume`, `pause` and `stop`: the runs there are, and what a person may ask of them."""

from pathlib import Path
from typing import Any

from tui.cli.session import session
from tui.cli.translated import argument, command, option


@command("runs")
@argument("words", metavar="compare", nargs=-1)
def runs(words: tuple[str, ...]) -> None:
    if words:
        compare(words)
        return
    from engine.runs import library
    from tui.cli.outcome import run_fields, table
    from tui.widgets.interval_line import two

    here = session()
    found = library.list_runs()
    here.document({"runs": [run_fields(status) for status in found]})
    if here.as_json:
        return
    if not found:
        here.line(here.t("cli.runs.none"))
        return
    rows = []
    for status in found:
        gate = status.gate
        verdict = "" if gate is None else here.t("gate.passed" if gate["passed"] else "gate.missed")
        rows.append(
            (
                status.run_id,
                status.method,
                status.lab or "–",
                here.t(f"runs.state.{status.state}"),
                f"{status.step}/{status.total_steps}",
                "–" if gate is None else f"{two(gate['value'])} {verdict}",
            )
        )
    heads = [here.t(f"runs.column.{name}") for name in ("run", "method", "lab", "state", "step", "gate")]
    for line in table(heads, rows):
        here.line(line)


def compare(words: tuple[str, ...]) -> None:
    """`preferably runs compare RUN RUN…`: what differs in the recipes, and what came of each."""
    from engine.errors import Problem
    from engine.runs import library
    from engine.runs.recipe import Recipe
    from tui.cli.outcome import run_fields, table
    from tui.comparison import LETTERS, MOST, difference_rows, differences, outcome_rows
    from tui.following import Followed

    here = session()
    word, *names = words
    if word != "compare":
        raise Problem("cli.extra_arguments", command="preferably runs", extra=" ".join(words))
    if not 2 <= len(names) <= MOST:
        raise Problem("runs.compare_how_many", most=MOST)
    sides = [Followed(library.find(name)) for name in names]
    for side in sides:
        side.look()
    recipes = [Recipe.read(side.folder / "recipe.json") for side in sides]
    here.document(
        {
            "runs": [run_fields(side.status) for side in sides],
            "differences": dict(differences(recipes)),
            "metrics": [{name: points[-1][1] for name, points in side.history.metrics.items()} for side in sides],
        }
    )
    if here.as_json:
        return
    for letter, side in zip(LETTERS, sides, strict=False):
        here.line(f"{letter} {side.status.run_id}")
    changed, outcome = difference_rows(recipes, here.t), outcome_rows(sides, here.t)
    blank = ("",) * (len(sides) + 1)
    heads = ["", *LETTERS[: len(sides)]]
    lines = table(heads, [*changed, blank, *outcome])
    here.line()
    for line in lines:
        here.line(line)
    if not changed:
        here.line(here.t("runs.no_differences"))


@command("resume")
@argument("run")
@option("--watch/--background", default=True, help="train.watch")
def resume(run: str, watch: bool) -> int:
    from engine.runs import library, supervisor
    from engine.runs.status import read_status
    from tui.cli.outcome import run_fields
    from tui.cli.train import finish

    here = session()
    folder = library.find(run)

    def begin() -> None:
        supervisor.resume(folder)
        here.line(here.t("cli.resume.resumed", run=folder.name, step=read_status(folder).step))

    if watch:
        return finish(folder, here, begin)
    begin()
    here.document(run_fields(read_status(folder)))
    return 0


@command("pause")
@argument("run")
def pause(run: str) -> int:
    return _ask(run, "pause", lambda status: status.state != "running")


@command("stop")
@argument("run")
def stop(run: str) -> int:
    return _ask(run, "stop", lambda status: not status.alive)


def _ask(run: str, request: str, reached: Any) -> int:
    """Ask the run's worker for something, wait until it has done it, and say where the run stands."""
    from engine.errors import Problem
    from engine.runs import library, supervisor
    from engine.runs.status import read_status
    from tui.cli.follow import PATIENCE, wait_for
    from tui.cli.outcome import run_fields

    here = session()
    folder: Path = library.find(run)
    supervisor.request(folder, request)
    if not wait_for(folder, reached):
        raise Problem("cli.no_answer", exit_code=1, run=folder.name, seconds=round(PATIENCE))
    status = read_status(folder)
    here.line(here.t("cli.runs.now", run=folder.name, state=here.t(f"runs.state.{status.state}"), step=status.step))
    here.document(run_fields(status))
    return 0
