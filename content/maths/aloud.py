"""Running text for the ear: signs that a voice skips or guesses, such as π_ref(y₁) or β → 0, become words."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from content.maths.symbols import LOWERED, RAISED
from content.text import say, sentences

SMALL = {raised: sign for sign, raised in RAISED.items() if raised != sign} | {"ᵏ": "k", "ᵀ": "T", "ᵗ": "t"}
BELOW = {lowered: sign for sign, lowered in LOWERED.items()}
SCRIPT = re.compile(
    r"(?<![A-Za-z_])(?P<base>[A-Za-zÀ-ÿ\u0370-\u03ff][\u0302-\u0304]?[*′]?)"
    r"(?P<mark>[_^])(?P<script>\w+|[*+−]|\([^()]*\))"
)
"""A letter with a script written after it, as formulas on one line have it; not the names of programs, such as x_y."""
DRAWN = re.compile(r"[\u21b0-\u21cf\u21e7\u23ce\u2500-\u25ff\u2600-\u27bf\u2800-\u28ff]+")
"""Lines, blocks, dots and marks that only eyes can use."""
PAD = "\x1f"
"""A space that belongs to a word put in; the spaces of the text itself are not touched."""
POWERS = {"2": "squared", "3": "cubed", "*": "star"}


def aloud(text: str, language: str) -> str:
    """`text` with its mathematical signs in words. What is drawn is left out; plain letters and numbers stay."""
    text = SCRIPT.sub(lambda found: _script(found, language), DRAWN.sub(PAD, text))
    text = _runs(text, BELOW, lambda script: say(language, "spoken.sub.short", script=script))
    text = _runs(text, SMALL, lambda script: _power(script, language))
    names = _names(language)
    said = "".join(f"{PAD}{names[sign]}{PAD}" if sign in names else sign for sign in _accents(text, language))
    said = re.sub(rf" *{PAD}[ {PAD}]*", PAD, said)
    said = re.sub(rf"(?<=[(\[«“¿¡]){PAD}|{PAD}(?=[,;:.?)\]»”])|^{PAD}|{PAD}$", "", said, flags=re.MULTILINE)
    return said.replace(PAD, " ")


@cache
def _names(language: str) -> dict[str, str]:
    """What is said for the signs that are not on a keyboard; those of a keyboard every voice says."""
    prefix = "spoken.sign."
    named = {key.removeprefix(prefix): word for key, word in sentences(language).items() if key.startswith(prefix)}
    signs = {sign: word for sign, word in named.items() if len(sign) == 1 and not sign.isascii()}
    # In a text, … is a pause, and Σ no letter.
    return signs | {"…": "…", "Σ": say(language, "spoken.sum_of")}


def _script(found: re.Match[str], language: str) -> str:
    script = found["script"].strip("()")
    said = say(language, "spoken.sub.short", script=script) if found["mark"] == "_" else _power(script, language)
    return f"{found['base']}{PAD}{said}{PAD}"


def _power(script: str, language: str) -> str:
    if script in POWERS:
        return say(language, f"spoken.power.{POWERS[script]}")
    return say(language, "spoken.power.short", script=script)


def _runs(text: str, table: dict[str, str], say_script: Callable[[str], str]) -> str:
    """Small signs, as in y₁ or 10⁻⁴, as words."""
    small = re.compile("[" + re.escape("".join(table)) + "]+")
    return small.sub(lambda found: f"{PAD}{say_script(''.join(table[sign] for sign in found[0]))}{PAD}", text)


def _accents(text: str, language: str) -> str:
    """A letter under a hat, as r̂, by its name. Letters of the language, such as é, are left alone."""
    for mark, name in (("\u0302", "hat"), ("\u0304", "bar"), ("\u0303", "tilde")):
        decomposed = re.compile(rf"(\w){mark}")
        text = decomposed.sub(lambda found: say(language, f"spoken.accent.{name}", inside=found[1]), text)  # noqa: B023
    for letter in "ÂâĀāŷẑ":
        base, mark = tuple(unicodedata.normalize("NFD", letter))
        name = "hat" if mark == "\u0302" else "bar"
        text = re.sub(rf"(?<!\w){letter}(?!\w)", say(language, f"spoken.accent.{name}", inside=base), text)
    return text
