"""Reward against KL: the frontier that no policy passes, and how near to it best-of-N comes."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import best_of_n_policy, beta_table, reward_kl_plane
from engine.theory.frontier import RewardKLPlane
from tui.live.curve import HERE, Axis, Plot
from tui.live.shares import Shares
from tui.live.written import answer, fixed
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

DRAWS = Track(1, 64, log=True, decimals=0)
REWARD = Track(-3, 3, step=0.25, fine=0.05)
ROWS = 7
MARKED = (1, 2, 4, 8, 16, 32, 64)
FRONTIER = [10 ** (exponent / 12) for exponent in range(-30, 25)]  # β, in units of the spread of the rewards


class RewardKLPlaneBlock(LiveBlock):
    """○ best of 1, 2, 4, … on the plane, ● your N, and below it the optimal policy that costs the same KL."""

    title = "live.reward_kl_plane.title"
    hint = "live.reward_kl_plane.try"
    defaults = {"prior": (0.4, 0.3, 0.2, 0.1), "reward": (0.0, 0.1, 0.2, 1.0), "n": 4}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("n", "N", float(self.arguments["n"]), DRAWS)
        self.shares = Shares("prior", "π_ref", self.arguments["prior"])
        yield from self.shares.sliders()
        for number, reward in enumerate(self.arguments["reward"]):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward), REWARD)

    def moved(self, slider: Slider) -> None:
        self.shares.make_room(self, slider)

    def problem(self, values: Values) -> tuple[list[float], list[float]]:
        """Prior and reward."""
        return self.shares.of(values), [values[f"reward{number}"] for number in range(len(self.arguments["reward"]))]

    def picture(self, values: Values, width: int) -> list[Content]:
        prior, reward = self.problem(values)
        spread = max(reward) - min(reward)
        frontier = beta_table(prior, reward, [beta * (spread or 1) for beta in FRONTIER])
        here, *marked = (best_of_n_policy(prior, reward, n) for n in (int(values["n"]), *MARKED))
        x = Axis.around([0.0, *frontier.kls, here.kl], label=f"KL ({self.app.t('live.nats')})")
        plot = Plot(width, ROWS, x, Axis.around([*frontier.expected_rewards, here.expected_reward]))
        plot.line(sorted(zip(frontier.kls, frontier.expected_rewards, strict=True)))
        for best in marked:
            plot.sign(best.kl, best.expected_reward, "○")
        plot.sign(here.kl, here.expected_reward, "●", HERE)
        return [Content.styled(self.app.t("live.reward_kl_plane.axis"), "$secondary"), *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        (prior, reward), n, say = self.problem(values), int(values["n"]), self.app.t
        best, plane = best_of_n_policy(prior, reward, n), reward_kl_plane(prior, reward, n)
        lines = [Content.styled(f"{'R':>10}{'π_ref':>9}{'π_N':>9}{'π*':>9}", "$secondary")]
        for number, row in enumerate(zip(reward, prior, best.policy, plane.frontier_policy, strict=True)):
            paid, *shares = row
            lines.append(Content(f"{answer(number)}{fixed(paid, 2):>8}{''.join(f'{fixed(p, 3):>9}' for p in shares)}"))
        same = say("live.reward_kl_plane.same", beta=self.price(plane))
        lines.append(Content.assemble(f"π_N: KL = {fixed(plane.kl)}, E[R] = ", (fixed(plane.expected_reward), HERE)))
        lines.append(Content.assemble(f"π*: {same}, E[R] = ", (fixed(plane.frontier_reward), HERE)))
        missing = fixed(max(0.0, plane.frontier_reward - plane.expected_reward))
        lines.append(Content(say("live.reward_kl_plane.missing", reward=missing)))
        return lines

    def price(self, plane: RewardKLPlane) -> str:
        """The β of π*, which lies at an end where best-of-N has not moved, or can't move further."""
        if plane.beta is not None:
            return f"= {fixed(plane.beta)}"
        return "→ ∞" if plane.kl == 0 else "→ 0"
