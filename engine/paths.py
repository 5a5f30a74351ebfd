"""Where state lives: one folder under `PREFERABLY_HOME`, or the platform's own folders."""

import os
from pathlib import Path

import platformdirs

from engine.errors import Problem

APP = "preferably"


def home() -> Path:
    """The folder of everything that belongs to the learner (created private, mode 0700).

    Raises Problem `paths.unusable` when it is not there and cannot be made.
    """
    asked = os.environ.get("PREFERABLY_HOME") or platformdirs.user_data_dir(APP)
    try:
        folder = Path(asked).expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:  # RuntimeError: `~name` of nobody
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Problem("paths.unusable", folder=asked, reason=reason) from error
    return folder


def runs_folder() -> Path:
    return home() / "runs"


def store_file() -> Path:
    return home() / "preferably.db"


def settings_file() -> Path:
    return home() / "settings.json"


def exports_folder() -> Path:
    return home() / "exports"
