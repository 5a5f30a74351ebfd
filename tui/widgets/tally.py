"""The tally of the arena, with the names of the models: a match, the last votes, and the ranking of all."""

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widgets import Static

from engine.arena.tally import Match, Standing
from engine.arena.vote import Vote
from engine.errors import Problem
from engine.store.rater import ENOUGH, Share
from engine.world.prompts import readable
from engine.world.rule import grade
from tui.literal import clean
from tui.numbers import minus
from tui.widgets.interval_line import draw, two

COIN = 0.5
LAST_VOTES = 6
WIDE = 100
"""From this width on the rule says its reason too."""


class Tally(Static):
    """`show(match, standings, sitting)` fills it, in the language of the moment."""

    DEFAULT_CSS = "Tally { height: auto; }"

    def show(self, match: Match, standings: Sequence[Sequence[Standing]], sitting: Sequence[Vote]) -> None:
        if not match.votes and not standings:
            self.update(Content(self._t("none")))
            return
        lines = [*self._match(match), Content()]
        if sitting:
            lines += [*self._sitting(sitting), Content()]
        self.update(Content("\n").join([*lines, *self._ranking(standings)]))

    def _t(self, key: str, **params: object) -> str:
        text: str = self.app.t(f"arena.tally.{key}", **params)  # type: ignore[attr-defined]
        return text

    def _quiet(self, key: str, **params: object) -> Content:
        return Content.styled(self._t(key, **params), "$secondary")

    # --- the match

    def _match(self, match: Match) -> Iterator[Content]:
        one, other = clean(match.one), clean(match.other)
        yield Content.styled(self._t("title", one=one, other=other), "bold $accent")
        yield Content(
            self._t(
                "counts",
                votes=match.votes,
                wins=match.wins,
                losses=match.losses,
                ties=match.ties - match.both_bad,
                both_bad=match.both_bad,
                one=one,
                other=other,
            )
        )
        if match.rate is None:
            yield Content(self._t("too_few", votes=match.votes, prompts=match.prompts, enough=ENOUGH))
        else:
            rate = match.rate
            verdict = "above" if rate.low > COIN else "below" if rate.high < COIN else "unclear"
            marks = {"value": rate.value, "threshold": COIN, "low": rate.low, "high": rate.high}
            numbers = self._t("rate", value=two(rate.value), low=two(rate.low), high=two(rate.high), one=one)
            yield Content.assemble((draw(marks, self._width), "$primary"), "  ", numbers)
            yield Content.styled(self._t(f"rate_{verdict}", one=one, other=other), "bold")
        if match.decisive.of:
            yield self._quiet("decisive", numbers=self._share(match.decisive), one=one)
        if match.same and match.with_same is not None:
            yield self._quiet("same", same=match.same, value=two(match.with_same))
        if match.rule.of:
            yield self._quiet("rule", numbers=self._share(match.rule))

    @property
    def _width(self) -> int:
        return max(10, min(50, self.app.size.width - 44))

    def _share(self, share: Share) -> str:
        if share.low is None or share.high is None or share.value is None:
            return self._t("share_few", hits=share.hits, of=share.of)
        return self._t(
            "share", hits=share.hits, of=share.of, value=two(share.value), low=two(share.low), high=two(share.high)
        )

    # --- the last votes

    def _sitting(self, sitting: Sequence[Vote]) -> Iterator[Content]:
        yield Content.styled(self._t("last"), "bold")
        width = max(len(clean(model)) for vote in sitting for model in (vote.first, vote.second))
        for vote in sitting[: -LAST_VOTES - 1 : -1]:
            yield Content.styled(clean(readable(vote.prompt)), "$secondary")
            for model, answer, won in (
                (vote.first, vote.first_answer, vote.points == 1),
                (vote.second, vote.second_answer, vote.points == 0),
            ):
                sign = ("★ ", "bold $accent") if won else ("  ", "")
                yield Content.assemble(
                    "  ", sign, (f"{clean(model):<{width}}  ", "bold"), clean(answer), self._rule(vote, answer)
                )

    def _rule(self, vote: Vote, answer: str) -> Content:
        from content.text import sentences

        try:
            found = grade(vote.prompt, answer)
        except Problem:
            return Content()
        if self.app.size.width < WIDE:
            return Content.styled(f"  {'✓' if found.right else '✗'}", "$success" if found.right else "$secondary")
        language = self.app.language  # type: ignore[attr-defined]
        reason = sentences(language).get(f"world.reason.{found.reason}", found.reason)
        return Content.styled(f"  {'✓' if found.right else '✗'} {reason}", "$success" if found.right else "$secondary")

    # --- the ranking

    def _ranking(self, groups: Sequence[Sequence[Standing]]) -> Iterator[Content]:
        yield Content.styled(self._t("ranking"), "bold $accent")
        for number, group in enumerate(groups):
            if number:
                yield self._quiet("not_linked")
            for place, each in enumerate(group, start=1):
                strength = minus(f"{each.strength:+.2f}")
                if each.low is None or each.high is None:
                    said = self._t("standing_few", votes=each.votes)
                else:
                    low, high = minus(f"{each.low:+.2f}"), minus(f"{each.high:+.2f}")
                    said = self._t("standing", low=low, high=high, votes=each.votes)
                yield Content.assemble(
                    (f"{place:>3}  ", "bold"),
                    (f"{clean(each.model):<26}", "bold"),
                    f"{strength:>7}  ",
                    (said, "$secondary"),
                )
        yield self._quiet("ranking_how")
