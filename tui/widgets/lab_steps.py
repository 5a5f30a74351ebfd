"""The column of a lab's steps: done ✓, next ▸, locked ·."""

from textual.content import Content
from textual.widgets.option_list import Option

from content.labs import STEPS
from tui.lab_progress import Progress
from tui.widgets.choices import Choices

MARKS = {"done": ("✓", "$success"), "current": ("▸", "bold $accent"), "locked": ("·", "$secondary")}


class LabSteps(Choices):
    """Choosing a step posts `OptionSelected` with its id; a locked one cannot be chosen."""

    DEFAULT_CSS = """
    LabSteps { width: 18; height: 1fr; border: none; background: $surface; padding: 1 0 0 1; }
    LabSteps:focus { border: none; }
    """

    def show(self, progress: Progress, here: str) -> None:
        """Draw all steps; `here` is the one that is open."""
        self.clear_options()
        for step in STEPS:
            kind = "done" if step in progress.done else "current" if step == progress.current else "locked"
            name = (self.app.t(f"lab.step.{step}"), "bold" if step == here else "")  # type: ignore[attr-defined]
            option = Option(Content.assemble(f"{MARKS[kind][0]} ", name).stylize(MARKS[kind][1], 0, 1), id=step)
            option.disabled = kind == "locked"
            self.add_option(option)
        self.highlighted = STEPS.index(here)
