"""`preferably content check`: every number, formula, link and question of the course, and the languages compared."""

from dataclasses import asdict

import click

from tui.cli.session import session
from tui.cli.translated import TranslatedGroup, command, option

content = TranslatedGroup("content", help="content.help", prefix="content_", lazy={"check": "tui.cli.content:check"})


@command("content_check")
@option("--draws", type=click.IntRange(1, 1000), default=20, metavar="number", help="content_check.draws")
def check(draws: int) -> int:
    from content.inspection import inspect
    from engine.theory import compute
    from tui.live import BLOCKS

    here = session()
    report = inspect(compute, BLOCKS, seeds=draws)
    said = [(fault, here.t(f"inspection.{fault.code}", **fault.params)) for fault in report.faults]
    rows = [{"code": fault.code, "file": fault.file, "line": fault.line, "message": text} for fault, text in said]
    here.document({"counts": asdict(report.counts), "faults": rows})
    if not here.as_json:
        for name, count in asdict(report.counts).items():
            here.line(f"{count:>6}  {here.t(f'inspection.count_{name}')}")
        for fault, text in said:
            here.line(f"{fault.file}:{fault.line}: {text}")
        here.line(here.t("inspection.summary", count=len(report.faults)))
    return int(bool(report.faults))
