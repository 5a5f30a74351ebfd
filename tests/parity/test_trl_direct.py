"""TRL's trainers as the oracle of the direct methods: robust DPO, IPO, RPO, KTO, ORPO and SimPO.

Where TRL 1.16 differs from the papers, and so from ours; each difference has a test here:
- IPO: TRL divides each log-ratio by the tokens of its answer, ours does so with `length_normalized`. The sum of the
  paper (Azar 2023, eq. 17) is the default of ours; between answers of n tokens each, TRL's loss is 1/n² of that sum's
  with τ = β/n.
- RPO: TRL has it as a sum of two losses, "sigmoid" and "sft". The second is the mean over all tokens of the batch; the
  paper (Pang 2024, eq. 1) and ours take the mean over the tokens of each answer first. The same where answers are of
  one length.
- KTO: TRL pairs each prompt with the answer of the row before for the reference point, ours with that of the row
  after, as the paper has it. The same when the rows are in the opposite order. One that comes out below zero is cut off
  there by both.
- ORPO: TRL's likelihood covers the prompt too, and is a mean over tokens of the batch; the paper's (Hong 2024, eq. 3)
  and ours is that of each answer. The odds are the same; so is everything on one pair whose prompt is BOS alone.
- SimPO: TRL's `cpo_alpha` is 1 unless told otherwise, which adds a likelihood that SimPO does not have. At 0 there is
  no difference, and γ is in units of reward in both.
"""

import pytest
import torch
import trl
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from engine.bench import opponent
from engine.loops import direct
from engine.world.preferences import training_pairs
from tests.parity.oracle import (
    BATCH,
    CLOSE,
    as_text,
    compare,
    gradients_of,
    logged_by,
    our_loop,
    same_gradients,
    their_gradients,
    their_loss,
    trainer_of,
    whole_batch,
)

PAIR = ("chosen", "rejected")
SHARED = {"rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies"}


def lengths_of(loop):
    return loop.train[0].lengths


@pytest.fixture(scope="module")
def rows():
    return training_pairs(3, BATCH)


@pytest.fixture(scope="module")
def pairs_of_one_length(model):
    """Pairs whose answers all have equally many tokens."""
    from engine.models.tokenizer import Tokenizer

    tokenizer, groups = Tokenizer.load(model), {}
    for row in training_pairs(3, 400):
        lengths = {len(tokenizer.completion(row[name])) for name in PAIR}
        if len(lengths) == 1:
            groups.setdefault(lengths.pop(), []).append(row)
    length, found = max(groups.items(), key=lambda group: len(group[1]))
    assert length > 1
    assert len(found) >= BATCH
    return found[:BATCH]


def dpo_trainer(model, folder, rows, loop, **settings):
    return opponent.trainer("dpo", model, folder / "trl", rows, {"beta": 0.1, **loop.recipe.hyper}, **settings)


def test_robust_dpo(model, tmp_path, rows):
    loop = our_loop(direct.RobustPreference, "robust-dpo", tmp_path, rows, beta=0.5, label_smoothing=0.2)
    assert compare(dpo_trainer(model, tmp_path, rows, loop, loss_type="robust", label_smoothing=0.2), loop) >= SHARED


# -- IPO


def test_ipo_per_token(model, tmp_path, rows):
    loop = our_loop(direct.IdentityPreference, "ipo", tmp_path, rows, tau=0.1, length_normalized=True)
    assert len(lengths_of(loop).unique()) > 1
    trainer = dpo_trainer(model, tmp_path, rows, loop, loss_type="ipo")
    expected = their_loss(trainer, loop)
    loss, _ = loop.loss(0)
    loss.backward()
    torch.testing.assert_close(loss, expected)
    same_gradients(loop, trainer)


def test_ipo_by_sums_is_the_square_of_the_length_away(model, tmp_path, pairs_of_one_length):
    rows = pairs_of_one_length
    beta = 0.1
    length = lengths_of(our_loop(direct.IdentityPreference, "ipo", tmp_path / "measured", rows))[0, 0].item()
    loop = our_loop(direct.IdentityPreference, "ipo", tmp_path, rows, tau=beta / length)
    trainer = dpo_trainer(model, tmp_path, rows, loop, loss_type="ipo")
    expected = their_loss(trainer, loop)
    loss, _ = loop.loss(0)
    torch.testing.assert_close(loss / length**2, expected)
    (loss / length**2).backward()
    same_gradients(loop, trainer)


