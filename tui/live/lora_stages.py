"""Stages of adapters: kept on top of each other, merged into one matrix, or saved as whole copies."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import lora_stages
from tui.live.lora_parameters import COUNT, RANK, WIDTH
from tui.live.written import grouped
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track


class LoRAStagesBlock(LiveBlock):
    """Parameters to keep and multiplications a token for the three ways, and what each way can still undo."""

    title = "live.lora_stages.title"
    hint = "live.lora_stages.try"
    defaults = {"width": 128, "rank": 8, "stages": 2, "matrices": 8}

    def sliders(self) -> Iterator[Slider]:
        start, say = {name: float(value) for name, value in self.arguments.items()}, self.app.t
        yield Slider("width", "d", start["width"], WIDTH)
        yield Slider("rank", "r", start["rank"], RANK)
        yield Slider("stages", say("live.lora_stages.stages"), start["stages"], Track(1, 8, step=1, fine=1, decimals=0))
        yield Slider("matrices", say("live.lora_parameters.matrices"), start["matrices"], COUNT)

    def picture(self, values: Values, width: int) -> list[Content]:
        """The base as a long bar, each stage as a block on it."""
        stages, room = int(values["stages"]), max(12, width)
        size = {name: int(value) for name, value in values.items()}
        result = lora_stages(**size)
        each = min((room - 4) // stages, max(1, round(room * result.adapter / result.stacked_parameters)))
        base = room - stages * each
        parts = [("░" * base, "$secondary")]
        for stage in range(stages):
            parts.append((("█" if stage % 2 == 0 else "▓") * each, "$accent" if stage % 2 == 0 else "$primary"))
        names = "W".center(base) + "".join(str(stage + 1).center(each) for stage in range(stages))
        return [Content.styled(names[:width], "$secondary"), Content.assemble(*parts)]

    def lines(self, values: Values, width: int) -> list[Content]:
        size = {name: int(value) for name, value in values.items()}
        result, say, language = lora_stages(**size), self.app.t, self.app.language
        rows = (
            ("stacked", result.stacked_parameters, result.stacked_multiplications, "✓"),
            ("merged", result.merged_parameters, result.merged_multiplications, "✗"),
            ("apart", result.kept_apart, result.merged_multiplications, "✓"),
        )
        names = [say(f"live.lora_stages.{name}") for name, *_ in rows]
        heads = [say(f"live.lora_stages.{name}") for name in ("parameters", "per_token", "undo")]
        counts = [(grouped(kept, language), grouped(work, language)) for _, kept, work, _ in rows]
        widest = max(map(len, names))
        first = max(len(heads[0]), *(len(kept) for kept, _ in counts))
        second = max(len(heads[1]), *(len(work) for _, work in counts))
        header = f"{' ' * widest}  {heads[0].rjust(first)}  {heads[1].rjust(second)}"
        lines = [fitting(width, *(Content.styled(each, "$secondary") for each in (f"{header}  {heads[2]}", header)))]
        most = max(kept for _, kept, *_ in rows)
        for name, (kept, work), (_, parameters, _, undo) in zip(names, counts, rows, strict=True):
            mark = (undo, "bold $success" if undo == "✓" else "bold $error")
            head = Content.assemble(f"{name.ljust(widest)}  {kept.rjust(first)}  {work.rjust(second)}  ", mark)
            gap = " " * (len(heads[2]) + 1)
            room = width - head.cell_length - len(gap)
            lines.append(Content.assemble(head, gap, bar(parameters / most, room)) if room >= 6 else head)
        d, r, stages, count = size["width"], size["rank"], size["stages"], size["matrices"]
        adapter = grouped(result.adapter, language)
        sums = (f"2 r d · {count} = 2 · {r} · {d} · {count} = {adapter}", f"2 r d · {count} = {adapter}")
        lines.append(fitting(width, *(Content(say("live.lora_stages.adapter", sum=each)) for each in sums)))
        lines.append(Content(say("live.lora_stages.rank", r=r, stages=stages, width=d, rank=result.rank)))
        lines.append(Content.styled(say("live.lora_stages.lost"), "$secondary"))
        return lines
