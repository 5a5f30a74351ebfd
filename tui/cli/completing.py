"""What can stand where a word is being typed: the shell asks, and gets the names that exist right now."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

import click
from click.shell_completion import CompletionItem


def items(kind: str, context: click.Context, incomplete: str) -> list[CompletionItem]:
    """What completes `incomplete` where a value of this kind (the name of its metavar) is expected.

    Whatever goes wrong on the way, the shell just gets nothing: it is the wrong place for a sentence.
    """
    if kind in ("file", "folder"):
        return [CompletionItem(incomplete, type="file" if kind == "file" else "dir")]
    found = KINDS.get(kind)
    if found is None:
        return []
    with suppress(Exception):
        return [CompletionItem(name) for name in found(context) if name.startswith(incomplete)]
    return []


def _runs(context: click.Context) -> Iterable[str]:
    from engine.runs import library

    return [status.run_id for status in library.list_runs()]


def _labs(context: click.Context) -> Iterable[str]:
    from engine.labs import LABS

    return LABS


def _methods(context: click.Context) -> Iterable[str]:
    from engine.methods import METHODS

    return METHODS


def _formulas(context: click.Context) -> Iterable[str]:
    from engine.theory import FORMULAS

    return FORMULAS


def _arguments(context: click.Context) -> Iterable[str]:
    """The parameters of the formula named before."""
    from engine.theory import FORMULAS

    return [f"{parameter.name}=" for parameter in FORMULAS[context.params["name"]].parameters]


def _settings(context: click.Context) -> Iterable[str]:
    """The hyper-parameters of the method named before."""
    from engine.methods import METHODS

    # While an option waits for its value, click knows of no argument yet.
    method = next(word for word in os.environ["COMP_WORDS"].split() if word in METHODS)
    return [f"{parameter.name}=" for parameter in METHODS[method].hyper]


def _chapters(context: click.Context) -> Iterable[str]:
    from content.chapters import chapters

    return [found.id for found in chapters("en")]


def _exercises(context: click.Context) -> Iterable[str]:
    from content.exercises import exercises

    return [name for found in exercises("en") for name in (found.id, *(f"{found.id}#{s.id}" for s in found.sections))]


def _models(context: click.Context) -> Iterable[str]:
    return ["base", "sft", *_runs(context)]


def _choices(context: click.Context) -> Iterable[str]:
    from tui.settings import SHOWN

    return [f"{name}=" for name in SHOWN]


def _places(context: click.Context) -> Iterable[str]:
    from tui.plain.walk import PLACES

    return PLACES


def _where(context: click.Context) -> Iterable[str]:
    kinds = {"chapter": _chapters, "exercise": _exercises, "lab": _labs}
    return kinds[context.params["place"]](context)


def _languages(context: click.Context) -> Iterable[str]:
    from content.text import LANGUAGES

    return LANGUAGES


KINDS: dict[str, Callable[[click.Context], Iterable[str]]] = {
    "run": _runs,
    "lab": _labs,
    "method": _methods,
    "name": _formulas,
    "values": _arguments,
    "setting": _settings,
    "chapter": _chapters,
    "id": _exercises,
    "model": _models,
    "choices": _choices,
    "place": _places,
    "where": _where,
    "language": _languages,
    "shell": lambda context: ("bash", "zsh", "fish"),
    "format": lambda context: ("html", "md"),
    "source": lambda context: ("model", "shipped"),
    "data": lambda context: ("shipped", "labels"),
}
