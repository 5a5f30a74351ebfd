"""One thing that is wrong, and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from content.documents import Section

Compute = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""`engine.theory.compute`: a formula's name and arguments to its results. Content imports nothing of the engine."""


@dataclass(frozen=True)
class Fault:
    """The sentence `inspection.<code>` with `params`, about `line` of `file` (`en/chapters/03-ppo.md`)."""

    code: str
    file: str
    line: int
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.file}:{self.line} {self.code} {details}".rstrip()


def short(file: Path) -> str:
    return "/".join(file.parts[-3:])


def fault(code: str, section: Section, line: int, **params: Any) -> Fault:
    """A fault in a section; `line` counts from the section's first."""
    return Fault(code, short(section.file), section.line + line - 1, params)
