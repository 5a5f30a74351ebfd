"""The constitution in plain text, and what a true critique under each of its principles says.

A critique first quotes what the answer has, then what the principle asks for, then its verdict:
`goed , went . bad`. Reasoning before the verdict is what makes the verdict learnable for a small model.
"""

from dataclasses import dataclass
from pathlib import Path

from engine.errors import Problem
from engine.world.rule import group_reason
from engine.world.sentences import Sentence
from engine.world.verbs import BE, HAVE, PERSONS, TENSES, attempts

SHIPPED = Path(__file__).with_name("constitution.txt")
KEPT = "constitution.txt"
"""The file of a run's folder that holds the constitution it began with."""
PRINCIPLES = ("form", "tense", "agreement")
BROKEN_BY = {
    "over_regularised": "form",
    "doubly_marked": "form",
    "wrong_tense": "tense",
    "wrong_agreement": "agreement",
}
GOOD, BAD = "good", "bad"


@dataclass(frozen=True)
class Principle:
    name: str
    text: str


def load_constitution(file: Path = SHIPPED) -> tuple[Principle, ...]:
    """The principles of a constitution file. Raises Problem with the line of an unknown or malformed principle, and
    the Problems of `constitution_text`."""
    return principles_of(constitution_text(file), file)


def constitution_text(file: Path) -> str:
    """What is in the file. Raises Problem `world.no_constitution` or `.constitution_not_utf8`."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("world.constitution_not_utf8", file=str(file), position=error.start) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Problem("world.no_constitution", file=str(file), reason=reason) from None


def constitution_of(folder: Path) -> tuple[Principle, ...]:
    """The constitution that the run in `folder` began with; the shipped one for a run that kept none."""
    kept = folder / KEPT
    return load_constitution(kept if kept.exists() else SHIPPED)


def principles_of(text: str, file: Path) -> tuple[Principle, ...]:
    """The principles in the text of `file`, in order."""
    principles = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, text = line.partition(":")
        if not colon or name.strip() not in PRINCIPLES:
            raise Problem("world.unknown_principle", file=str(file), line=number, known=", ".join(PRINCIPLES))
        principles.append(Principle(name.strip(), text.strip()))
    if not principles:
        raise Problem("world.empty_constitution", file=str(file), known=", ".join(PRINCIPLES))
    return tuple(principles)


def true_critique(principle: str, sentence: Sentence, group: str) -> str:
    """The critique that the rule itself would write of a verb group of the world."""
    broken = BROKEN_BY.get(group_reason(group, sentence)) == principle
    verdict = BAD if broken else GOOD
    match principle:
        case "form":
            has = group.split()[-1]
            asks = sentence.right_group.split()[-1] if broken else has
        case "tense":
            has = tense_of(group, sentence)
            asks = sentence.tense
        case "agreement":
            asks = f"{sentence.subject} {sentence.right_group.split()[0]}"
            has = f"{sentence.subject} {group.split()[0] if broken else sentence.right_group.split()[0]}"
        case _:
            raise ValueError(principle)
    return f"{has} , {asks} . {verdict}"


def tense_of(group: str, sentence: Sentence) -> str:
    """The tense that a verb group of the world is in (its own sentence's tense first, for *run* and *run*)."""
    for tense in (sentence.tense, *TENSES):
        if any(group in attempts(sentence.verb, tense, person) for person in PERSONS):
            return tense
    words = group.split()
    if words[0] == "will":
        return "future"
    if words[0] in BE.values():
        return "continuous"
    return "perfect" if words[0] in HAVE.values() else "past"


def critique_prompt(principle: str, prompt: str, completion: str) -> str:
    return f"critique {principle} : {prompt.removesuffix('->').strip()} | {completion} ->"


def revise_prompt(principle: str, prompt: str, completion: str) -> str:
    return f"revise {principle} : {prompt.removesuffix('->').strip()} | {completion} ->"


def says_bad(critique: str) -> bool:
    """Whether a critique's verdict is that the principle is broken."""
    return critique.split()[-1:] == [BAD]
