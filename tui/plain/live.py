"""A live block in words: one sets a parameter by typing `beta = 0.2`, and hears what that gives."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual._context import active_app
from textual.app import App

from content.markup import Live
from content.text import say
from tui import live as blocks
from tui.plain.talk import Talk, Typed

if TYPE_CHECKING:
    from tui.widgets.live_block import LiveBlock

SETTING = re.compile(r"(?P<name>[^=]+?)\s*=\s*(?P<value>\S.*)")


class Stand(App[None]):
    """What a block asks for its sentences. It is never run: nothing is ever drawn."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def t(self, key: str, /, **params: Any) -> str:
        return say(self.language, key, **params)

    def clear_selection(self) -> None:
        """There is no screen on which something could be selected."""


@contextmanager
def built(live: Live, language: str) -> "Iterator[LiveBlock]":
    """The block that the app shows, with its sliders and fields, outside of any screen."""
    token = active_app.set(Stand(language))
    try:
        block = blocks.build(live)
        block.make_controls()
        yield block
    finally:
        active_app.reset(token)


def work(talk: Talk, live: Live, words: tuple[str, ...]) -> Typed:
    """Let the learner set parameters until one of `words` is typed, and return it. Raises Go and Quit."""
    with built(live, talk.here.language) as block:
        talk.heading(talk.here.t("live.title", name=talk.here.t(block.title)))
        controls(talk, block)
        for line in block.results():
            talk.line(line)
        talk.line(f"{talk.here.t('live.try')} {block.try_this or talk.here.t(block.hint)}")
        name = next(iter([*block.sliders_by_name, *block.fields_by_name]))
        while True:
            typed = talk.ask(talk.t("live.prompt", name=name), (*words, "values", "reset"), free=True)
            if typed.word == "reset":
                block.reset()
            elif typed.word == "values":
                controls(talk, block)
            elif typed.word:
                return typed
            elif not set_one(talk, block, typed.text):
                continue
            for line in block.results():
                talk.line(line)


def controls(talk: Talk, block: "LiveBlock") -> None:
    """Every parameter: the name to type, what it stands for, where it is, and how far it goes."""
    for name, slider in block.sliders_by_name.items():
        ends = {"low": _written(slider.track.low), "high": _written(slider.track.high)}
        talk.line(talk.t("live.slider", name=name, label=slider.label, value=slider.number(), **ends))
    for name, field in block.fields_by_name.items():
        talk.line(talk.t("live.field", name=name, label=field.label, value=" ".join(field.items)))


def set_one(talk: Talk, block: "LiveBlock", text: str) -> bool:
    """Set what `name = value` says; whether that could be done. Otherwise it is said why not."""
    found = SETTING.fullmatch(text)
    if not found:
        talk.line(talk.t("live.how"))
        return False
    name = found["name"].strip().casefold()
    if field := block.fields_by_name.get(name):
        field.input.value = found["value"]
        return True
    slider = block.sliders_by_name.get(name)
    if slider is None:
        names = ", ".join([*block.sliders_by_name, *block.fields_by_name])
        talk.line(talk.t("live.no_such", name=found["name"], names=names))
        return False
    low, high = slider.track.low, slider.track.high
    try:
        value = float(found["value"].replace(",", ".").replace("−", "-"))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        talk.line(talk.t("live.range", name=name, low=_written(low), high=_written(high)))
        return False
    slider.set(value, tell=False)
    block.moved(slider)
    talk.line(f"{name} = {slider.number()}")
    return True


def _written(value: float) -> str:
    return f"{value:g}"
