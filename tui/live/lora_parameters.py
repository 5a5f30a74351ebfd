"""LoRA: a large matrix left alone, and the two thin ones that are trained instead, drawn to scale."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import lora_parameters
from tui.live.written import fixed, grouped
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

POWERS = tuple(2.0**power for power in range(15))
WIDTH = Track(16, 16384, log=True, decimals=0, marks=POWERS[4:])
RANK = Track(1, 256, log=True, decimals=0, marks=POWERS[:9])
COUNT = Track(1, 200, log=True, decimals=0)
SMALL, LARGE = (5, 10), (6, 14)  # rows and columns of the longer side of W in the drawing
UPWARDS, SIDEWAYS = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█"


class LoRAParametersBlock(LiveBlock):
    """W of d_out × d_in stays frozen; B of d_out × r and A of r × d_in are what is trained."""

    title = "live.lora_parameters.title"
    hint = "live.lora_parameters.try"
    defaults = {"width_in": 128, "width_out": 128, "rank": 8, "alpha": 16, "matrices": 8}

    def sliders(self) -> Iterator[Slider]:
        start = {name: float(value) for name, value in self.arguments.items()}
        yield Slider("width_in", "d_in", start["width_in"], WIDTH)
        yield Slider("width_out", "d_out", start["width_out"], WIDTH)
        yield Slider("rank", "r", start["rank"], RANK)
        yield Slider("alpha", "α", start["alpha"], RANK)
        yield Slider("matrices", self.app.t("live.lora_parameters.matrices"), start["matrices"], COUNT)

    def picture(self, values: Values, width: int) -> list[Content]:
        d_in, d_out, rank = values["width_in"], values["width_out"], values["rank"]
        high, wide = LARGE if width >= 60 else SMALL
        longest = max(d_in, d_out)
        rows, columns = max(1, round(high * d_out / longest)), max(1, round(wide * d_in / longest))
        thin = min(8 * wide, max(1, round(8 * wide * rank / longest)))  # in eighths of a cell
        low = min(8 * high, max(1, round(8 * high * rank / longest)))
        frozen = ["░" * columns] * rows
        tall = ["█" * (thin // 8) + (SIDEWAYS[thin % 8 - 1] if thin % 8 else "")] * rows
        flat = [UPWARDS[low % 8 - 1] * columns] * (low % 8 > 0) + ["█" * columns] * (low // 8)
        scale = f"{values['alpha'] / rank:.3g}"
        head = "W".ljust(wide + 6 + len(scale)) + "B".ljust(len(tall[0]) + 3) + "A"
        lines = [Content.styled(head, "$secondary")]
        for row in range(high):
            left, middle, right = (part[row] if row < len(part) else "" for part in (frozen, tall, flat))
            sign = f" + {scale} · " if row == 0 else " " * (6 + len(scale))
            between = " · " if row == 0 else "   "
            lines.append(
                Content.assemble(
                    (left.ljust(wide), "$secondary"), sign, (middle.ljust(len(tall[0])), "$accent"), between,
                    (right, "$accent"),
                )
            )  # fmt: skip
        return lines

    def lines(self, values: Values, width: int) -> list[Content]:
        size = {name: int(value) for name, value in values.items()}
        result, say, language = lora_parameters(**size), self.app.t, self.app.language
        d_in, d_out, rank, count = size["width_in"], size["width_out"], size["rank"], size["matrices"]
        full, lora = grouped(result.full, language), grouped(result.lora, language)
        most = max(result.full, result.lora)
        labels = (say("live.lora_parameters.full"), say("live.lora_parameters.lora"))
        widest = max(map(len, labels))
        lines = []
        for label, number, parameters in zip(labels, (full, lora), (result.full, result.lora), strict=True):
            head = f"{label.ljust(widest)}  {number.rjust(max(len(full), len(lora)))}  "
            lines.append(Content.assemble(head, bar(parameters / most, max(4, width - len(head)))))
        written = f"r (d_in + d_out) · {count}"
        substituted = f"{rank} · ({d_in} + {d_out}) · {count}"
        share = 100 * result.share
        percent = (f"{share:.0f}\u202f%" if share >= 100 else f"{share:.3g}\u202f%", "bold $accent")
        lines.append(
            fitting(
                width,
                Content.assemble(f"{written} = {substituted} = {lora}   {say('live.lora_parameters.share')} ", percent),
                Content.assemble(f"{substituted} = {lora}   ", percent),
                Content.assemble(f"{substituted}   ", percent),
            )
        )
        lines.append(
            Content.assemble(
                f"W + (α/r) B A   α/r = {size['alpha']} / {rank} = ", (fixed(result.scale, 3), "bold $accent")
            )
        )
        even = fixed(d_in * d_out / (d_in + d_out), 1)
        smaller = result.lora < result.full
        lines.append(
            Content.styled(
                say(f"live.lora_parameters.{'smaller' if smaller else 'larger'}", rank=even),
                "$success" if smaller else "bold $warning",
            )
        )
        return lines
