"""The recipe of a run: method, model, data, seed and hyper-parameters, checked before anything is started."""

import difflib
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.json_lines import key_lines
from engine.methods import METHODS, HyperParameter, Method

GENERAL = ("model", "data", "seed", "lab", "parent")
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Recipe:
    """What a worker executes. `data` is "shipped", "labels" or the path of a JSONL file; `hyper` is complete.

    `parent` is where a forked run comes from: {"run": its id, "step": that of the checkpoint it went on from}.
    """

    method: str
    model: str = "sft"
    data: str = "shipped"
    seed: int = 0
    lab: str | None = None
    hyper: Mapping[str, Any] = field(default_factory=dict)
    parent: Mapping[str, Any] | None = None

    @classmethod
    def make(
        cls, method: str, settings: Mapping[str, Any] | None = None, methods: Mapping[str, Method] = METHODS
    ) -> "Recipe":
        """The recipe of `method` with some settings changed, by name: a hyper-parameter, model, data, seed or lab.

        Values may be text, as they come from a command line. Raises Problem `recipe.unknown_method`, `.unknown_key`
        (or `_close`, with the name that was probably meant), `.not_a_whole_number`, `.not_a_number`, `.not_yes_or_no`,
        `.not_text`, `.not_a_choice`, `.too_small`, `.too_large`, `.makes_own_data`, `.not_a_parent`.
        """
        return _checked(method, settings or {}, methods, where=lambda key: "")

    @classmethod
    def read(cls, file: Path, methods: Mapping[str, Method] = METHODS) -> "Recipe":
        """The recipe in a JSON file; the sentence of a Problem begins with file and line.

        Also raises those of `read_text`, and `.broken_json`, `.not_an_object`, `.duplicate_key`, `.no_method`.
        """
        values, lines = _parse(read_text(file), file)

        def where(*path: str) -> str:
            return f"{file}:{lines.get(path, 1)}: "

        if "method" not in values:
            raise Problem("recipe.no_method", where=where())
        hyper = values.pop("hyper", {})
        if not isinstance(hyper, dict):
            raise Problem("recipe.not_an_object", where=where("hyper"), key="hyper")
        if twice := sorted(values.keys() & hyper.keys()):
            raise Problem("recipe.duplicate_key", where=where("hyper", twice[0]), key=twice[0])
        method = values.pop("method")
        settings = {name: value for name, value in {**values, **hyper}.items() if (name, value) != ("lab", None)}
        nested = {key: ("hyper", key) for key in hyper}
        return _checked(method, settings, methods, where=lambda key: where(*nested.get(key, (key,))))

    def to_json(self) -> str:
        return json.dumps(self._values(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def fingerprint(self) -> str:
        """A hash that changes with anything that changes the run."""
        return hashlib.sha256(json.dumps(self._values(), sort_keys=True).encode()).hexdigest()

    def _values(self) -> dict[str, Any]:
        """All fields; `parent` only where there is one, as runs from before there were forks have none."""
        values = asdict(self)
        if self.parent is None:
            del values["parent"]
        return values


def read_text(file: Path) -> str:
    """The text of a recipe file. Raises Problem `recipe.no_file`, `.unreadable`, `.not_utf8`."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise Problem("recipe.no_file", file=str(file)) from None
    except OSError as error:
        raise Problem("recipe.unreadable", file=str(file), reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise Problem("recipe.not_utf8", where=f"{file}: ", position=error.start) from None


def _checked(
    method: Any, settings: Mapping[str, Any], methods: Mapping[str, Method], where: Callable[[str], str]
) -> Recipe:
    if not isinstance(method, str) or method not in methods:
        raise Problem("recipe.unknown_method", where=where("method"), method=method, known=", ".join(methods))
    parameters = {parameter.name: parameter for parameter in methods[method].hyper}
    general: dict[str, Any] = {}
    hyper = {name: parameter.default for name, parameter in parameters.items()}
    for key, value in settings.items():
        if key in parameters:
            hyper[key] = _in_range(parameters[key], _typed(parameters[key].type, key, value, where(key)), where(key))
        elif key in GENERAL:
            general[key] = _general(key, value, where(key))
        else:
            _unknown(key, method, (*parameters, *GENERAL), where(key))
    if methods[method].data == "prompt" and general.get("data", "shipped") != "shipped":
        raise Problem("recipe.makes_own_data", where=where("data"), method=method)
    return Recipe(method, **{"model": methods[method].model, **general}, hyper=hyper)


def _unknown(key: str, method: str, known: tuple[str, ...], where: str) -> None:
    close = difflib.get_close_matches(key, known, 1)
    if close:
        raise Problem("recipe.unknown_key_close", where=where, key=key, close=close[0])
    raise Problem("recipe.unknown_key", where=where, key=key, method=method, known=", ".join(known))


def _general(key: str, value: Any, where: str) -> Any:
    if key == "seed":
        seed = _typed(int, key, value, where)
        if not 0 <= seed < 2**32:
            code = "recipe.too_small" if seed < 0 else "recipe.too_large"
            raise Problem(code, where=where, key=key, value=seed, limit=0 if seed < 0 else 2**32 - 1)
        return seed
    if key == "parent":
        sound = isinstance(value, dict) and value.keys() == {"run", "step"}
        if not sound or not isinstance(value["run"], str) or type(value["step"]) is not int or value["step"] < 0:
            raise Problem("recipe.not_a_parent", where=where, key=key)
        return value
    if not isinstance(value, str) or not value.strip():
        raise Problem("recipe.not_text", where=where, key=key, value=value)
    return value


def _typed(kind: type, key: str, value: Any, where: str) -> Any:
    """The value as `kind` (int, float, bool or str), from itself or from the text of a command line."""
    if kind is bool:
        value = _YES_NO.get(value.strip().lower(), value) if isinstance(value, str) else value
        if isinstance(value, bool):
            return value
        raise Problem("recipe.not_yes_or_no", where=where, key=key, value=value)
    if kind is str:
        if isinstance(value, str):
            return value
        raise Problem("recipe.not_text", where=where, key=key, value=value)
    if isinstance(value, str):
        with suppress(ValueError):  # then it is still text, and refused below
            value = kind(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return kind(value)
    if kind is float and isinstance(value, float) and math.isfinite(value):
        return value
    code = "recipe.not_a_whole_number" if kind is int else "recipe.not_a_number"
    raise Problem(code, where=where, key=key, value=value)


def _in_range(parameter: HyperParameter, value: Any, where: str) -> Any:
    if parameter.choices and value not in parameter.choices:
        choices = ", ".join(parameter.choices)
        raise Problem("recipe.not_a_choice", where=where, key=parameter.name, value=value, choices=choices)
    if parameter.low is not None and value < parameter.low:
        raise Problem("recipe.too_small", where=where, key=parameter.name, value=value, limit=parameter.low)
    if parameter.high is not None and value > parameter.high:
        raise Problem("recipe.too_large", where=where, key=parameter.name, value=value, limit=parameter.high)
    return value


def _parse(text: str, file: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """The object in a JSON text, and the line of every key by its path."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise Problem("recipe.broken_json", where=f"{file}:{error.lineno}: ", column=error.colno) from None
    except (ValueError, RecursionError):
        raise Problem("recipe.broken_json", where=f"{file}: ", column=1) from None
    if not isinstance(values, dict):
        raise Problem("recipe.not_an_object", where=f"{file}:1: ", key="recipe")
    lines: dict[tuple[str, ...], int] = {}
    for path, line in key_lines(text):
        if path in lines:
            raise Problem("recipe.duplicate_key", where=f"{file}:{line}: ", key=path[-1])
        lines[path] = line
    return values, lines
