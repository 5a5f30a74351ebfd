"""Best of N: which policy the choice among N draws makes, and what it really costs in KL."""

from collections.abc import Iterator
from math import log

from textual.content import Content

from engine.theory import best_of_n, best_of_n_policy
from tui.live.shares import Shares
from tui.live.written import answer, fixed, raised
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

DRAWS = Track(1, 200, log=True, decimals=0)
REWARD = Track(-3, 3, step=0.25, fine=0.05)
REACH = best_of_n(200).kl_bound  # where the bars of KL end


class BestOfNPolicyBlock(LiveBlock):
    """The reference tilted by selection, beside the KL that this costs and the bound that is quoted for it."""

    title = "live.best_of_n_policy.title"
    hint = "live.best_of_n_policy.try"
    defaults = {"prior": (0.5, 0.3, 0.15, 0.05), "reward": (0.0, 0.4, 0.7, 1.0), "n": 4}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("n", "N", float(self.arguments["n"]), DRAWS)
        self.shares = Shares("prior", "π_ref", self.arguments["prior"])
        yield from self.shares.sliders()
        for number, reward in enumerate(self.arguments["reward"]):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward), REWARD)

    def moved(self, slider: Slider) -> None:
        self.shares.make_room(self, slider)

    def lines(self, values: Values, width: int) -> list[Content]:
        prior, n = self.shares.of(values), int(values["n"])
        reward = [values[f"reward{number}"] for number in range(len(prior))]
        best, say = best_of_n_policy(prior=prior, reward=reward, n=n), self.app.t
        lines = [Content.styled(f"    {say('live.best_of_n_policy.header', n=n)}", "$secondary")]
        for number, (before, now) in enumerate(zip(prior, best.policy, strict=True)):
            numbers = f"{answer(number)}  {before:.3f} → {now:.3f}  "
            lines.append(Content.assemble(numbers, bar(now, max(4, width - len(numbers)), before)))
        lines.append(self.formula(prior, reward, n, width))
        labels = [say("live.best_of_n_policy.true"), say("live.best_of_n_policy.bound")]
        widest = max(map(len, labels))
        for label, kl in zip(labels, (best.kl, best.kl_bound), strict=True):
            numbers = f"KL {label.ljust(widest)}  {fixed(kl)}  "
            lines.append(Content.assemble(numbers, bar(kl / REACH, max(4, width - len(numbers)))))
        bound = f"log N − (N−1)/N = {fixed(log(n))} − {fixed((n - 1) / n)} = {fixed(best.kl_bound)} {say('live.nats')}"
        lines.append(Content(bound))
        lines.append(Content.assemble("E[R] = Σ π_N R = ", (fixed(best.expected_reward), "bold $accent")))
        return lines

    def formula(self, prior: list[float], reward: list[float], n: int, width: int) -> Content:
        """The probability of the answers with the best reward, substituted."""
        top = max(reward)
        below = sum(p for p, r in zip(prior, reward, strict=True) if r < top)
        name = "+".join(answer(number) for number, r in enumerate(reward) if r == top)
        result = (fixed(1 - below**n), "bold $accent")
        substituted = f"1 − {fixed(below, 3)}{raised(n)} = "
        return fitting(
            width,
            Content.assemble(f"π_N({name}) = 1 − P(R < {fixed(top, 2)})ᴺ = {substituted}", result),
            Content.assemble(f"π_N({name}) = {substituted}", result),
        )
