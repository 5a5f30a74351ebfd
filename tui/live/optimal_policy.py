"""The closed form: a reference tilted by reward / β."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import optimal_policy, optimal_policy_limits
from tui.live.shares import Shares
from tui.live.written import answer, fixed, vector
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

BETA = Track(0.01, 10, log=True)
REWARD = Track(-3, 3, step=0.25, fine=0.05)


class OptimalPolicyBlock(LiveBlock):
    """Two answers share one prior slider; three or more have one each, and the others make room in proportion."""

    title = "live.optimal_policy.title"
    hint = "live.optimal_policy.try"
    defaults = {"prior": (0.6, 0.4), "reward": (1.0, 0.0), "beta": 0.5}

    @property
    def count(self) -> int:
        return len(self.arguments["prior"])

    def sliders(self) -> Iterator[Slider]:
        reward = self.arguments["reward"]
        self.shares = Shares("prior", "π_ref", self.arguments["prior"])
        yield Slider("beta", "β", float(self.arguments["beta"]), BETA)
        yield from self.shares.sliders()
        for number in range(self.count):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward[number]), REWARD)

    def moved(self, slider: Slider) -> None:
        self.shares.make_room(self, slider)

    def lines(self, values: Values, width: int) -> list[Content]:
        prior = self.shares.of(values)
        reward = [values[f"reward{number}"] for number in range(self.count)]
        beta = values["beta"]
        best = optimal_policy(prior=prior, reward=reward, beta=beta)
        limits = optimal_policy_limits(prior=prior, reward=reward)
        say = self.app.t
        lines = [Content.styled(f"    {say('live.optimal_policy.header')}", "$secondary")]
        for number, (before, now) in enumerate(zip(prior, best.policy, strict=True)):
            numbers = f"{answer(number)}  {before:.3f} → {now:.3f}  "
            lines.append(Content.assemble(numbers, bar(now, max(4, width - len(numbers)), before)))
        tilt = f"{fixed(prior[0], 3)} · exp({fixed(reward[0], 2)} / {fixed(beta, 2)}) / Z"
        share = f"{fixed(best.weights[0])} / {fixed(best.Z)}"
        result = (fixed(best.policy[0], 3), "bold $accent")
        lines.append(
            fitting(
                width,
                Content.assemble(f"π*(y₁) = {tilt} = {share} = ", result),
                Content.assemble(f"π*(y₁) = {share} = ", result),
            )
        )
        lines.append(
            Content.assemble(
                "Z = ", (fixed(best.Z), "bold"), "   KL = ", (fixed(best.kl), "bold"), f" {say('live.nats')}   ",
                "E[R] = ", (fixed(best.expected_reward), "bold"),
            )
        )  # fmt: skip
        zero, infinity = limits.beta_to_zero, limits.beta_to_infinity
        both = (f"β → 0: {vector(zero, decimals)}   β → ∞: {vector(infinity, decimals)}" for decimals in (3, 2, 1))
        lines.append(fitting(width, *map(Content, both)))
        return lines
