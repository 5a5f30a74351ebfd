"""The learner as a rater, read off their labels, with what judges say of the same pairs asked for in the background."""

from collections.abc import Iterable, Mapping, Sequence

from engine.labelling.instruments import Reading, ceiling, instruments, reward_model, tested
from engine.labelling.reward_model import own_reward_model, trained_on_labels
from engine.runs.status import RunStatus
from engine.store.label import Label
from engine.store.rater import Habits, habits, pairs_given_here
from tui.verdicts import JUDGE, Asked, Verdicts


class Rater:
    """`read` fills the rest: `habits`, `readings` by id, `ceiling` (what a perfect model would score on these labels)
    and `model`, the learner's reward model if there is one."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts
        self.habits: Habits | None = None
        self.readings: dict[str, Reading] = {}
        self.ceiling: float | None = None
        self.model: RunStatus | None = None
        self.model_read_labels = False
        self._seen = -1

    def read(self, labels: Sequence[Label]) -> None:
        """Work everything out from these labels and from what the judges have said so far, and ask for the rest."""
        self._seen = self.verdicts.changes
        decided = [label for label in pairs_given_here(labels) if label.decisive]
        self.verdicts.ask(JUDGE, map(asked, decided))
        self.model = own_reward_model()
        said: Mapping[str, float] = {}
        if self.model is not None:
            self.model_read_labels = trained_on_labels(self.model)
            said = self.ask_model(map(asked, tested(decided)))
        found = (*instruments(labels, self.verdicts.of(JUDGE)), reward_model(decided, said))
        self.readings = {reading.id: reading for reading in found}
        self.ceiling = ceiling(self.readings["self_agreement"])
        self.habits = habits(labels)

    def ask_model(self, pairs: Iterable[Asked]) -> Mapping[str, float]:
        """What the learner's reward model has said so far; the rest of these pairs is asked for."""
        assert self.model is not None
        self.verdicts.ask(self.model.run_id, pairs)
        return self.verdicts.of(self.model.run_id)

    def changed(self) -> bool:
        """A judge has said something since the last reading."""
        return self._seen != self.verdicts.changes

    def close(self) -> None:
        self.verdicts.close()


def asked(label: Label) -> Asked:
    """The pair of a label, for a judge."""
    return (label.pair_id, label.prompt, *label.answers)
