"""One run on one line: sign and word of its state, its name, how far it is."""

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from engine.runs.status import RunStatus
from tui.literal import clean

SIGNS = {
    "created": ("○", "$secondary"),
    "running": ("●", "$primary"),
    "paused": ("‖", "$accent"),
    "interrupted": ("◐", "$accent"),
    "stopped": ("■", "$secondary"),
    "failed": ("✗", "$error"),
    "done": ("✓", "$success"),
}


def state_text(status: RunStatus, word: str) -> Content:
    """`● running`: the sign and the word, so that neither colour nor shape alone has to be known."""
    sign, style = SIGNS[status.state]
    return Content.styled(f"{sign} {word}", f"bold {style}")


def progress(step: int, total: int, width: int) -> Content:
    """`▰▰▰▰▱▱▱▱`."""
    done = min(width, width * step // total) if total else 0
    return Content.assemble(("▰" * done, "$primary"), ("▱" * (width - done), "$secondary"))


class RunCard(Widget):
    """A run's name, state and progress; `status` may be set again at any time."""

    DEFAULT_CSS = "RunCard { height: 1; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, status: RunStatus, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.status = status

    def show(self, status: RunStatus) -> None:
        self.status = status
        self.refresh()

    def render(self) -> RenderResult:
        status = self.status
        return Content.assemble(
            state_text(status, self.app.t(f"runs.state.{status.state}")),  # type: ignore[attr-defined]
            f"  {clean(status.run_id)}  ",
            progress(status.step, status.total_steps, 12),
            f"  {status.step}/{status.total_steps}",
        )
