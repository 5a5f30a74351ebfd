"""The verdict of a trial in sentences, the same on every screen, in the shell and in the report."""

from collections.abc import Mapping
from typing import Any

from content.text import say


def verdict_lines(language: str, gate: Mapping[str, Any] | None) -> list[str]:
    """A sentence for each finding, the weightiest first; none for a gate without a verdict."""
    said = gate.get("verdict", ()) if gate else ()
    return [say(language, f"verdict.{finding['code']}", **finding["params"]) for finding in said]
