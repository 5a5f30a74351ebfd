"""Saying what a run will do, before it starts: the way a measure goes, its last value, or its curve."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from content.questions import Question, predicted
from engine.forecasts.forecast import GATE, KINDS, curve, direction, read, value
from engine.methods import METHODS
from tui.forecast_words import said
from tui.lab_progress import metric_title
from tui.literal import clean, literal
from tui.screens.base import PreferablyScreen
from tui.widgets.choices import Choices
from tui.widgets.selector import Selector
from tui.widgets.sketch import Sketch
from tui.widgets.slider import Slider, Track
from tui.widgets.steady_input import SteadyInput

Keep = Callable[[str, dict[str, Any] | None], None]
QUIET_METRICS = ("grad_norm", "learning_rate")
SHARES = ("accurac", "correct", "precision", "recall", "rate", "auc", "distinct", "agreement", "consistent", "right")
AXES = (("logps", -20.0, 0.0), ("margin", -1.0, 4.0), ("rewards", -4.0, 4.0), ("kl", 0.0, 2.0), ("loss", 0.0, 1.0))
"""Where a sketch begins; + and − change it."""


def axis(metric: str) -> tuple[float, float]:
    """Bottom and top of the axis that a measure is first sketched on."""
    if any(part in metric for part in SHARES):
        return 0.0, 1.0
    return next(((low, high) for part, low, high in AXES if part in metric), (0.0, 1.0))


class ForecastScreen(PreferablyScreen):
    """Forecasts for a run of `method`: `made` are those that stand, by id; `keep` takes each new one, or None for one
    that is taken back. Nobody can make one once the run has started."""

    AUTO_FOCUS = "#metrics"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "keep", "forecast.keys.keep", id="forecast.keep"),
        Binding("delete,ctrl+d", "remove", "forecast.keys.remove", id="forecast.remove"),
        Binding("tab", "app.focus_next", "forecast.keys.next", id="forecast.next"),
    ]
    DEFAULT_CSS = """
    ForecastScreen #how { height: auto; padding: 0 2; color: $secondary; }
    ForecastScreen #both { height: 1fr; padding: 1 2 0 2; }
    ForecastScreen #metrics, ForecastScreen #metrics:focus {
        width: 30; height: 1fr; border: none; background: $background; padding: 0; text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    ForecastScreen #panel { width: 1fr; height: 1fr; padding: 0 0 0 2; scrollbar-size-vertical: 1; }
    ForecastScreen .kind { height: auto; margin: 1 0 0 0; }
    ForecastScreen .kind Static { height: auto; }
    ForecastScreen #value Input { height: 1; border: none; padding: 0 1; width: 16; background: $panel; }
    ForecastScreen #value Input:focus { border: none; background: $primary 20%; }
    ForecastScreen #value Horizontal { height: 1; }
    ForecastScreen #value .name { width: 18; }
    ForecastScreen #told { height: auto; min-height: 2; padding: 0 2; }
    """

    def __init__(self, method: str, made: Mapping[str, Mapping[str, Any]], keep: Keep) -> None:
        super().__init__()
        self.method = method
        self.made = dict(made)
        self.keep = keep
        self.metrics = [GATE, *(metric for metric in METHODS[method].metrics if metric not in QUIET_METRICS)]
        self.metric = GATE
        self.told: Callable[[], str] = str

    def crumbs(self) -> list[str]:
        return [self.t("forecast.title"), self.t(f"runs.method.{self.method}")]

    def compose_body(self) -> Iterable[Widget]:
        yield Static(literal(self.t("forecast.how")), id="how")
        with Horizontal(id="both"):
            yield Choices(id="metrics")
            with VerticalScroll(id="panel", can_focus=False):
                yield Selector("kind", self.t("forecast.kind_label"), [self.t(f"forecast.kind.{k}") for k in KINDS], 0)
                with Vertical(id="direction", classes="kind"):
                    yield Selector("way", self.t("forecast.it_ends"), self._ways(), 0)
                    yield Slider(
                        "confidence", self.t("forecast.how_sure"), 70, Track(50, 99, step=5, fine=1, decimals=0)
                    )
                    yield Static(literal(self.t("forecast.sure_means")), classes="quiet")
                with Vertical(id="value", classes="kind"):
                    for name in ("end", "low", "high"):
                        with Horizontal():
                            yield Static(literal(self.t(f"forecast.field.{name}")), classes="name")
                            yield SteadyInput(id=name)
                    yield Static(literal(self.t("forecast.interval_means")), classes="quiet")
                with Vertical(id="curve", classes="kind"):
                    yield Sketch(id="sketch")
        yield Static(id="told", markup=False)

    def _ways(self) -> list[str]:
        area = "gate" if self.metric == GATE else "way"
        return [self.t(f"forecast.{area}.{way}") for way in ("up", "down")]

    def on_mount(self) -> None:
        self.show_all()

    async def language_changed(self) -> None:
        kind = self.kind
        await super().language_changed()
        self.selector("kind").set(KINDS.index(kind), tell=False)
        self.show_all()

    @property
    def kind(self) -> str:
        return KINDS[self.selector("kind").chosen]

    def selector(self, name: str) -> Selector:
        return next(each for each in self.query(Selector) if each.name == name)

    @property
    def confidence(self) -> Slider:
        return next(each for each in self.query(Slider) if each.name == "confidence")

    @property
    def id_here(self) -> str:
        return f"{self.metric}:{self.kind}"

    # --- showing what is there

    def show_all(self) -> None:
        """The list with its marks, and the panel of the chosen measure."""
        self._write_list()
        self.show_metric()

    def _write_list(self) -> None:
        metrics = self.query_one("#metrics", Choices)
        metrics.clear_options()
        metrics.add_options(Option(self._line(metric), id=metric) for metric in self.metrics)
        metrics.highlighted = self.metrics.index(self.metric)

    def _line(self, metric: str) -> Content:
        made = any(payload.get("metric") == metric for payload in self.made.values())
        sign = ("✎ ", "bold $accent") if made else ("  ", "")
        return Content.assemble(sign, (clean(metric_title(self.app.language, metric)), "bold" if made else ""))

    def show_metric(self) -> None:
        """The fields as they were kept for this measure, or empty."""
        way = self.selector("way")
        way.words = tuple(self._ways())
        known = self.made.get(f"{self.metric}:direction", {})
        way.set(0.0 if known.get("up", True) else 1.0, tell=False)
        way.refresh()
        self.confidence.set(100 * known.get("confidence", 0.7), tell=False)
        known = self.made.get(f"{self.metric}:value", {})
        for name, key in (("end", "value"), ("low", "low"), ("high", "high")):
            self.query_one(f"#{name}", Input).value = f"{known[key]:g}" if known.get(key) is not None else ""
        self.query_one(Sketch).start(*axis(self.metric), self.made.get(f"{self.metric}:curve", {}).get("points", ()))
        self.show_kind()

    def show_kind(self) -> None:
        if self.metric == GATE and self.kind == "curve":  # one number at the end has no curve
            self.selector("kind").set(0.0, tell=False)
        for kind in KINDS:
            self.query_one(f"#{kind}").display = kind == self.kind
        self._tell()
        self.refresh_bindings()

    def _tell(self) -> None:
        """What was just kept or refused; else what stands for this measure."""
        text = self.told()
        if not text:
            standing = [
                read(id, "", payload) for id, payload in self.made.items() if payload.get("metric") == self.metric
            ]
            text = "   ".join(
                self.t("forecast.standing", said=said(self.app.language, each)) for each in standing if each is not None
            )
        self.query_one("#told", Static).update(literal(text))

    @on(OptionList.OptionHighlighted, "#metrics")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id and event.option_id != self.metric:
            self.metric, self.told = event.option_id, str
            self.show_metric()

    @on(OptionList.OptionSelected, "#metrics")
    def _into(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.selector("kind").focus()

    @on(Slider.Moved)
    def _moved(self, event: Slider.Moved) -> None:
        if event.slider.name == "kind":
            self.told = str
            self.show_kind()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "remove":
            return bool(self.query(Selector)) and self.id_here in self.made
        return True

    # --- keeping

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the forecast of this measure and kind in place of the one before."""
        try:
            payload = self._payload()
        except ValueError:
            self.told = lambda: self.t("forecast.not_a_number")
        else:
            self.made[self.id_here] = payload
            self.keep(self.id_here, payload)
            kept = read("", "", payload)
            assert kept is not None
            self.told = lambda: self.t("forecast.kept", said=said(self.app.language, kept))
            self._write_list()
        self._tell()
        self.refresh_bindings()

    def _payload(self) -> dict[str, Any]:
        """Raises ValueError for fields that make no forecast."""
        match self.kind:
            case "direction":
                confidence = self.confidence.value / 100
                return direction(self.metric, self.selector("way").chosen == 0, confidence)
            case "curve":
                return curve(self.metric, tuple(self.query_one(Sketch).points))
        numbers = [self._number(name) for name in ("end", "low", "high")]
        if numbers[0] is None:
            raise ValueError
        return value(self.metric, numbers[0], numbers[1], numbers[2])

    def _number(self, name: str) -> float | None:
        """What a field holds (0.9, 0,9, 90 %, 9/10); None where it is empty. Raises ValueError for anything else."""
        text = self.query_one(f"#{name}", Input).value
        if not text.strip():
            return None
        found = predicted(Question(name, "number", ""), text)
        if found is None:
            raise ValueError(text)
        return found

    def action_remove(self) -> None:
        """Take the forecast of this measure and kind back."""
        del self.made[self.id_here]
        self.keep(self.id_here, None)
        self.told = lambda: self.t("forecast.removed")
        self._write_list()
        self.show_metric()

    async def action_back(self) -> None:
        """To the list first, then out."""
        metrics = self.query_one("#metrics")
        if self.focused in (None, metrics):
            await super().action_back()
        else:
            metrics.focus()


def summary(language: str, made: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for every forecast that stands."""
    found = (read(id, "", payload) for id, payload in made.items())
    return [f"✎ {metric_title(language, each.metric)}: {said(language, each)}" for each in found if each is not None]
