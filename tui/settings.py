"""What the learner has chosen: language, theme, cards a day; in `settings.json`, written atomically."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from content.text import LANGUAGES
from engine.errors import Problem
from engine.paths import settings_file

THEMES = ("preferably-dark", "preferably-light")
COUNTS = ("new_cards", "reviews")


def system_language() -> str:
    """The language of the terminal, where the lessons speak it; English otherwise."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            language = value[:2].lower()
            return language if language in LANGUAGES else "en"
    return "en"


@dataclass(frozen=True)
class Settings:
    """`new_cards` and `reviews` are how many cards a day are met for the first time, and again."""

    language: str
    theme: str = THEMES[0]
    new_cards: int = 10
    reviews: int = 100

    @classmethod
    def default(cls) -> "Settings":
        return cls(language=system_language())


def load(file: Path | None = None) -> Settings:
    """The saved settings, or the defaults where nothing was saved yet.

    Raises Problem "settings.unreadable" when the file exists but is not what this program wrote.
    """
    file = file or settings_file()
    if not file.exists():
        return Settings.default()
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
        counts = {name: saved[name] for name in COUNTS if name in saved}  # an older program wrote none
        settings = Settings(language=saved["language"], theme=saved["theme"], **counts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem("settings.unreadable", file=str(file), reason=str(error)) from error
    if settings.language not in LANGUAGES or not isinstance(settings.theme, str):
        raise Problem("settings.unreadable", file=str(file), reason=f"language {settings.language!r}")
    for name, value in counts.items():
        if type(value) is not int or value < 0:
            raise Problem("settings.unreadable", file=str(file), reason=f"{name} {value!r}")
    return settings


def save(settings: Settings, file: Path | None = None) -> None:
    """Write the whole file aside, then put it in place: a reader sees the old one or the new one, never half.

    Raises Problem "settings.unwritable".
    """
    file = file or settings_file()
    aside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with aside.open("w", encoding="utf-8") as stream:
            json.dump(asdict(settings), stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise Problem("settings.unwritable", file=str(file), reason=error.strerror or "") from error
