"""`preferably settings` and `preferably keys`: what is chosen, changing it, and every action with its keys."""

from typing import Any

from engine.errors import Problem
from engine.paths import settings_file
from tui.cli.session import Session, session
from tui.cli.translated import argument, command
from tui.problems import explain


@command("settings")
@argument("choices", nargs=-1)
def settings(choices: tuple[str, ...]) -> None:
    from tui.settings import SCHEMA, SHOWN, keep_aside, read, save

    here = session()
    chosen, problems = read()
    for choice in choices:
        name, equals, value = choice.partition("=")
        if not equals:
            raise Problem("settings.no_value", name=name)
        chosen = chosen.changed(name, SCHEMA[name].parse(value) if name in SCHEMA else value)
    if choices:
        if problems:
            keep_aside()
        save(chosen)
    for problem in problems[1:]:  # the first was said when the program began
        here.note(explain(problem, here.language))
    here.document({"file": str(settings_file()), "settings": {name: getattr(chosen, name) for name in SHOWN}})
    if not here.as_json:
        _table([(name, _shown(getattr(chosen, name), here), here.t(f"settings.help.{name}")) for name in SHOWN], here)
        here.line()
        here.line(here.t("settings.file", file=str(settings_file())))


def _shown(value: object, here: Session) -> str:
    return here.t(f"settings.{'on' if value else 'off'}") if isinstance(value, bool) else str(value)


@command("keys")
@argument("words", nargs=-1)
def keys_command(words: tuple[str, ...]) -> int:
    from tui.actions import keymap, registry, split
    from tui.settings import read

    here = session()
    mine, problems = keymap(read()[0].keys, settings_file())
    rows: list[dict[str, Any]] = []
    for action in registry().values():
        keys = split(mine[action.id]) if action.id in mine else action.keys
        does, where = action.words(here.language), here.t(f"actions.area.{action.area}")
        row = {"id": action.id, "keys": list(keys), "default": list(action.keys), "does": does, "where": where}
        text = " ".join([action.id, *keys, does, where]).casefold()
        if all(word.casefold() in text for word in words):
            rows.append(row)
    here.document({"file": str(settings_file()), "actions": rows})
    if not here.as_json:
        for where in dict.fromkeys(row["where"] for row in rows):
            here.line(where)
            _table([(f"  {row['id']}", ", ".join(row["keys"]), row["does"]) for row in rows if row["where"] == where],
                   here)  # fmt: skip
        here.line()
        here.line(here.t("actions.how", file=str(settings_file())))
    for problem in problems:
        here.note(explain(problem, here.language))
    return 2 if problems else 0


def _table(rows: list[tuple[str, str, str]], here: Session) -> None:
    first, second = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    for name, value, words in rows:
        here.line(f"{name:<{first}}  {value:<{second}}  {words}")
