"""Saying a Problem as one sentence in the learner's language: the same words in the app and on the command line."""

from typing import Any

from content.text import say, sentences
from engine.errors import Problem


def explain(problem: Problem, language: str) -> str:
    """What is wrong and what to do. A code without a sentence is still said, with all it knows.

    A parameter may itself be a word to translate: `need="positive"` of an `theory.…` problem becomes the sentence
    `problems_theory.need_positive`, where there is one.
    """
    area = problem.code.partition(".")[0]
    known = sentences(language)
    params: dict[str, Any] = {
        name: literally(value) if isinstance(value, str) else value for name, value in problem.params.items()
    }
    try:
        words = {
            name: known[key].format(**params)
            for name, value in params.items()
            if (key := f"problems_{area}.{name}_{value}") in known
        }
        return known[f"problems_{problem.code}"].format(**(params | words))
    except (KeyError, IndexError, ValueError):
        details = ", ".join(f"{name}={value}" for name, value in params.items())
        return say(language, "problems_cli.unknown_code", code=problem.code, details=details or "–")


def literally(text: str) -> str:
    """Text from a file, a model or a shell, with what a terminal would obey made visible."""
    if text.isprintable():
        return text
    from tui.literal import clean  # imports Textual, so only where there is something to clean

    return clean(text)
