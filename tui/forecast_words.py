"""Forecasts and what became of them, in the learner's words: the same in a lab and on their page."""

from content.text import say
from engine.forecasts.forecast import GATE, Forecast
from engine.forecasts.scoring import Outcome
from tui.lab_progress import metric_title
from tui.numbers import percent, short
from tui.widgets.interval_line import two


def number(metric: str, value: float) -> str:
    """A value as the run's screens show it."""
    return two(value) if metric == GATE else short(value)


def said(language: str, forecast: Forecast) -> str:
    """`higher, 80 % sure`, `0.5 (0.2–0.9)`, `a curve from 0 to 0.6`."""
    metric = forecast.metric
    match forecast.kind:
        case "direction":
            way = say(language, f"forecast.{'gate' if metric == GATE else 'way'}.{'up' if forecast.up else 'down'}")
            return say(language, "forecast.sure", way=way, confidence=percent(forecast.confidence or 0.5))
        case "curve":
            first, last = (number(metric, forecast.points[place]) for place in (0, -1))
            return say(language, "forecast.curve_said", first=first, last=last)
    assert forecast.value is not None
    if forecast.low is None or forecast.high is None:
        return number(metric, forecast.value)
    low, high = number(metric, forecast.low), number(metric, forecast.high)
    return f"{number(metric, forecast.value)} ({low}–{high})"


def became(language: str, outcome: Outcome) -> str:
    """What was measured, and how far off the forecast was: `measured 0.48, within your interval`."""
    forecast = outcome.forecast
    metric, end = forecast.metric, number(forecast.metric, outcome.end)
    match forecast.kind:
        case "direction" if metric == GATE:
            return say(language, "forecast.gate_was", end=end)
        case "direction":
            return say(language, "forecast.went", start=number(metric, outcome.start or 0.0), end=end)
        case "curve" if outcome.skill is not None and outcome.error is not None:
            skill = percent(abs(outcome.skill))
            key = "forecast.curve_better" if outcome.skill > 0 else "forecast.curve_worse"
            return say(language, key, error=number(metric, outcome.error), skill=skill)
        case "curve":
            return say(language, "forecast.curve_was", error=number(metric, outcome.error or 0.0))
    words = say(language, "forecast.measured", end=end)
    if outcome.hit is not None:
        own = "own" if forecast.low is not None else "gates"
        words += ", " + say(language, f"forecast.{'inside' if outcome.hit else 'outside'}_{own}")
    return words


def line(language: str, forecast: Forecast, outcome: Outcome | None) -> str:
    """`KL: you said higher, 80 % sure; it went 0.00 → 0.48`."""
    title, yours = metric_title(language, forecast.metric), said(language, forecast)
    if outcome is None:
        key = "forecast.waiting" if forecast.run else "forecast.not_begun"
        return f"{title}: {say(language, key, said=yours)}"
    return f"{title}: {say(language, 'forecast.line', said=yours, became=became(language, outcome))}"


def sign(outcome: Outcome | None) -> str:
    """✓ or ✗ where there was something to hit, · for the rest, … while the run goes on."""
    if outcome is None:
        return "…"
    if outcome.hit is None:
        return "·"
    return "✓" if outcome.hit else "✗"
