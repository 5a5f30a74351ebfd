"""The registry of actions: everything a key does, collected from the bindings themselves.

Nothing is listed twice: a `Binding` with an id, on a screen or a widget, is the action; its keys there are the default
ones. From here they go to `preferably keys`, to the help, and through Textual's keymap to keys of one's own.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys
from textual.screen import Screen

from content.text import sentences
from engine.errors import Problem
from engine.json_lines import key_lines

PACKAGES = ("tui.screens", "tui.widgets")
MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}
TYPED = [chr(code) for code in range(0x21, 0x250) if chr(code).isprintable()]


@dataclass(frozen=True)
class Action:
    """`keys` are the default ones; `description` is the id of a sentence; `owners` the classes that bind it."""

    id: str
    keys: tuple[str, ...]
    description: str
    owners: tuple[type[DOMNode], ...]

    @property
    def area(self) -> str:
        """Where it applies: the first part of its id, with the name `actions.area.<area>`."""
        return self.id.partition(".")[0]

    def words(self, language: str) -> str:
        """What it does: the words of its binding, or where no line of keys shows those, its own."""
        known = sentences(language)
        return known[self.description or f"actions.does.{self.id}"]


def normal(key: str) -> str:
    """A key as Textual calls it: `?` is `question_mark`."""
    *modifiers, last = key.strip().rsplit("+", 1) if key.strip() != "+" else ["+"]
    if len(last) == 1 and not last.isalnum():
        name = unicodedata.name(last, last).lower().replace("-", "_").replace(" ", "_")
        last = KEY_NAME_REPLACEMENTS.get(name, name)
    return "+".join([*modifiers, last])


def split(keys: str) -> tuple[str, ...]:
    return tuple(normal(key) for key in keys.split(","))


def is_key(key: str) -> bool:
    """Whether there is such a key."""
    *modifiers, last = key.split("+")
    if not set(modifiers) <= MODIFIERS:
        return False
    return last in _names() or key in _names()


@cache
def _names() -> set[str]:
    return {key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values()) | {normal(one) for one in TYPED}


@cache
def _owners() -> tuple[type[DOMNode], ...]:
    """Every class of ours that binds keys of its own. It imports every screen: not before the first frame."""
    from tui.app import PreferablyApp

    modules = [import_module(f"{name}.{found.name}") for name in PACKAGES for found in _modules(name)]
    classes = [PreferablyApp, *(found for module in modules for found in vars(module).values())]
    ours = (found for found in classes if isinstance(found, type) and issubclass(found, DOMNode))
    return tuple(dict.fromkeys(found for found in ours if found.__module__.startswith("tui.")))


def _modules(package: str) -> Iterable[Any]:
    return iter_modules(import_module(package).__path__)


def _declared(owner: type[DOMNode]) -> Iterator[Binding]:
    """The bindings in a class's own body."""
    return (binding for binding in vars(owner).get("BINDINGS", ()) if isinstance(binding, Binding))


@cache
def registry() -> Mapping[str, Action]:
    """All actions by id, those of the app first."""
    found: dict[str, Action] = {}
    for owner in _owners():
        for binding in _declared(owner):
            if binding.id is None:
                continue
            before = found.get(binding.id)
            owners = (*before.owners, owner) if before else (owner,)
            found[binding.id] = Action(binding.id, split(binding.key), binding.description, owners)
    return found


# --- keys of one's own


def _bound(owner: type[DOMNode]) -> dict[str, tuple[str, ...]]:
    """Every binding that holds in a class, its bases included, with its keys; Textual's own under the action's name."""
    found: dict[str, tuple[str, ...]] = {}
    for base in reversed([one for one in owner.__mro__ if issubclass(one, DOMNode)]):
        for binding in _declared(base):
            name = binding.id or binding.action
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *split(binding.key))))
    return found


@cache
def _together() -> tuple[dict[str, tuple[str, ...]], ...]:
    """The groups within which one key should do one thing: each screen with what holds everywhere, and each widget."""
    from tui.app import PreferablyApp

    everywhere = _bound(PreferablyApp)
    screens = [owner for owner in _owners() if issubclass(owner, Screen)]
    widgets = [owner for owner in _owners() if not issubclass(owner, Screen | App) and "BINDINGS" in vars(owner)]
    return (everywhere, *({**everywhere, **_bound(one)} for one in screens), *map(_bound, widgets))


def keymap(wanted: Mapping[str, Any], file: Path) -> tuple[dict[str, str], list[Problem]]:
    """The keys that hold for each action named in `wanted` (id to keys, as in the settings file), and what is wrong.

    An unknown action, an unknown key, or one that does something else on the same screen is left out and said with its
    line, as Problem "keys.unknown_action", "keys.not_text", "keys.unknown_key" or "keys.conflict"; then the default
    holds.
    """
    known, problems = registry(), []
    lines = dict(key_lines(file.read_text(encoding="utf-8"))) if file.exists() else {}
    chosen: dict[str, tuple[str, ...]] = {}
    for id, keys in wanted.items():
        said: dict[str, Any] = {"where": f"{file}:{lines.get(('keys', id), 1)}: ", "id": id, "key": str(keys)}
        if id not in known:
            closest = get_close_matches(id, known, n=1, cutoff=0)[0]
            problems.append(Problem("keys.unknown_action", **said, closest=closest))
        elif not isinstance(keys, str):
            problems.append(Problem("keys.not_text", **said))
        elif wrong := next((key for key in split(keys) if not is_key(key)), None):
            problems.append(Problem("keys.unknown_key", **{**said, "key": wrong}))
        else:
            chosen[id] = split(keys)
    for id in list(chosen):
        if clash := _clash(id, chosen):
            key, other = clash
            where = f"{file}:{lines.get(('keys', id), 1)}: "
            problems.append(Problem("keys.conflict", where=where, id=id, key=key, other=other))
            del chosen[id]
    return _with_siblings(chosen), problems


def _clash(id: str, chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """A key of the action `id` that does something else on one of its screens, and what; None where there is none.

    Two that share a key by default take turns (pause and go on), and may go on doing so.
    """
    for group in _together():
        if id not in group:
            continue
        for other, keys in group.items():
            turns = set(group[id]) & set(keys)
            shared = set(chosen[id]) & set(chosen.get(other, keys)) - turns
            if other != id and shared:
                return min(shared), other
    return None


def _with_siblings(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Textual drops whatever else had the key of an action that moves: what shared it is told to stay where it was."""
    found = dict(chosen)
    for group in _together():
        for id, keys in group.items():
            if id in registry() and id not in found and any(set(keys) & set(group.get(one, ())) for one in chosen):
                found[id] = keys
    return {id: ",".join(keys) for id, keys in found.items()}
