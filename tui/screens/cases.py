"""Lab 11: six anonymous runs with a fault each, beside a healthy one. Look, choose a fault for each, hand in once."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.evaluate import diagnosis
from engine.loops.sabotage import CASES, FAULTS, hidden
from engine.world.prompts import readable
from tui.evidence import HEALTHY, SHOWN, Evidence
from tui.literal import clean, literal
from tui.screens.base import PreferablyScreen
from tui.widgets.answers import sign
from tui.widgets.chart_row import chart_words
from tui.widgets.line_chart import LineChart

CHARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("right", ("eval_correct",)),
    ("kl", ("objective/kl",)),
    ("margin", ("rewards/margins",)),
    ("pairs", ("eval_rewards/accuracies", "fresh_rewards/accuracies")),
    ("length", ("completions/mean_length",)),
    ("logps", ("logps/chosen", "logps/rejected")),
    ("loss", ("loss",)),
    ("training_pairs", ("rewards/accuracies",)),
)
"""What is drawn of a case: one curve beside the healthy run's, or two curves of its own."""
PANES = ("answers", "rows", "verdict")


class CasesScreen(PreferablyScreen):
    """The cases of the run in `folder`. Every choice is kept as it is made; the first whole diagnosis decides."""

    CSS = """
    CasesScreen #left { width: 27; background: $surface; padding: 1 0 0 1; }
    CasesScreen #cases { height: 8; border: none; background: $surface; padding: 0; }
    CasesScreen #faults { height: auto; margin: 1 0 0 0; }
    CasesScreen #state { height: auto; margin: 1 1 0 0; color: $accent; }
    CasesScreen #charts { height: 9; }
    CasesScreen.-tall #charts { height: 16; }
    CasesScreen #pane { height: 1fr; padding: 0 1; }
    """
    AUTO_FOCUS = "#cases"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"fault({number})", "cases.keys.fault", id=f"cases.fault{number}", key_display="1-6")
            for number in range(1, len(FAULTS) + 1)
        ),
        Binding("m", "charts", "cases.keys.charts", id="cases.charts"),
        Binding("v", "pane", "cases.keys.pane", id="cases.pane"),
        Binding("h", "hand_in", "cases.keys.hand_in", id="cases.hand_in"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.evidence = Evidence(folder)
        self.case = CASES[0]
        self.page = 0
        self.pane = PANES[0]
        self.asked = False
        self.said: dict[str, str] = {}
        self.gate: dict[str, Any] | None = None

    def crumbs(self) -> list[str]:
        return [self.t("lab.title"), diagnosis.LAB, self.t("cases.title")]

    def compose_body(self) -> Iterable[Widget]:
        words = chart_words(self.app)
        with Horizontal():
            with Vertical(id="left"):
                yield OptionList(id="cases")
                yield Static(id="faults", markup=False)
                yield Static(id="state", markup=False)
            with Vertical():
                yield Horizontal(*(LineChart(words=words, id=f"chart-{number}") for number in range(4)), id="charts")
                with VerticalScroll(id="pane", can_focus=False):
                    yield Static(id="words")

    async def store_opened(self) -> None:
        self.reload()

    def on_mount(self) -> None:
        self.draw()

    async def language_changed(self) -> None:
        await super().language_changed()
        self.draw()

    def on_resize(self) -> None:
        self.set_class(self.size.height >= 36, "-tall")
        if self.query("#words"):
            self.draw()

    def reload(self) -> None:
        """What was chosen so far, and what was decided if it was handed in."""
        self.said = diagnosis.chosen(self.app.store, self.folder.name)
        self.gate = diagnosis.decided(self.app.store, self.folder.name)
        if self.gate:
            self.said, self.pane = dict(self.gate["said"]), "verdict"
        self.draw()

    # --- drawing

    def draw(self) -> None:
        self._draw_cases()
        self.query_one("#faults", Static).update(literal(self._fault_lines()))
        self.query_one("#state", Static).update(literal(self._state()))
        self._draw_charts()
        self.query_one("#words", Static).update(self._words())
        self.refresh_bindings()

    def _draw_cases(self) -> None:
        found = self.query_one("#cases", OptionList)
        lines = [self._case_line(case) for case in CASES]
        with self.prevent(OptionList.OptionHighlighted):
            found.clear_options()
            found.add_options(Option(line, id=case) for case, line in zip(CASES, lines, strict=True))
            found.highlighted = CASES.index(self.case)

    def _case_line(self, case: str) -> Content:
        said = self.said.get(case)
        words = self.t(f"cases.short.{said}") if said else self.t("cases.nothing")
        mark: tuple[str, str] = ("  ", "")
        if self.gate:
            right = said == hidden(self.evidence.seed)[case]
            mark = ("✓ ", "bold $success") if right else ("✗ ", "bold $error")
        return Content.assemble(mark, (case, "bold"), "  ", words)

    def _fault_lines(self) -> str:
        said = self.said.get(self.case)
        lines = [self.t("cases.faults")]
        for number, fault in enumerate(FAULTS, 1):
            lines.append(f"{'◉' if fault == said else '○'} {number} {self.t(f'cases.short.{fault}')}")
        return "\n".join(lines)

    def _state(self) -> str:
        if self.gate:
            return self.t("cases.handed_in", right=self.gate["details"][0]["value"])
        if self.asked:
            return self.t("cases.sure")
        left = len(CASES) - len(self.said)
        return self.t("cases.left", count=left) if left else self.t("cases.ready")

    @property
    def count(self) -> int:
        """Charts shown at once."""
        return 4 if self.size.width >= 132 else 2

    def _draw_charts(self) -> None:
        pages = -(-len(CHARTS) // self.count)
        start = self.page % pages * self.count
        shown = CHARTS[start : start + self.count]
        case, healthy = self.evidence.curves(self.case), self.evidence.curves(HEALTHY)
        for number in range(4):
            widget = self.query_one(f"#chart-{number}", LineChart)
            widget.display = number < len(shown)
            if not widget.display:
                continue
            key, metrics = shown[number]
            widget.title = self.t(f"cases.chart.{key}")
            if len(metrics) == 1:
                lines = {self.case: case.get(metrics[0], []), self.t("cases.healthy"): healthy.get(metrics[0], [])}
            else:
                lines = {self.t(f"cases.line.{metric.replace('/', '_')}"): case.get(metric, []) for metric in metrics}
            widget.show(lines, of=self.case)

    def _words(self) -> Content:
        match self.pane:
            case "rows":
                return self._rows()
            case "verdict":
                lines = self.evidence.verdict(self.app.language, self.case, self.said[self.case])
                return Content("\n\n").join(map(literal, lines))
        return self._answers()

    def _answers(self) -> Content:
        lines = [Content.styled(self.t("cases.answers"), "$secondary")]
        for sample in self.evidence.answers.get(self.case, []):
            asked = Content.styled(clean(readable(sample["prompt"])), "$secondary")
            lines += [asked, Content.assemble(sign(sample), " ", clean(sample["completion"]) or "∅")]
        return Content("\n").join(lines)

    def _rows(self) -> Content:
        lines: list[Content] = []
        for key, rows in zip(("train_rows", "test_rows"), self.evidence.rows(self.case), strict=True):
            lines.append(Content.styled(self.t(f"cases.{key}", count=len(rows)), "bold"))
            for row in rows[:SHOWN]:
                lines.append(Content.styled(clean(readable(row["prompt"])), "$secondary"))
                for side in ("chosen", "rejected"):
                    lines.append(Content.assemble((f"  {self.t(f'cases.{side}')}: ", "$secondary"), clean(row[side])))
        return Content("\n").join(lines)

    # --- choosing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("fault", "hand_in"):
            ready = action == "fault" or len(self.said) == len(CASES)
            return self.app.store_is_open and self.gate is None and ready
        return True

    @on(OptionList.OptionHighlighted, "#cases")
    def _looked_at(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id and event.option_id != self.case:
            self.case = event.option_id
            self.query_one("#pane", VerticalScroll).scroll_home(animate=False)
            self.draw()

    def on_key(self, event: Key) -> None:
        """Any key but h takes back the question whether to hand in; left and right scroll what stands below."""
        if event.key != "h" and self.asked:
            self.asked = False
            self.draw()
        if event.key in ("pageup", "pagedown", "left", "right"):
            event.stop()
            down = event.key in ("pagedown", "right")
            self.query_one("#pane", VerticalScroll).scroll_relative(y=5 if down else -5, animate=False)

    def action_fault(self, number: int) -> None:
        """Keep the fault of the case on show, at once."""
        fault = list(FAULTS)[number - 1]
        diagnosis.choose(self.app.store, self.folder.name, self.case, fault)
        self.said[self.case] = fault
        self.draw()

    def action_charts(self) -> None:
        self.page += 1
        self.draw()

    def action_pane(self) -> None:
        """Answers, data, and after the decision the verdict."""
        panes = PANES if self.gate else PANES[:2]
        self.pane = panes[(panes.index(self.pane) + 1) % len(panes)]
        self.query_one("#pane", VerticalScroll).scroll_home(animate=False)
        self.draw()

    def action_hand_in(self) -> None:
        """The first time asks; the second decides."""
        if not self.asked:
            self.asked = True
            self.draw()
            return
        self.asked = False
        diagnosis.hand_in(self.app.store, self.folder.name, self.evidence.seed)
        self.reload()
