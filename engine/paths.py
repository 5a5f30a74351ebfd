"""Where state lives: one folder under `PREFERABLY_HOME`, or the platform's own folders."""

import os
from pathlib import Path

import platformdirs

APP = "preferably"


def home() -> Path:
    """The folder of everything that belongs to the learner (created private, mode 0700)."""
    override = os.environ.get("PREFERABLY_HOME")
    folder = Path(override).expanduser().absolute() if override else Path(platformdirs.user_data_dir(APP))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def runs_folder() -> Path:
    return home() / "runs"


def store_file() -> Path:
    return home() / "preferably.db"


def settings_file() -> Path:
    return home() / "settings.json"


def exports_folder() -> Path:
    return home() / "exports"
