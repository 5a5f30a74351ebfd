"""How much more likely each token of an answer has become: log π − log π_ref, as a number and as warmth."""

from collections.abc import Sequence
from typing import Any

from textual.content import Content
from textual.widget import Widget

from engine.world.prompts import readable
from tui.literal import clean
from tui.numbers import minus
from tui.widgets.answers import Sample, sign

LEVELS = ((1.5, "60%"), (0.5, "40%"), (0.05, "20%"))
"""From so many nats on, so much colour behind the token."""
NUMBER = len("+12.3")


def log_ratios(sample: Sample) -> list[tuple[str, float]] | None:
    """(token, log π − log π_ref) of an answer; None where the log does not say, as in those of older versions."""
    tokens, logps, ref_logps = (sample.get(name) for name in ("tokens", "token_logps", "ref_token_logps"))
    if not isinstance(tokens, list) or not isinstance(logps, list) or not isinstance(ref_logps, list):
        return None
    return [(str(token), mine - theirs) for token, mine, theirs in zip(tokens, logps, ref_logps, strict=False)]


def signed(value: float) -> str:
    """+0.4, −1.2, 0.0: its sign always, since the sign is what matters."""
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else minus(text)


def warmth(value: float) -> str:
    """The style behind a token: green for likelier, red for less likely, the stronger the more."""
    share = next((share for least, share in LEVELS if abs(value) >= least), None)
    if share is None:
        return ""
    return f"on {'$success' if value > 0 else '$error'} {share}"


class TokenHeat(Widget):
    """For each prompt its answer, token above number, and the sum over the whole answer."""

    DEFAULT_CSS = "TokenHeat { height: auto; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.samples: Sequence[Sample] = ()

    def show(self, samples: Sequence[Sample]) -> None:
        if samples != self.samples:
            self.samples = samples
            self.refresh(layout=True)

    def lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for sample in self.samples:
            found = log_ratios(sample)
            if found is None:
                return [Content.styled(self.app.t("runs.heat.none"), "$secondary")]  # type: ignore[attr-defined]
            total = f"  Σ {signed(sum(value for _, value in found))}"
            asked = Content(clean(readable(sample["prompt"]))).truncate(width - len(total) - 2, ellipsis=True)
            lines.append(Content.assemble(sign(sample), " ", (asked.plain, "$secondary"), (total, "bold")))
            lines += token_rows(found, width)
        return lines

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self.lines(width))

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.size.width))


def token_rows(found: Sequence[tuple[str, float]], width: int) -> list[Content]:
    """Two lines, tokens and numbers, and two more wherever the width is used up."""
    rows: list[Content] = []
    tokens: list[tuple[str, str]] = []
    numbers: list[tuple[str, str]] = []
    used = 0
    for token, value in found:
        text = clean(token).strip() or "␣"
        cells = max(Content(text).cell_length, NUMBER)
        if used and used + cells > width:
            rows += [_joined(tokens), _joined(numbers)]
            tokens, numbers, used = [], [], 0
        padding = " " * (cells - Content(text).cell_length)
        tokens += [(text + padding, warmth(value)), (" ", "")]
        numbers += [(signed(value).ljust(cells), "$secondary" if not warmth(value) else ""), (" ", "")]
        used += cells + 1
    return [*rows, _joined(tokens), _joined(numbers)]


def _joined(cells: list[tuple[str, str]]) -> Content:
    """A row without the gap after its last cell, which could be one cell too much."""
    return Content.assemble(*cells[:-1])
