"""`preferably report`: what a run came to, to keep and to show."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from tui.cli.session import session
from tui.cli.translated import argument, command, option

if TYPE_CHECKING:
    from engine.runs.status import RunStatus

FORMATS = ("html", "md")


@command("report")
@argument("run")
@option("--to", metavar="folder", help="report.to")
@option("--format", "form", metavar="format", help="report.format")
def report(run: str, to: str | None, form: str | None) -> None:
    from engine.runs import library
    from engine.runs.status import read_status
    from tui.report import write_report

    if form is not None and form not in FORMATS:
        raise Problem("cli.no_such_format", format=form, known=", ".join(FORMATS))
    here = session()
    folder = library.find(run)
    status = read_status(folder)
    target = Path(to) / status.run_id if to is not None else folder
    formats = (form,) if form else FORMATS
    write_report(folder, here.language, to=target, formats=formats, **said(status, here.language))
    written = [target / f"report.{name}" for name in formats]
    for file in written:
        here.line(here.t("cli.report.done", run=status.run_id, file=str(file)))
    here.document({"run": status.run_id, "files": [str(file) for file in written]})


def said(status: "RunStatus", language: str) -> dict[str, Any]:
    """What the learner predicted and answered about a lab's latest run, as `write_report` takes it."""
    from content.labs import labs
    from engine.store import Store
    from tui.lab_progress import read_progress, told

    lab = next((found for found in labs(language) if found.id == status.lab), None)
    if lab is None:
        return {}
    with Store.open() as store:
        progress = read_progress(store, lab)
    if progress.run is None or progress.run.run_id != status.run_id:
        return {}
    return told(status.folder, lab, progress)