# -- RPO


def rpo_trainer(model, folder, rows, loop, alpha):
    return dpo_trainer(model, folder, rows, loop, loss_type=["sigmoid", "sft"], loss_weights=[1.0, alpha])


def test_rpo_on_answers_of_one_length(model, tmp_path, pairs_of_one_length):
    rows = pairs_of_one_length
    loop = our_loop(direct.RegularizedPreference, "rpo", tmp_path, rows, beta=0.5, rpo_alpha=0.7)
    assert compare(rpo_trainer(model, tmp_path, rows, loop, 0.7), loop) >= SHARED


def test_rpo_on_answers_of_many_lengths_differs_by_the_mean_that_is_taken(model, tmp_path, rows):
    loop = our_loop(direct.RegularizedPreference, "rpo", tmp_path, rows, beta=0.5, rpo_alpha=0.7)
    expected = their_loss(rpo_trainer(model, tmp_path, rows, loop, 0.7), loop)
    loss, _ = loop.loss(0)
    with torch.no_grad():
        logps, lengths = loop.policy.logps(loop.train[0])[:, 0], lengths_of(loop)[:, 0]
        over_answers, over_tokens = -(logps / lengths).mean(), -logps.sum() / lengths.sum()
    assert (over_answers - over_tokens).abs() > 1e-3
    torch.testing.assert_close(loss - 0.7 * over_answers, expected - 0.7 * over_tokens)


# -- KTO


