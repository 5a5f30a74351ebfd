"""What holds for one call of the program: its language, and whether it answers as a JSON document."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import click

from content.text import LANGUAGES, say
from engine.errors import Problem
from tui.problems import explain, literally

SCHEMA = 1
"""The version of the JSON documents: it rises when a field changes its meaning or goes."""


@dataclass
class Session:
    """With `as_json`, standard output carries one document and everything else goes to standard error."""

    language: str
    as_json: bool = False

    def t(self, key: str, /, **params: Any) -> str:
        """The sentence `key` in the language of this call."""
        return say(self.language, key, **params)

    def line(self, text: str = "") -> None:
        """A line of the answer for a person. Whatever a terminal would obey is shown instead."""
        click.echo(_shown(text), err=self.as_json)

    def note(self, text: str) -> None:
        """A line about the answer: standard error."""
        click.echo(_shown(text), err=True)

    def document(self, fields: Mapping[str, Any]) -> None:
        """The answer for a program, if it asked for one. Raises ValueError for NaN, which JSON does not have."""
        if self.as_json:
            click.echo(json.dumps({"schema": SCHEMA, **fields}, allow_nan=False, indent=2))

    def refuse(self, problem: Problem) -> None:
        """Say the problem: to a person on standard error, to a program that asked for JSON also as a document."""
        sentence = explain(problem, self.language)
        self.note(sentence)
        self.document({"error": {"code": problem.code, "message": sentence}})


def _shown(text: str) -> str:
    return "\n".join(map(literally, text.split("\n")))


def session() -> Session:
    """The session of the command that is running."""
    return click.get_current_context().ensure_object(Session)


def given_session(arguments: Sequence[str]) -> Session:
    """The session that the arguments ask for, read before anything else so that even their faults are said in it.

    The language is `--language`, or the saved one, or the terminal's. Raises Problem "cli.unknown_language".
    """
    from tui import settings

    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    found = Session(settings.system_language(), as_json="--json" in words)
    try:
        found.language = settings.load().language
    except Problem as problem:
        if problem.code != "paths.unusable":  # no home to read a setting from: a command that needs one will say so
            found.note(explain(problem, found.language))
    wanted = _language_option(words)
    if wanted is not None:
        if wanted not in LANGUAGES:
            found.refuse(Problem("cli.unknown_language", language=wanted, known=", ".join(LANGUAGES)))
            sys.exit(2)
        found.language = wanted
    return found


def _language_option(words: Sequence[str]) -> str | None:
    """The value of the last `--language`, if it has one."""
    found = None
    for word, following in zip_longest(words, words[1:]):
        if word == "--language":
            found = following
        elif word.startswith("--language="):
            found = word.partition("=")[2]
    return found
