"""What judges say of pairs through the process that answers for models: the same as asked directly, and refusals."""

import pytest

from engine.errors import Problem
from engine.judges.pairwise import PairwiseJudge
from engine.serving.verdicts import JUDGE, prefer

PROMPT = "fill: yesterday he __ (go) to the market . ->"


class Desk:
    """Counts how often an operation asked whether it may stop."""

    checks = 0

    def check(self):
        self.checks += 1


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))


@pytest.mark.long
def test_the_judge_says_what_it_says_in_both_orders_and_can_be_stopped_between_batches():
    desk = Desk()
    pairs = [[PROMPT, "went", "goed"], [PROMPT, "goed", "went"], [PROMPT, "went", "wented"]]
    found = prefer(desk, JUDGE, pairs * 12)
    direct = PairwiseJudge.load().both_orders([tuple(pair) for pair in pairs]).tolist()
    assert found[:3] == pytest.approx(direct, abs=1e-5)
    assert found[0] + found[1] == pytest.approx(1, abs=1e-5), "the order of the answers does not matter"
    assert desk.checks == 2


def test_a_run_that_is_not_there_is_refused():
    with pytest.raises(Problem) as caught:
        prefer(Desk(), "reward-model-gone-01", [[PROMPT, "a", "b"]])
    assert caught.value.code == "runs.not_found"
