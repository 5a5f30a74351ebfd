"""A solution scored step by step, against one score for its end."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import process_outcome
from tui.live.written import fixed
from tui.widgets.bars import bar, marked
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

SHARE = Track(0, 1, step=0.05, fine=0.01)
STEPS = ("lemma", "tense", "person", "form")


class ProcessOutcomeBlock(LiveBlock):
    """Each step with its own bar and the product up to there; the first doubtful one is named."""

    title = "live.process_outcome.title"
    hint = "live.process_outcome.try"
    defaults = {"steps": (0.98, 0.95, 0.30, 0.97), "outcome": 0.7}

    def names(self) -> list[str]:
        """The four steps of a conjugation, or plain numbers where a chapter asks for other steps."""
        count = len(self.arguments["steps"])
        if count == len(STEPS):
            return [self.app.t(f"live.process_outcome.{name}") for name in STEPS]
        return [self.app.t("live.process_outcome.step", number=number) for number in range(1, count + 1)]

    def sliders(self) -> Iterator[Slider]:
        for number, (name, share) in enumerate(zip(self.names(), self.arguments["steps"], strict=True)):
            yield Slider(f"step{number}", name, float(share), SHARE)
        yield Slider("outcome", self.app.t("live.process_outcome.outcome"), float(self.arguments["outcome"]), SHARE)

    def lines(self, values: Values, width: int) -> list[Content]:
        names, say = self.names(), self.app.t
        steps = [values[f"step{number}"] for number in range(len(names))]
        result = process_outcome(steps=steps, outcome=values["outcome"])
        widest = max(map(len, names))
        so_far = say("live.process_outcome.so_far")
        lines = [Content.styled(f"{'p'.rjust(widest + 9)}{so_far.rjust(10)}", "$secondary")]
        for number, (name, step, product) in enumerate(zip(names, steps, result.so_far, strict=True), 1):
            wrong = result.first_error == number
            sign, style = ("✗", "bold $error") if wrong else ("✓" if step >= 0.5 else "?", "$success")
            after = result.first_error is not None and number > result.first_error
            numbers = f" {name.ljust(widest)}  {fixed(step, 2):>5}{fixed(product):>10}  "
            room = max(4, width - len(numbers) - 1)
            lines.append(
                Content.assemble(
                    (sign, style), (numbers, "$secondary" if after else ""),
                    marked(step, room, 0.5, "$error" if wrong else "$secondary" if after else "$primary"),
                )
            )  # fmt: skip
        total = (fixed(result.product), "bold $accent")
        written = " · ".join(fixed(step, 2) for step in steps)
        label = say("live.process_outcome.product")
        minimum = f"   {say('live.process_outcome.minimum')} = {fixed(result.minimum, 2)}"
        lines.append(
            fitting(
                width,
                Content.assemble(f"{label} = {written} = ", total, minimum),
                Content.assemble(f"{label} = ", total, minimum),
            )
        )
        score = values["outcome"]
        outcome = f"{say('live.process_outcome.outcome_score')} = {fixed(score)}  "
        lines.append(Content.assemble(outcome, bar(score, max(4, width - len(outcome)))))
        apart = f"{say('live.process_outcome.gap')} = {fixed(score)} − {fixed(result.product)} = "
        lines.append(Content.assemble(apart, (fixed(result.gap), "bold $accent")))
        if result.first_error is None:
            return [*lines, Content.styled(say("live.process_outcome.no_error"), "$success")]
        where = names[result.first_error - 1]
        error = say("live.process_outcome.error", step=where, number=result.first_error)
        return [*lines, Content.styled(error, "bold $error")]
