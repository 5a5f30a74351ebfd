"""`preferably theory`: the formulas of the chapters from the shell."""

from typing import Any

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command
from tui.numbers import minus


@command("theory")
@argument("name", required=False)
@argument("values", nargs=-1)
def theory(name: str | None, values: tuple[str, ...]) -> None:
    from engine.theory import compute

    here = session()
    if name is None:
        list_formulas(here)
        return
    result = compute(name, parse(values))
    here.document(result)
    if not here.as_json:
        width = max(map(len, result))
        for key, value in result.items():
            here.line(f"{key:<{width}}  {shown(value, here)}")


def parse(values: tuple[str, ...]) -> dict[str, str]:
    """`beta=0.5 …` as a dict. Raises Problem "cli.not_key_value" or "cli.key_twice"."""
    arguments: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals:
            raise Problem("cli.not_key_value", text=text)
        if key in arguments:
            raise Problem("cli.key_twice", key=key)
        arguments[key] = value
    return arguments


def shown(value: Any, here: Session) -> str:
    """A result for a person: six digits are enough, and a missing number says why it is missing."""
    if isinstance(value, list):
        return "(" + ", ".join(shown(item, here) for item in value) + ")"
    if value is None:
        return here.t("cli.theory.none")
    if isinstance(value, bool):
        return here.t("cli.word.yes" if value else "cli.word.no")
    return minus(f"{value:.6g}")


def list_formulas(here: Session) -> None:
    """Every formula: what it is, what it takes, what it gives."""
    from engine.theory import FORMULAS

    here.document({
        "formulas": [
            {
                "name": formula.name,
                "parameters": [
                    {"name": parameter.name, "required": parameter.required}
                    | ({} if parameter.required else {"default": parameter.default})
                    for parameter in formula.parameters
                ],
                "results": list(formula.results),
            }
            for formula in FORMULAS.values()
        ]
    })
    if here.as_json:
        return
    for formula in FORMULAS.values():
        here.line(f"{formula.name}  –  {here.t(f'cli.formula.{formula.name}')}")
        taken = " ".join(
            f"{parameter.name}=…" if parameter.required else f"[{parameter.name}={parameter.default}]"
            for parameter in formula.parameters
        )
        here.line(f"    {taken}  →  {', '.join(formula.results)}")
    here.line()
    here.line(here.t("cli.theory.example"))
