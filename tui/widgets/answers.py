"""The same prompts answered before and now, with the words that changed."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from textual.content import Content
from textual.widget import Widget

from content.text import sentences
from engine.world.prompts import readable
from tui.literal import clean

Sample = dict[str, Any]  # {"prompt", "completion", "score", "reason"}
OLD, NEW = "$secondary strike", "bold underline"


def changed_words(before: str, now: str) -> Content:
    """`he ~goed~ went to school`: words that went away struck through, words that came underlined."""
    old, new = clean(before).split(), clean(now).split()
    parts: list[Content] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Content(" ".join(new[j1:j2])))
            continue
        if i1 < i2:
            parts.append(Content.styled(" ".join(old[i1:i2]), OLD))
            parts.append(Content("→" if j1 < j2 else "→ ∅"))
        if j1 < j2:
            parts.append(Content.styled(" ".join(new[j1:j2]), NEW))
    return Content(" ").join(parts)


def sign(sample: Sample) -> Content:
    """✓ or ✗: the rule's verdict."""
    return Content.styled("✓", "bold $success") if sample["reason"] == "right" else Content.styled("✗", "$error")


class Answers(Widget):
    """One line per prompt; where there is room, the prompt above its answer and the reason of its grade beside it."""

    DEFAULT_CSS = "Answers { height: auto; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.before: Sequence[Sample] = ()
        self.now: Sequence[Sample] = ()
        self.roomy = False

    def show(self, before: Sequence[Sample], now: Sequence[Sample], roomy: bool) -> None:
        """`before` and `now` answer the same prompts; `roomy` shows the prompts too."""
        if (before, now, roomy) != (self.before, self.now, self.roomy):
            self.before, self.now, self.roomy = before, now, roomy
            self.refresh(layout=True)

    def lines(self, width: int) -> list[Content]:
        old = {sample["prompt"]: sample for sample in self.before}
        lines: list[Content] = []
        for sample in self.now:
            earlier = old.get(sample["prompt"], sample)
            answer = changed_words(earlier["completion"], sample["completion"]) or Content.styled("∅", "$secondary")
            signs = Content.assemble(sign(sample), " ")
            if earlier["reason"] != sample["reason"]:
                signs = Content.assemble(sign(earlier), "→", sign(sample), " ")
            line = Content.assemble(signs, answer)
            if self.roomy:
                asked = Content.styled(clean(readable(sample["prompt"])), "$secondary")
                lines.append(asked.truncate(width, ellipsis=True))
                if sample["reason"] != "right":
                    line = Content.assemble(line, "  ", (self._reason(sample), "$secondary"))
            lines.append(line.truncate(width, ellipsis=True))
        return lines

    def _reason(self, sample: Sample) -> str:
        """Why the rule judged so, in words; a reason that the texts do not know goes by its own name."""
        language = self.app.language  # type: ignore[attr-defined]
        return clean(sentences(language).get(f"world.reason.{sample['reason']}", str(sample["reason"])))

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self.lines(width))

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.size.width))
