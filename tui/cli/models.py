"""`preferably chat`, `arena` and `forecasts`: asking models at a shell, and what votes and forecasts add up to."""

import sys
from dataclasses import asdict
from typing import Any

import click

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command, option
from tui.problems import literally

MOST_MODELS = 4


@command("chat")
@argument("models", nargs=-1, metavar="model")
@option("--temperature", metavar="number", help="chat.temperature")
@option("--seed", metavar="number", help="option.seed")
def chat(models: tuple[str, ...], temperature: str | None, seed: str | None) -> None:
    from engine.serving.client import Generator
    from engine.serving.models import candidates
    from tui.conversation import Exchange
    from tui.widgets.model_choice import usual

    here = session()
    asked = models or usual(candidates())
    if len(asked) > MOST_MODELS:
        raise Problem("cli.too_many_models", count=len(asked), most=MOST_MODELS)
    heat, number = _number(temperature, 1.0, 0.0, 2.0), int(_number(seed, 1, 0, 2**31))
    generator = Generator()
    exchanges: list[Exchange] = []
    here.note(here.t("cli.chat.how", models=", ".join(asked)))
    try:
        while prompt := _prompt():
            exchanges.append(_exchange(generator, here, asked, prompt, number + len(exchanges), heat))
    finally:
        generator.close()
    here.document({"exchanges": [_as_row(exchange) for exchange in exchanges]})


def _number(text: str | None, default: float, low: float, high: float) -> float:
    """Raises Problem `cli.not_in_range`."""
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise Problem("cli.not_in_range", value=text, low=f"{low:g}", high=f"{high:g}")
    return value


def _prompt() -> str:
    """The next line as a prompt of the tutor's; empty at the end of the input or after an empty line."""
    from engine.world.typed import as_prompt

    if sys.stdin.isatty():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.readline()
    return as_prompt(line) if line.strip() else ""


def _exchange(generator: Any, here: Session, models: tuple[str, ...], prompt: str, seed: int, heat: float) -> Any:
    """Ask every model with the same dice, and say what each answers and what the rule makes of it."""
    from content.text import sentences
    from engine.world.prompts import readable
    from engine.world.typed import unknown_words
    from tui.conversation import Exchange

    futures = [generator.answer(model, [prompt], seed=seed, temperature=heat) for model in models]
    exchange = Exchange(prompt, models, seed, heat, tuple(future.result()[0] for future in futures))
    here.line(readable(prompt))
    if unknown := unknown_words(prompt):
        here.note(here.t("chat.unknown_words", words=literally(", ".join(unknown))))
    width = max(map(len, models))
    for model, answer, grade in zip(models, exchange.answers, exchange.grades(), strict=True):
        said = here.t("chat.no_grade")
        if grade is not None:
            reason = sentences(here.language).get(f"world.reason.{grade.reason}", grade.reason)
            said = f"{'✓' if grade.right else '✗'} {reason}"
        here.line(f"  {model:<{width}}  {literally(answer)}  ({said})")
    return exchange


def _as_row(exchange: Any) -> dict[str, Any]:
    grades = [None if grade is None else asdict(grade) for grade in exchange.grades()]
    return {**exchange.payload(), "grades": grades}


@command("arena")
def arena() -> None:
    """What all votes add up to; voting itself needs the app."""
    from engine.arena.tally import match, standings
    from engine.arena.vote import votes
    from engine.store import Store
    from engine.store.rater import ENOUGH
    from tui.widgets.interval_line import two

    here = session()
    with Store.open() as store:
        given = votes(store)
    pairs = list(dict.fromkeys((vote.first, vote.second) for vote in given))
    pairs = [pair for number, pair in enumerate(pairs) if pair[::-1] not in pairs[:number]]
    matches = [match(given, *pair) for pair in pairs]
    groups = standings(given)
    if not given:
        here.line(here.t("cli.arena.none"))
    for found in matches:
        counts = {"wins": found.wins, "losses": found.losses, "one": found.one, "other": found.other}
        here.line(here.t("arena.tally.title", one=found.one, other=found.other))
        even = {"ties": found.ties - found.both_bad, "both_bad": found.both_bad}
        here.line("  " + here.t("arena.tally.counts", votes=found.votes, **counts, **even))
        if found.rate is None:
            here.line("  " + here.t("arena.tally.too_few", votes=found.votes, prompts=found.prompts, enough=ENOUGH))
        else:
            value, low, high = (two(number) for number in (found.rate.value, found.rate.low, found.rate.high))
            here.line("  " + here.t("arena.tally.rate", one=found.one, value=value, low=low, high=high))
    for number, group in enumerate(groups):
        here.line(here.t("arena.tally.not_linked" if number else "arena.tally.ranking"))
        for place, each in enumerate(group, start=1):
            here.line(f"  {place}  {each.model:<26} {each.strength:+.2f}")
    here.document({
        "votes": len(given),
        "matches": [asdict(found) for found in matches],
        "standings": [[asdict(each) for each in group] for group in groups],
    })  # fmt: skip


@command("forecasts")
def forecasts() -> None:
    """Every forecast with what became of it, and the calibration of all."""
    from engine.forecasts.calibration import calibration
    from engine.store import Store
    from tui.forecast_words import line, sign
    from tui.forecasting import judged

    here = session()
    with Store.open() as store:
        found = judged(store)
    calibrated = calibration([each.outcome for each in found if each.outcome])
    if not found:
        here.line(here.t("cli.forecasts.none"))
    for each in found:
        name = each.forecast.run.rpartition("/")[2] if each.forecast.run else each.forecast.item
        here.line(f"{sign(each.outcome)} {name}  {line(here.language, each.forecast, each.outcome)}")
    if calibrated.brier is not None:
        here.line(here.t("forecast.calibration.brier", brier=f"{calibrated.brier:.2f}", coin="0.25"))
    rows = [{**asdict(each.forecast), "outcome": _outcome(each.outcome)} for each in found]
    verdicts = {"verdict": calibrated.verdict, "interval_verdict": calibrated.interval_verdict}
    here.document({"forecasts": rows, "calibration": {**asdict(calibrated), **verdicts}})


def _outcome(outcome: Any) -> dict[str, Any] | None:
    """An outcome without the forecast in it."""
    if outcome is None:
        return None
    fields = asdict(outcome)
    del fields["forecast"]
    return fields
