"""`preferably eval`, `bench` and `build`: measuring a run again, measuring this program, rebuilding its model."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

from engine.errors import Problem
from tui.cli.session import session
from tui.cli.translated import TranslatedGroup, argument, command, option

build = TranslatedGroup(
    "build",
    help="build.help",
    prefix="build_",
    lazy={part: f"tui.cli.evaluate:build_{part}" for part in ("base", "judge", "reasoner")},
)


@command("eval")
@argument("run")
@option("--against", metavar="model", help="eval.against")
def evaluate(run: str, against: str | None) -> int:
    if against is not None:
        return compare(run, against)
    from engine.evaluate.cards import evaluate_run
    from engine.runs import library
    from engine.runs.status import read_status
    from tui.cli.outcome import gate_lines

    here = session()
    folder = library.find(run)
    status = read_status(folder)
    if status.alive:  # its worker is writing the checkpoints that would be read
        raise Problem("evaluate.at_work", run=folder.name, step=status.step, total=status.total_steps)
    here.note(here.t("cli.eval.measuring", run=folder.name))
    gate: dict[str, Any] = evaluate_run(folder)
    for line in gate_lines(gate, here):
        here.line(line)
    here.document({"run": folder.name, "gate": gate})
    return 0 if gate["passed"] else 1


def compare(run: str, against: str) -> int:
    """Every instrument on one model against another: a run, `base`, `sft`, `judge`, or a model's folder."""
    from dataclasses import asdict

    from engine.evaluate import instruments
    from engine.evaluate.card_process import bounds
    from engine.models.policy import load_policy
    from engine.runs import library
    from tui.numbers import short

    here = session()
    policy, reference = (load_policy(library.model_folder(name)) for name in (run, against))
    here.note(here.t("cli.eval.comparing", run=run, against=against))
    figures = instruments.card(policy, reference)
    rows = [{**asdict(figure), "healthy": bounds(figure.healthy), "fine": figure.fine} for figure in figures]
    here.document({"model": run, "against": against, "figures": rows})
    if not here.as_json:
        width = max(len(here.t(f"instrument.{figure.id}.name")) for figure in figures)
        for figure in figures:
            interval = "" if figure.low is None else f"({short(figure.low)}–{short(figure.high or 0.0)})"
            mark = " " if figure.fine else "!"
            name = here.t(f"instrument.{figure.id}.name")
            here.line(f"{mark} {name:<{width}}  {short(figure.value):>7}  {interval}".rstrip())
            if not figure.fine:
                meaning = here.t(f"instrument.{figure.id}.meaning")
                here.line(f"    {meaning} {here.t('monitor.see', chapter=figure.chapter)}")
    return 0 if all(figure.fine for figure in figures) else 1


@command("bench")
@argument("names", nargs=-1)
def bench(names: tuple[str, ...]) -> int:
    import tempfile
    from importlib import import_module

    here = session()

    def report(key: str, /, **params: Any) -> None:
        here.note(here.t(key, **params))

    wanted = [name for name in names if name != "app"]
    result: dict[str, Any] = {"measures": {}, "passed": True}
    if wanted or not names:
        result = import_module("engine.bench").run(wanted, report=report)
    if "app" in names:
        with tempfile.TemporaryDirectory() as scratch:
            result["measures"]["app"] = import_module("tui.bench").app(Path(scratch), report)
        result["passed"] = result["passed"] and result["measures"]["app"]["passed"]
    here.document(result)
    if not here.as_json:
        here.line(json.dumps(result, indent=2, allow_nan=False))
    return 0 if result.get("passed", True) else 1


@command("build_base")
@option("--seed", default="0", metavar="number", help="option.seed")
@option("--folder", metavar="folder", help="build.folder")
def build_base(seed: str, folder: str | None) -> None:
    build_part("base", seed, folder)


@command("build_judge")
@option("--seed", default="0", metavar="number", help="option.seed")
@option("--folder", metavar="folder", help="build.folder")
def build_judge(seed: str, folder: str | None) -> None:
    build_part("judge", seed, folder)


@command("build_reasoner")
@option("--seed", default="0", metavar="number", help="option.seed")
@option("--folder", metavar="folder", help="build.folder")
def build_reasoner(seed: str, folder: str | None) -> None:
    build_part("reasoner", seed, folder)


def build_part(part: str, seed: str, folder: str | None) -> None:
    """Builds one of the shipped models into a folder, with progress, and reports what it can do."""
    from engine import paths
    from engine.runs.recipe import Recipe

    here = session()
    number = Recipe.make("sft", {"seed": seed}).seed  # checked as every other seed is
    target = Path(folder).expanduser().absolute() if folder else paths.home() / "models" / f"{part}-{number}"
    new = not target.exists()
    from engine.models import build as models  # torch, which a wrong seed need not wait for

    started, said = time.monotonic(), ("", -1)

    def progress(part: str, step: int, total: int, metrics: dict[str, float]) -> None:
        nonlocal said
        if (part, 20 * step // total) != said:
            said = part, 20 * step // total
            words = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
            here.note(f"{part}  {step}/{total}  {words}")

    builders = {"base": models.build_base, "judge": models.build_judge, "reasoner": models.build_reasoner}
    make = builders[part]
    try:
        report = make(number, target, progress=progress)
    except BaseException:
        if new:  # half a model is no model
            shutil.rmtree(target, ignore_errors=True)
        raise
    here.line(here.t("cli.build.done", folder=str(target), minutes=f"{(time.monotonic() - started) / 60:.1f}"))
    if not here.as_json:
        here.line(json.dumps(report, indent=2, allow_nan=False))
    here.document({"folder": str(target), "report": report})
