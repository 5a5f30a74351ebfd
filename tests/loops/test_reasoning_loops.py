"""RLVR and the reward models of steps: what is paid, where a step is read, who picks the best of N."""

import pytest
import torch

from engine.evaluate import reasoning
from engine.judges.verifier import Verifier
from engine.loops.process import step_batch
from engine.world.prompts import STEPWISE, read

PROMPT = "step: fill: yesterday he __ (go) to school . ->"
RIGHT, LUCKY, HEDGED, WRONG = (
    "go , past , he , went",
    "go , past , i , went",
    "go , past , he , goes | went",
    "go , past , he , goed",
)


def rewards(**settings):
    verifier = Verifier(**{"strict": True, "process_reward": 0.0, **settings})
    return [verifier.reward(PROMPT, answer) for answer in (RIGHT, LUCKY, HEDGED, WRONG)]


def test_the_outcome_alone_is_blind_to_a_wrong_step():
    assert rewards() == [1, 1, 0, 0]


def test_a_sloppy_checker_pays_for_naming_two_forms():
    assert rewards(strict=False) == [1, 1, 1, 0]


def test_paid_by_the_step_the_lucky_answer_gets_less():
    assert rewards(process_reward=0.5) == [1, 0.875, 0.375, 0.375]
    assert rewards(process_reward=1.0) == [1, 0.75, 0.75, 0.75]


def test_an_answer_at_once_has_no_steps_to_pay_for():
    plain = PROMPT.removeprefix(STEPWISE)
    assert Verifier(strict=True, process_reward=0.5).reward(plain, "went") == 1
    assert Verifier(strict=True, process_reward=0.5).reward(plain, RIGHT) == 0


@pytest.mark.parametrize("chain_of_thought", [True, False])
@pytest.mark.parametrize("method", ["rlvr", "rlvr-rloo"])
def test_prompts_ask_for_steps_or_not(method, chain_of_thought, new_loop):
    loop = new_loop(method, chain_of_thought=chain_of_thought)
    logged = loop.step()
    prompts = [prompt for experience in loop.experiences for prompt in experience.prompts]
    assert {prompt.startswith(STEPWISE) for prompt in prompts} == {chain_of_thought}
    assert not any(read(prompt).sentence.held_out for prompt in prompts)
    assert ("correct/chains" in logged) == chain_of_thought
    assert logged["objective/scores"] <= logged["correct/answers"] + 1e-6, "an answer without an end is fined"
    assert logged.get("correct/chains", 0) <= logged["correct/answers"]


def test_a_step_is_read_at_its_end(new_loop):
    policy = new_loop("prm").policy
    solutions = [("go", "past", "he", "goed"), ("catch", "perfect", "has caught")]
    batch, mask = step_batch(policy, [PROMPT, PROMPT], solutions)
    assert mask.tolist() == [[True] * 4, [True] * 3 + [False]]
    pieces = [policy.tokenizer.pieces(ids) for ids in batch.ids.gather(1, batch.ends).tolist()]
    assert pieces == [[",", ",", ",", "</s>"], [",", ",", "</s>", "</s>"]]
    assert all(row == sorted(row) for row in batch.ends.tolist())


def test_a_step_does_not_see_what_comes_after_it(new_loop):
    loop = new_loop("prm")
    loop.step()
    loop.step()
    scores = []
    for rest in (("past", "he", "went"), ("future", "i", "will go")):
        batch, _ = step_batch(loop.policy, [PROMPT], [("go", *rest)])
        scores.append(loop.logits(batch)[0])
    assert scores[0][0].item() == pytest.approx(scores[1][0].item(), abs=1e-6)
    assert scores[0][1].item() != pytest.approx(scores[1][1].item(), abs=1e-6)


@pytest.mark.parametrize("method", ["orm", "prm"])
def test_it_begins_at_an_even_chance_and_learns(method, new_loop):
    loop = new_loop(method, num_train_epochs=20)
    first = loop.step()
    assert first["loss"] == pytest.approx(0.6931, abs=1e-4)
    while loop.next_step < loop.total_steps:
        last = loop.step()
    assert last["loss"] < 0.75 * first["loss"]


def pool(answers, right):
    chains = [[f"go , past , he , {answer}" for answer in answers]]
    hits = torch.tensor([right])
    return reasoning.Pool([PROMPT], chains, hits, hits)


def test_who_picks():
    found = pool(["goed", "went", "went", "goes"], [False, True, True, False])
    pickers = reasoning.pickers(found, {"model": torch.tensor([[0.9, 0.1, 0.2, 0.3]])})
    hits = {name: reasoning.best_of(found.right, pick, 4) for name, pick in pickers.items()}
    assert hits == {"vote": [1.0], "model": [0.0], "rule": [1.0]}
    assert reasoning.best_of(found.right, pickers["model"], 2) == [0.0], "goed of the first two, goes of the others"
    assert reasoning.best_of(found.right, pickers["vote"], 2) == [0.5], "a tie goes to the one that came first"
    assert reasoning.best_of(found.right, pickers["model"], 1) == [0.5]


def test_auc():
    scores, labels = torch.tensor([3.0, 2.0, 1.0]), torch.tensor([True, False, True])
    assert reasoning.auc(scores, labels) == 0.5
    assert reasoning.auc(scores, torch.tensor([True, True, False])) == 1
    assert reasoning.auc(torch.zeros(3), labels) == 0.5
    assert reasoning.auc(scores, torch.ones(3, dtype=torch.bool)) == 0.5


def test_the_gate_of_a_policy_that_has_learnt_nothing_is_missed(new_loop):
    loop = new_loop("rlvr", learning_rate=1e-7)
    gate = loop.finish()
    assert gate["id"] == "chain_gain"
    assert not gate["passed"]
    assert {detail["id"] for detail in gate["details"]} >= {"correct_before", "correct_after", "sound_after", "kl"}
