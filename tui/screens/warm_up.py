"""The warm-up: the rubric, then eight pairs with their explanations, before the first label that counts."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from engine.errors import Problem
from engine.labelling.warm_up import WARM_UPS, WarmUp
from engine.store.label import Choice
from tui.screens.base import PreferablyScreen
from tui.screens.judging import JudgingScreen

if TYPE_CHECKING:
    from engine.store import Store

KIND = "warm_up"
"""Of the events: one for each pair (`item` is its id), and one without an item when the learner is through."""


def warmed_up(store: "Store") -> bool:
    """The learner has been through the eight pairs, or has left them on purpose."""
    return bool(store.events(KIND, ""))


class WarmUpScreen(JudgingScreen):
    """The rubric (`place` −1), then each pair: first to be judged, then, `answered`, explained."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "next", "label.keys.next", id="warm_up.next"),
        Binding("x", "leave", "label.keys.leave_warm_up", id="warm_up.leave"),
    ]
    DEFAULT_CSS = """
    WarmUpScreen #last { min-height: 4; }
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.place = -1
        self.answered: Choice | None = None

    @property
    def asked(self) -> WarmUp | None:
        return WARM_UPS[self.place] if 0 <= self.place < len(WARM_UPS) else None

    def crumbs(self) -> list[str]:
        return [self.t("label.title"), self.t("label.warm_up.title")]

    def pair(self) -> tuple[str, str, str] | None:
        return (self.asked.prompt, self.asked.left, self.asked.right) if self.asked else None

    def state(self) -> str:
        if self.place < 0:
            return f"{self.t('label.warm_up.begin')}\n\n{self.t('label.rubric').strip()}"
        return self.t("label.warm_up.done")

    @property
    def deciding(self) -> bool:
        return super().deciding and self.answered is None

    def show_all(self) -> None:
        super().show_all()
        if self.asked:
            self.set_status(self.t("label.warm_up.place", place=self.place + 1, of=len(WARM_UPS)))
        else:
            self.set_status("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "next":
                return not self.aside and (self.asked is None or self.answered is not None)
            case "judge" if parameters == ("skip",):
                return False
            case "undo":
                return self.place > 0 or self.answered is not None
        return super().check_action(action, parameters)

    async def decide(self, choice: Choice, strength: int | None, **how: Any) -> None:
        asked = self.asked
        assert asked is not None
        right = asked.agrees(choice)
        payload = {"choice": choice, "strength": strength, "right": right, "latency_ms": how["latency_ms"]}
        try:
            await asyncio.to_thread(self.app.store.record, KIND, asked.id, payload)
        except Problem as problem:
            self.app.show_problem(problem)
            return
        self.answered = choice
        self.last = lambda: self._explained(asked, choice, strength)
        self.show_all()

    def _explained(self, asked: WarmUp, choice: Choice, strength: int | None) -> str:
        """What was said, whether the rubric says so too, and why."""
        said = self.said(choice, strength)
        verdict = self.t("label.warm_up.right" if asked.agrees(choice) else "label.warm_up.other", said=said)
        return f"{verdict} {self.t(f'label.warm_up.why.{asked.id}')} {self.t('label.warm_up.go_on')}"

    async def action_next(self) -> None:
        if self.place == len(WARM_UPS):
            await self._end()
            return
        self.place += 1
        self._turn()

    def action_undo(self) -> None:
        """Return to the pair that was judged last; it may be judged once more."""
        if self.answered is None:
            self.place -= 1
        self._turn()

    def _turn(self) -> None:
        self.answered, self.last = None, str
        self.new_pair()

    async def action_leave(self) -> None:
        await self._end()

    async def _end(self) -> None:
        """Remember that the learner is through, and go where the labels are given."""
        try:
            await asyncio.to_thread(self.app.store.record, KIND, "", {"left_at": self.place})
        except Problem as problem:
            self.app.show_problem(problem)
            return
        below = self.app.screen_stack[-2]
        if isinstance(below, PreferablyScreen) and below.visited_as is not None and below.visited_as[0] == "label":
            await self.app.back()
        else:
            await self.app.go("label")
