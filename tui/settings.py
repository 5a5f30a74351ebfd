"""What the learner has chosen. The fields of `Settings` are the schema: of the file, the screen and the command line.

They live in `settings.json`, written atomically on each change.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from content.text import LANGUAGES
from engine.errors import Problem
from engine.json_lines import key_lines
from engine.paths import settings_file

THEMES = ("preferably-dark", "preferably-light", "preferably-contrast", "preferably-safe", "preferably-ansi")


def system_language() -> str:
    """The language of the terminal, where the lessons speak it; English otherwise."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            language = value[:2].lower()
            return language if language in LANGUAGES else "en"
    return "en"


def _foreign_themes() -> Collection[str]:
    from textual.theme import BUILTIN_THEMES  # only where somebody has chosen one of them

    return BUILTIN_THEMES


# --- what a setting can be: each kind reads it from a shell, accepts it from a file, and moves it on the screen


@dataclass(frozen=True)
class Choice:
    """One of `values`; `others` are taken as well, but not offered."""

    values: tuple[str, ...]
    others: Callable[[], Collection[str]] = tuple
    need = "choice"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and (value in self.values or value in self.others())

    def parse(self, text: str) -> object:
        return text

    def moved(self, value: Any, steps: int) -> str:
        """`steps` places further among the values, round and round."""
        here = self.values.index(value) if value in self.values else -1
        return self.values[(here + steps) % len(self.values)]

    def limits(self) -> dict[str, Any]:
        return {"values": ", ".join(self.values)}


@dataclass(frozen=True)
class Count:
    """A whole number from `low` to `high`."""

    low: int
    high: int
    step: int
    need = "count"

    def accepts(self, value: object) -> bool:
        return type(value) is int and self.low <= value <= self.high

    def parse(self, text: str) -> object:
        return int(text) if text.isdecimal() else text

    def moved(self, value: Any, steps: int) -> int:
        return int(max(self.low, min(self.high, value + steps * self.step)))

    def limits(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Switch:
    """On or off."""

    need = "switch"

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)

    def parse(self, text: str) -> object:
        return {"on": True, "true": True, "off": False, "false": False}.get(text.lower(), text)

    def moved(self, value: Any, steps: int) -> bool:
        return not value

    def limits(self) -> dict[str, Any]:
        return {"values": "on, off"}


Kind = Choice | Count | Switch


def _setting(kind: Kind, default: Any, *, shown: bool = True) -> Any:
    return field(default=default, metadata={"kind": kind, "shown": shown})


@dataclass(frozen=True)
class Settings:
    """`new_cards` and `reviews`: cards a day, met for the first time and again. `break_minutes`: how long one labels
    before a break is proposed, 0 for never. `welcomed`: the first-run tour was seen. `keys`: keys of one's own, by the
    id of the action, as the file has them (see `tui.actions`)."""

    language: str = field(metadata={"kind": Choice(LANGUAGES), "shown": True})
    theme: str = _setting(Choice(THEMES, _foreign_themes), THEMES[0])
    compact: bool = _setting(Switch(), False)
    animation: bool = _setting(Switch(), False)
    new_cards: int = _setting(Count(0, 100, 1), 10)
    reviews: int = _setting(Count(0, 1000, 10), 100)
    break_minutes: int = _setting(Count(0, 120, 5), 25)
    welcomed: bool = _setting(Switch(), False, shown=False)
    keys: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def default(cls) -> "Settings":
        return cls(language=system_language())

    def changed(self, name: str, value: object, where: str = "") -> "Settings":
        """With one setting changed. Raises Problem "settings.unknown" or "settings.wrong_value"."""
        if name not in SCHEMA:
            closest = get_close_matches(name, SHOWN, n=1, cutoff=0)[0]
            raise Problem("settings.unknown", where=where, name=name, closest=closest)
        kind = SCHEMA[name]
        if not kind.accepts(value):
            raise Problem(
                "settings.wrong_value", where=where, name=name, value=str(value), need=kind.need, **kind.limits()
            )
        return replace(self, **{name: value})  # type: ignore[arg-type]  # its kind has accepted it


SCHEMA: dict[str, Kind] = {one.name: one.metadata["kind"] for one in fields(Settings) if one.metadata}
SHOWN = tuple(one.name for one in fields(Settings) if one.metadata and one.metadata["shown"])
"""The settings that the screen and the command line show; the others are the program's own notes."""


def read(file: Path | None = None) -> tuple[Settings, list[Problem]]:
    """The saved settings, the usual ones where nothing was saved, and what is wrong in the file, with its line.

    What is wrong is left out: the rest of the file still holds.
    """
    file = file or settings_file()
    settings, problems = Settings.default(), []
    if not file.exists():
        return settings, []
    try:
        text = file.read_text(encoding="utf-8")
        saved = json.loads(text)
        if not isinstance(saved, dict) or not isinstance(saved.get("keys", {}), dict):
            raise ValueError("{…}")
    except (OSError, ValueError, RecursionError) as error:
        return settings, [Problem("settings.unreadable", file=str(file), reason=str(error))]
    lines = dict(key_lines(text))
    settings = replace(settings, keys=saved.pop("keys", {}))
    for name, value in saved.items():
        try:
            settings = settings.changed(name, value, where=f"{file}:{lines[name,]}: ")
        except Problem as problem:
            problems.append(problem)
    return settings, problems


def load(file: Path | None = None) -> Settings:
    """As `read`. Raises the first Problem, if there is one."""
    settings, problems = read(file)
    if problems:
        raise problems[0]
    return settings


def keep_aside(file: Path | None = None) -> None:
    """Keep a copy of a file with faults, `settings.json.before`, before it is written anew."""
    file = file or settings_file()
    with suppress(OSError):
        shutil.copyfile(file, file.with_name(f"{file.name}.before"))


def save(settings: Settings, file: Path | None = None) -> None:
    """Write the whole file aside, then put it in place: a reader sees the old one or the new one, never half.

    Raises Problem "settings.unwritable".
    """
    file = file or settings_file()
    aside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(asdict(settings), stream, indent=2, ensure_ascii=False)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise Problem("settings.unwritable", file=str(file), reason=error.strerror or "") from error
