"""`preferably stages`: what a model is made of; `preferably export model`: the stages as one."""

from dataclasses import asdict
from pathlib import Path

import click

from tui.cli.session import session
from tui.cli.translated import argument, command, option


@command("stages")
@argument("model")
def stages(model: str) -> None:
    from engine.models.stages import parts
    from engine.runs import library
    from tui.cli.outcome import table

    here = session()
    found = parts(library.model_folder(model))
    here.document({"stages": [{**asdict(part), "folder": str(part.folder)} for part in found]})
    if here.as_json:
        return
    heads = [here.t(f"cli.stages.{name}") for name in ("stage", "parameters", "rank", "size", "hash")]
    rows = [
        (part.name, f"{part.parameters:,}", _rank(part.r, part.alpha), f"{part.size:,}", part.sha256[:12])
        for part in found
    ]
    for line in table(heads, rows):
        here.line(line)


def _rank(r: int | None, alpha: int | None) -> str:
    return "–" if r is None else f"{r}, {alpha}"


@command("export_model")
@argument("model")
@argument("folder")
@option("--off", type=click.IntRange(min=0), default=0, metavar="number", help="export.off")
@option("--adapter", is_flag=True, help="export.adapter")
def export_model(model: str, folder: str, off: int, adapter: bool) -> None:
    from engine.models.stages import export_adapter, export_merged
    from engine.runs import library

    here = session()
    write = export_adapter if adapter else export_merged
    target = write(library.model_folder(model), Path(folder).expanduser(), off)
    here.line(here.t("cli.export.model_done", model=model, file=str(target)))
    here.document({"model": model, "folder": str(target), "off": off, "adapter": adapter})
