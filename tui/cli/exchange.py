"""`preferably export` and `preferably import`: labels, runs and cards, out and in, in the formats of the field."""

from pathlib import Path

import click

from tui.cli.session import session
from tui.cli.translated import TranslatedGroup, argument, command, option

ANKI = "anki"

import_ = TranslatedGroup(
    "import", help="import.help", prefix="import_", lazy={"labels": "tui.cli.exchange:import_labels"}
)


class Export(TranslatedGroup):
    """`export --anki FILE` is another way to say `export anki FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [ANKI if word == f"--{ANKI}" else word for word in args])


export = Export(
    "export",
    help="export.help",
    prefix="export_",
    lazy={
        "labels": "tui.cli.exchange:export_labels",
        "run": "tui.cli.exchange:export_run",
        "model": "tui.cli.stages:export_model",
        ANKI: "tui.cli.exchange:export_anki",
    },
)


@command("export_labels")
@argument("file")
@option("--shape", default="preference", metavar="shape", help="export.shape")
@option("--audit", is_flag=True, help="export.audit")
@option("--force", is_flag=True, help="export.force")
def export_labels(file: str, shape: str, audit: bool, force: bool) -> None:
    from engine.exchange import labels
    from engine.exchange.trail import export_trail
    from engine.store import Store

    here, path = session(), Path(file).expanduser()
    with Store.open() as store:
        if audit:
            done = labels.Exported(path, export_trail(store, path, force=force), {})
        else:
            done = labels.export_labels(store.labels(), path, shape=shape, force=force)
    here.line(here.t("cli.export.labels_done", count=done.rows, file=str(done.path)))
    if done.left_out:
        kinds = ", ".join(f"{here.t(f'cli.choice.{choice}')} {count}" for choice, count in done.left_out.items())
        here.line(here.t("cli.export.left_out", kinds=kinds))
    here.document({"file": str(done.path), "rows": done.rows, "left_out": done.left_out})


@command("export_run")
@argument("run")
@argument("file")
@option("--force", is_flag=True, help="export.force")
def export_run(run: str, file: str, force: bool) -> None:
    from engine.exchange.run_folder import export_run
    from engine.runs import library

    here = session()
    folder = library.find(run)
    target = export_run(folder, Path(file).expanduser(), force=force)
    here.line(here.t("cli.export.run_done", run=folder.name, file=str(target)))
    here.document({"run": folder.name, "file": str(target)})


@command("export_anki")
@argument("file")
@option("--force", is_flag=True, help="export.force")
def export_anki(file: str, force: bool) -> None:
    from engine.exchange.anki import export_notes
    from tui import anki_notes
    from tui.reviewing import deck

    here = session()
    cards = deck(here.language)
    notes = list(anki_notes.notes(cards, here.language))
    path = export_notes(notes, Path(file).expanduser(), released=anki_notes.RELEASED, force=force)
    here.line(here.t("cli.export.anki_done", count=len(notes), file=str(path)))
    calculators = sum(card.question is not None for card in cards)
    here.line(here.t("cli.export.anki_limits", count=calculators))
    if path.suffix != ".apkg":
        here.line(here.t("cli.export.anki_text"))
    here.document({"file": str(path), "notes": len(notes), "calculators": calculators})


@command("import_labels")
@argument("file")
def import_labels(file: str) -> None:
    from engine.exchange import labels
    from engine.store import Store

    here = session()
    with Store.open() as store:
        done = labels.import_labels(store, Path(file).expanduser())
    here.line(here.t("cli.import.done", added=done.added, known=done.known))
    here.document({"added": done.added, "known": done.known})
