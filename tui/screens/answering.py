"""What the screens with questions share: every answer is kept, and known again when the learner comes back."""

import asyncio

from content.errors import ContentError
from engine.errors import Problem
from engine.progress import Done
from tui.course import read_done
from tui.screens.base import PreferablyScreen
from tui.widgets.question_box import QuestionBox, boxes


class AnsweringScreen(PreferablyScreen):
    """`done` is what the store knew when the screen was opened, and what was answered since."""

    def __init__(self) -> None:
        super().__init__()
        self.done = Done()

    async def store_opened(self) -> None:
        """Tell the questions on the screen what was answered before."""
        self.read_store()
        await self.tell_boxes()

    async def tell_boxes(self) -> None:
        for box in list(boxes(self)):
            await box.remember(self.done.record(box.question.id))

    def read_store(self) -> None:
        self.done = read_done(self.app.store)

    async def on_question_box_acted(self, event: QuestionBox.Acted) -> None:
        """Keep it. Right after the start the store may not be open yet; then this waits for it."""
        event.stop()
        try:
            store = self.app.store if self.app.store_is_open else await asyncio.to_thread(lambda: self.app.store)
            store.record(event.kind, event.item, event.payload, content_hash=event.wording)
            self.read_store()
        except (Problem, ContentError) as problem:
            self.app.show_problem(problem)
        self.kept(event)

    def on_question_box_answered(self, event: QuestionBox.Answered) -> None:
        """After a right answer the keys are the page's again, unless the question has more to ask."""
        event.stop()
        if event.verdict.good:
            self.call_after_refresh(self._move_on, event.question.id)

    def _move_on(self, question: str) -> None:
        box = next((box for box in boxes(self) if box.question.id == question), None)
        target = box.target if box is not None else None
        (target or self.query_one("#page")).focus(scroll_visible=False)

    @property
    def question_in_use(self) -> str | None:
        """The question that has the keys."""
        return next((box.question.id for box in boxes(self) if box.has_focus_within), None)

    def use(self, question: str | None) -> None:
        """Give a question the keys again on a page drawn anew."""
        for box in boxes(self):
            if box.question.id == question and box.target is not None:
                self.set_focus(box.target, scroll_visible=False)

    def kept(self, event: QuestionBox.Acted) -> None:
        """Something was kept: the place to show it."""