@pytest.mark.parametrize(("first", "second"), [(1.0, 1.0), (1.3, 0.6)])
def test_kto(first, second, model, tmp_path):
    weights = {"desirable_weight": first, "undesirable_weight": second}
    loop = our_loop(direct.KahnemanTversky, "kto", tmp_path, training_pairs(3, BATCH // 2), beta=0.5, **weights)
    trainer = kto_trainer(model, tmp_path, loop, beta=0.5, **weights)
    compared = compare(trainer, loop)
    assert compared >= {"kl", "rewards/chosen", "rewards/rejected", "rewards/margins"}


def kto_trainer(model, folder, loop, **settings):
    """TRL's, on the rows of our batch in the opposite order, so that "before" is "after"."""
    ordered = [{name: row[name] for name in ("prompt", "completion", "label")} for row in loop.train_rows[0][::-1]]
    return trainer_of(
        trl.KTOTrainer, trl.KTOConfig, model, folder / "trl", dict(loop.recipe.hyper), as_text(ordered, "completion"),
        **settings,
    )  # fmt: skip


def test_the_reference_point_of_kto_on_either_side_of_zero(model, tmp_path):
    """Turning B round turns the log-ratios round, nearly: one of the two has a mean below zero."""
    means = []
    for sign in (1, -1):
        folder = tmp_path / str(sign)
        loop = our_loop(direct.KahnemanTversky, "kto", folder, training_pairs(3, BATCH // 2), beta=0.5)
        with torch.no_grad():
            for _, linear in loop.policy.llama.linears():
                linear.lora_B.mul_(sign)
            means.append((loop.policy.logps(loop.train[0]) - loop.ref_logps[0])[:, 1].mean().item())
        trainer = kto_trainer(model, folder, loop, beta=0.5)
        compare(trainer, loop)
        assert logged_by(trainer)["kl"] == pytest.approx(max(0.0, means[-1]), abs=1e-5)
    assert min(means) < 0 < max(means)


# -- ORPO


def orpo_trainer(model, folder, rows, loop, weight):
    return trainer_of(
        ORPOTrainer, ORPOConfig, model, folder / f"trl-{weight}", dict(loop.recipe.hyper), as_text(rows, *PAIR),
        beta=weight, remove_unused_columns=False,
    )  # fmt: skip


def test_orpo_on_a_pair_whose_prompt_is_bos_alone(model, tmp_path):
    """Then there is no prompt for TRL's likelihood to cover, and one answer is one mean."""
    rows = training_pairs(3, 1)
    loop = our_loop(direct.OddsRatio, "orpo", tmp_path, rows, lam=0.7)
    rows = [{**rows[0], "prompt": ""}]
    loop.train = [loop.pack(rows)]
    compared = compare(orpo_trainer(model, tmp_path, rows, loop, 0.7), loop)
    assert compared >= SHARED | {"nll_loss", "log_odds_ratio", "log_odds_chosen"}


def test_the_odds_of_orpo(model, tmp_path, rows):
    """The likelihood cancels between two weights of the odds: loss and gradients of what is left."""
    found = {}
    for weight in (0.2, 1.2):
        loop = our_loop(direct.OddsRatio, "orpo", tmp_path / str(weight), rows, lam=weight)
        trainer = orpo_trainer(model, tmp_path, rows, loop, weight)
        theirs = their_loss(trainer, loop).item()
        loss, metrics = loop.loss(0)
        loss.backward()
        for name in ("log_odds_ratio", "log_odds_chosen", "rewards/chosen", "rewards/rejected", "rewards/margins"):
            assert metrics[name].item() == pytest.approx(logged_by(trainer)[name], rel=1e-4, abs=1e-6)
        found[weight] = loss.item(), theirs, gradients_of(loop), their_gradients(trainer)
    low, high = found.values()
    assert high[0] - low[0] == pytest.approx(high[1] - low[1], abs=1e-5)
    for name in low[2]:
        torch.testing.assert_close(high[2][name] - low[2][name], high[3][name] - low[3][name], **CLOSE)


def test_the_likelihood_of_orpo_covers_the_prompt_in_theirs_and_the_answer_in_ours(model, tmp_path, rows):
    loop = our_loop(direct.OddsRatio, "orpo", tmp_path, rows)
    trainer = orpo_trainer(model, tmp_path, rows, loop, 1.0)
    their_loss(trainer, loop)
    _, metrics = loop.loss(0)
    batch = whole_batch(trainer)
    ids, real = batch["chosen_input_ids"], batch["chosen_attention_mask"][:, 1:].bool()
    answers = (batch["chosen_labels"] != -100)[:, 1:]
    with torch.no_grad():
        logits = trainer.model(ids, attention_mask=batch["chosen_attention_mask"]).logits[:, :-1]
        logps = logits.log_softmax(-1).gather(2, ids[:, 1:, None]).squeeze(2)
    assert logged_by(trainer)["nll_loss"] == pytest.approx(-logps[real].mean().item(), rel=1e-5)
    ours = -((logps * answers).sum(1) / answers.sum(1)).mean().item()
    assert metrics["nll_loss"].item() == pytest.approx(ours, rel=1e-5)


# -- SimPO


def simpo_trainer(model, folder, rows, loop, **settings):
    told = {"loss_type": "simpo", "beta": 2.0, "simpo_gamma": 0.9, "remove_unused_columns": False, **settings}
    hyper = dict(loop.recipe.hyper)
    return trainer_of(CPOTrainer, CPOConfig, model, folder / "trl", hyper, as_text(rows, *PAIR), **told)


def test_simpo(model, tmp_path, rows):
    loop = our_loop(direct.SimplePreference, "simpo", tmp_path, rows, beta=2.0, gamma=0.9)
    assert compare(simpo_trainer(model, tmp_path, rows, loop, cpo_alpha=0.0), loop) >= SHARED


def test_simpo_as_trl_has_it_by_default_adds_a_likelihood(model, tmp_path, rows):
    loop = our_loop(direct.SimplePreference, "simpo", tmp_path, rows, beta=2.0, gamma=0.9)
    trainer = simpo_trainer(model, tmp_path, rows, loop)
    theirs = their_loss(trainer, loop).item()
    added = logged_by(trainer)["nll_loss"]
    assert added > 0.01
    assert theirs == pytest.approx(loop.loss(0)[0].item() + added, rel=1e-5)
