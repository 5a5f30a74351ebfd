"""`preferably train`: a run of any method, from options, a recipe file, or both."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command, option


@command("train")
@argument("method", required=False)
@option("--config", metavar="file", help="train.config")
@option("--set", "changes", multiple=True, metavar="setting", help="train.set")
@option("--seed", metavar="number", help="option.seed")
@option("--model", metavar="model", help="train.model")
@option("--data", metavar="data", help="option.data")
@option("--watch/--background", default=True, help="train.watch")
def train(
    method: str | None, config: str | None, changes: tuple[str, ...], seed: str | None, model: str | None,
    data: str | None, watch: bool,
) -> int:
    from engine.runs import supervisor
    from tui.cli.outcome import create
    from tui.cli.theory import parse

    named = {"seed": seed, "model": model, "data": data}
    overrides = parse(changes) | {name: value for name, value in named.items() if value is not None}
    recipe = make_recipe(method, Path(config) if config else None, overrides)
    here = session()
    folder = create(recipe)

    def begin() -> None:
        supervisor.start(folder)
        here.line(here.t("cli.train.started", run=folder.name, folder=str(folder)))

    if watch:
        return finish(folder, here, begin)
    begin()
    from engine.runs.status import read_status
    from tui.cli.outcome import run_fields

    status = read_status(folder)
    here.line(here.t("cli.train.background", run=folder.name))
    here.document(run_fields(status))
    return 0


def finish(folder: Path, here: Session, begin: Callable[[], None]) -> int:
    """`begin`, watch the run to its end, say what came of it, and return the exit code: 1 for a gate not passed."""
    from tui.cli.follow import watch
    from tui.cli.outcome import gate_lines, remember, run_fields
    from tui.numbers import short
    from tui.report import write_report

    run = watch(folder, here, begin=begin)
    gate = run.status.gate or run.history.gate
    remember(run.status, gate)
    metrics = {name: points[-1][1] for name, points in run.history.metrics.items()}
    width = max(map(len, metrics), default=0)
    for name, value in metrics.items():
        here.line(f"  {name:<{width}}  {short(value)}")
    for line in gate_lines(gate, here) if gate else ():
        here.line(line)
    here.line(here.t("cli.train.done", run=folder.name, folder=str(folder)))
    report = write_report(folder, here.language)
    here.line(here.t("cli.lab.report", file=str(report)))
    here.document(run_fields(run.status) | {"gate": gate, "metrics": metrics, "report": str(report)})
    return 0 if gate is None or gate["passed"] else 1


def make_recipe(method: str | None, config: Path | None, overrides: Mapping[str, Any]) -> Any:
    """The recipe of a file and of what was said beside it, which wins.

    Raises Problem "cli.no_method", "cli.other_method", and those of `Recipe.read` and `Recipe.make`.
    """
    from engine.runs.recipe import Recipe

    if config is None:
        if method is None:
            raise Problem("cli.no_method")
        return Recipe.make(method, overrides)
    settings = read_settings(config, method)
    said = settings.pop("method", None)
    if said is not None and method is not None and said != method:
        raise Problem("cli.other_method", file=str(config), said=said, asked=method)
    chosen = method or said
    if chosen is None:
        raise Problem("cli.no_method_in_file", file=str(config))
    try:
        Recipe.make(chosen, settings)
    except Problem as problem:
        raise Problem(problem.code, **{**problem.params, "where": f"{config}: "}) from None
    return Recipe.make(chosen, settings | dict(overrides))


def read_settings(config: Path, method: str | None) -> dict[str, Any]:
    """The settings in a JSON, TOML or YAML file, those under `hyper` beside the others.

    A JSON file that names its method is read by `Recipe.read`, which knows every line.
    """
    from engine.runs.recipe import Recipe

    if config.suffix == ".json":
        try:
            recipe = Recipe.read(config)
        except Problem as problem:
            if problem.code != "recipe.no_method" or method is None:
                raise
        else:
            general = {"method": recipe.method, "model": recipe.model, "data": recipe.data, "seed": recipe.seed}
            lab = {} if recipe.lab is None else {"lab": recipe.lab}
            return general | lab | dict(recipe.hyper)
    values = _parsed(config)
    if not isinstance(values, dict):
        raise Problem("cli.config_not_a_table", file=str(config))
    hyper = values.pop("hyper", {}) or {}
    if not isinstance(hyper, dict):
        raise Problem("cli.config_not_a_table", file=str(config))
    return {str(key): value for key, value in {**values, **hyper}.items()}


def _parsed(config: Path) -> Any:
    from engine.runs.recipe import read_text

    text = read_text(config)
    if config.suffix == ".json":
        return json.loads(text)
    if config.suffix == ".toml":
        try:
            return tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise Problem("cli.config_broken", file=str(config), reason=str(error)) from None
    if config.suffix in (".yaml", ".yml"):
        import yaml

        try:
            _check_keys(yaml.compose(text, Loader=yaml.SafeLoader), config)
            return yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise Problem("cli.config_broken", file=str(config), reason=reason) from None
    raise Problem("cli.config_kind", file=str(config))


def _check_keys(node: Any, config: Path) -> None:
    """YAML's reader keeps the last of two equal keys. Raises Problem "recipe.duplicate_key" with the line."""
    import yaml

    seen = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            raise Problem("recipe.duplicate_key", where=f"{config}:{key.start_mark.line + 1}: ", key=str(key.value))
        if isinstance(key.value, str):
            seen.add(key.value)
        _check_keys(value, config)
