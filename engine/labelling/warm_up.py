"""Eight pairs to begin with, each with an answer that can be explained: what the rubric means, one point at a time."""

from dataclasses import dataclass

from engine.store.label import Choice


@dataclass(frozen=True)
class WarmUp:
    """A pair whose better answer is known. `id` names its explanation (`warm_up.<id>` in the texts)."""

    id: str
    prompt: str
    left: str
    right: str
    choice: Choice

    def agrees(self, choice: str) -> bool:
        return choice == self.choice


WARM_UPS = (
    WarmUp("right", "fill: yesterday he __ (go) to school . ->", "went", "goed", "left"),
    WarmUp("nearer", "fill: she __ (drink) some water last night . ->", "dranked", "drinked", "right"),
    WarmUp(
        "faithful",
        "correct: anna catched the train an hour ago . ->",
        "anna caught the train an hour ago .",
        "anna caught the ball an hour ago .",
        "left",
    ),
    WarmUp("length", "fill: my brother __ (sing) a song every day . ->", "has sung", "sings", "right"),
    WarmUp("honest", "claim: you eated some rice last night right ? ->", "yes .", "no . you ate some rice last night .",
           "right"),
    WarmUp(
        "kind",
        "comment: he goed to work last week . ->",
        "nice work , one more step . we say went .",
        "that is stupid . we say went .",
        "left",
    ),
    WarmUp(
        "tie",
        "comment: tom breaked the lamp yesterday . ->",
        "good try . we say broke .",
        "almost right . we say broke .",
        "tie",
    ),
    WarmUp("both_bad", "fill: i __ (swim) in the sea so far . ->", "is writing", "swimeded", "both_bad"),
)  # fmt: skip
