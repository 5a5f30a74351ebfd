"""AI feedback: what the judge's labels are, how its bias enters them, and what a principle contributes."""

import json
import math

import pytest
import torch

from engine.evaluate import agreement
from engine.judges.pairwise import PairwiseJudge, decided, voted
from engine.judges.principles import PrincipleJudge, oriented
from engine.judges.principles import agreement as agreement_with_rule
from engine.loops.iterate import Constitutional
from engine.loops.writing import written_pairs
from engine.models.policy import load_policy
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.constitution import BROKEN_BY, KEPT, Principle, load_constitution
from engine.world.preferences import held_out_pairs, training_pairs
from engine.world.rule import grade


@pytest.fixture(scope="module")
def tutor():
    return load_policy("sft")


@pytest.fixture(scope="module")
def pairs():
    return [(row["prompt"], row["chosen"], row["rejected"]) for row in held_out_pairs(3, 60)]


@pytest.fixture
def labelled(new_loop):
    """A run of RLAIF whose pairs are written and judged."""

    def make(**settings):
        loop = new_loop("rlaif", **settings)
        while loop.phase != "train":
            loop.step()
        return loop

    return make


# -- RLAIF


def test_pairs_are_two_different_answers_to_one_training_prompt(tutor):
    found = written_pairs(tutor, 30, seed=1, step=0)
    assert len(found) == 30
    assert all(first != second for _, first, second in found)
    assert found == written_pairs(tutor, 30, seed=1, step=0) != written_pairs(tutor, 30, seed=1, step=1)


def test_the_likelier_side_is_the_chosen_one():
    assert oriented(("p", "a", "b"), 0.75) == {"prompt": "p", "chosen": "a", "rejected": "b", "probability": 0.75}
    assert oriented(("p", "a", "b"), 0.25) == {"prompt": "p", "chosen": "b", "rejected": "a", "probability": 0.75}


def test_soft_labels_are_the_mean_of_both_orders(labelled):
    loop = labelled()
    for row in loop.rows:
        pair = row["prompt"], row["chosen"], row["rejected"]
        assert row["probability"] == pytest.approx(loop.judge.both_orders([pair]).item(), abs=1e-5)
        assert row["probability"] >= 0.5


def test_one_order_hard_labels_and_votes(labelled):
    one = labelled(judge_orders="first")
    shown = one.judge.as_shown(one.pairs)
    assert [row["probability"] for row in one.rows] == pytest.approx(torch.maximum(shown, 1 - shown).tolist(), abs=1e-5)
    assert {row["probability"] for row in labelled(soft_labels=False).rows} <= {0.5, 1.0}
    voting = labelled(votes=5)
    assert all((5 * row["probability"]) == pytest.approx(round(5 * row["probability"])) for row in voting.rows)
    assert {row["probability"] for row in labelled(votes=5, soft_labels=False).rows} == {1.0}


def test_the_bias_of_the_judge_shows_in_its_metrics(labelled):
    loop = labelled(pairs=40)
    loop.next_step -= 1
    loop.rows = []
    metrics = loop.step()
    chances = loop.judge.in_each_order(loop.pairs)
    first_shown = torch.cat([chances[0] > 0.5, chances[1] < 0.5]).float().mean().item()
    assert metrics["judge/first_place_rate"] == pytest.approx(first_shown)
    assert metrics["judge/first_place_rate"] > 0.5
    same = ((chances[0] > 0.5) == (chances[1] > 0.5)).float().mean().item()
    assert metrics["judge/consistent"] == pytest.approx(same)
    assert metrics["judge/agreement_with_rule"] > 0.7


def test_training_begins_at_the_reference_and_draws_near_to_the_labels(labelled):
    loop = labelled(num_train_epochs=3)
    metrics = [loop.step() for _ in range(loop.train_steps)]
    assert metrics[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert metrics[-1]["rewards/margins"] > metrics[0]["rewards/margins"] == pytest.approx(0, abs=1e-5)


def test_a_policy_that_always_says_the_same_has_nothing_to_learn(labelled, monkeypatch):
    monkeypatch.setattr("engine.loops.feedback.written_pairs", lambda *_: [])
    loop = labelled()
    before = loop.adapter.state()["theta"]
    assert loop.step() == {"loss": 0.0}
    assert torch.equal(loop.adapter.state()["theta"], before)


def test_decided_and_voted():
    assert decided(torch.tensor([0.2, 0.5, 0.9])).tolist() == [0.0, 0.5, 1.0]
    generator = torch.Generator().manual_seed(0)
    chances = torch.tensor([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert voted(chances, 4, generator).tolist() == [1.0, 0.0, 0.5]
    assert voted(chances, 1, generator).tolist() == [1.0, 0.0, 1.0], "a single vote is asked in the first order"


def test_agreement_with_the_rule_counts_an_even_label_half():
    (row,) = training_pairs(0, 1)
    good = {**row, "probability": 0.9}
    bad = {**row, "chosen": row["rejected"], "rejected": row["chosen"], "probability": 0.9}
    even = {**row, "probability": 0.5}
    assert agreement_with_rule([good, good, bad, even]) == (2 + 0 + 0.5) / 4


# -- held against the rule and against labels


def test_the_exam_measures_the_bias_and_its_removal():
    details = {row["id"]: row for row in agreement.exam(PairwiseJudge.load(), [], seed=1)}
    assert details["judge_better_first"]["low"] > details["judge_better_second"]["high"]
    assert details["judge_first_place"]["low"] > 0.5
    assert details["judge_both_orders"]["value"] > details["judge_one_vote"]["value"]
    assert details["judge_kappa_rule"]["value"] > details["judge_kappa_one_order"]["value"]
    assert details["labels_too_few"]["value"] == 0
    assert "labels_kappa" not in details


def test_labels_of_a_learner_are_compared_when_they_are_enough():
    judge, rows = PairwiseJudge.load(), training_pairs(5, agreement.FEW)
    few = {row["id"]: row for row in agreement.exam(judge, rows[1:])}
    assert few["labels_too_few"]["value"] == agreement.FEW - 1
    enough = {row["id"]: row for row in agreement.exam(judge, rows)}
    assert enough["labels_agreement"]["value"] > 0.7
    assert enough["labels_kappa"]["low"] <= enough["labels_kappa"]["value"] <= enough["labels_kappa"]["high"]
    contrary = [{**row, "chosen": row["rejected"], "rejected": row["chosen"]} for row in rows]
    against = {row["id"]: row for row in agreement.exam(judge, contrary)}
    assert against["labels_agreement"]["value"] == pytest.approx(1 - enough["labels_agreement"]["value"])
    assert against["labels_kappa"]["value"] < 0


def test_a_rater_who_always_says_first_gets_no_credit():
    """κ of a rater who does not look is 0, whatever the other says."""
    _, sides = agreement.shuffled(training_pairs(0, 100), 0)
    assert 30 < sum(sides) < 70
    assert agreement.kappa([(True, side) for side in sides]) == pytest.approx(0)
    assert agreement.kappa([(True, True)] * 5) is None
    assert agreement.agreed("none", [True] * 5, [True] * 5) == []


def test_own_labels_travel_with_the_run(tmp_path):
    labels = training_pairs(0, 25)
    recipe = Recipe.make("rlaif")
    assert library.takes_labels(recipe)
    assert not library.takes_labels(Recipe.make("constitutional"))
    folder = library.create(recipe, labels, root=tmp_path)
    assert (folder / "data" / "labels.jsonl").read_text().count("\n") == 25
    assert not (library.create(recipe, [], root=tmp_path) / "data").exists()


# -- a judge by principles


def test_a_principle_sees_its_own_faults_and_no_others(tutor, pairs):
    judge = PrincipleJudge(tutor, load_constitution(), clamp=False)
    labels = judge.under_each(pairs)
    for number, principle in enumerate(judge.constitution):
        own, others = [], []
        for (prompt, _, rejected), label in zip(pairs, labels[number].tolist(), strict=True):
            (own if BROKEN_BY.get(grade(prompt, rejected).reason) == principle.name else others).append(label)
        assert sum(own) / len(own) > 0.85, principle.name
        assert sum(others) / len(others) == pytest.approx(0.5, abs=0.1), principle.name


def test_the_label_is_the_mean_over_the_principles_and_turns_round_with_the_pair(tutor, pairs):
    judge = PrincipleJudge(tutor, load_constitution(), clamp=False)
    exchanged = [(prompt, second, first) for prompt, first, second in pairs[:20]]
    labels = judge.preference(pairs[:20])
    torch.testing.assert_close(labels, judge.under_each(pairs[:20]).mean(0))
    torch.testing.assert_close(labels, 1 - judge.preference(exchanged), atol=1e-5, rtol=0)


def test_clamped_labels_lie_between_forty_and_sixty_percent(tutor, pairs):
    free = PrincipleJudge(tutor, load_constitution(), clamp=False).under_each(pairs)
    clamped = PrincipleJudge(tutor, load_constitution(), clamp=True).under_each(pairs)
    assert free.max() > 0.9
    assert clamped.min() >= 0.4
    assert clamped.max() <= 0.6
    torch.testing.assert_close(clamped, free.clamp(0.4, 0.6))


def test_without_form_its_faults_go_unnamed_and_the_others_are_heard_more(tutor, pairs):
    """The table of the chapter: a coin toss where "form" alone was broken, and more decided labels elsewhere."""
    whole = PrincipleJudge(tutor, load_constitution(), clamp=False)
    rest = [principle for principle in whole.constitution if principle.name != "form"]
    without = PrincipleJudge(tutor, rest, clamp=False)

    def mean(judge, broken):
        right = [pair for pair in pairs if grade(*pair[:2]).right]
        of = [pair for pair in right if BROKEN_BY.get(grade(pair[0], pair[2]).reason) == broken]
        return judge.preference(of).mean().item()

    assert mean(whole, "form") == pytest.approx(0.5 + 0.5 / 3, abs=0.05)
    assert mean(without, "form") == pytest.approx(0.5, abs=0.05)
    assert mean(whole, "tense") == pytest.approx(0.5 + 0.5 / 3, abs=0.05)
    assert mean(without, "tense") == pytest.approx(0.5 + 0.5 / 2, abs=0.07)


@pytest.mark.parametrize("principle", ["form", "tense"])
def test_a_principle_removed_from_the_file_is_no_longer_enforced(principle, tmp_path):
    kept = [line for line in ("form: a", "tense: b", "agreement: c") if not line.startswith(principle)]
    (tmp_path / "mine.txt").write_text("\n".join(kept))
    small = {"prompts": 120, "replay": 0, "controls": False, "num_train_epochs": 1}
    flagged = {}
    for file in ("", str(tmp_path / "mine.txt")):
        recipe = Recipe.make("constitutional", {**small, "constitution": file})
        folder = library.create(recipe, root=tmp_path / "runs")
        loop = Constitutional(folder, recipe)
        names = [row.name for row in loop.constitution]
        prompts = loop.prompts
        answers = loop.policy.answer(prompts, generator=torch.Generator().manual_seed(0))
        flagged[file] = {name: loop.critique(Principle(name, ""), prompts, answers) for name in names}
        while loop.phase == "revise":
            loop.step()
        reasons = [grade(*pair).reason for pair in zip(loop.prompts, loop.answers["train"], strict=True)]
        flagged[file]["left"] = sum(BROKEN_BY.get(reason) == principle for reason in reasons)
    whole, without = flagged.values()
    assert whole[principle]
    assert principle not in without
    assert {name: found for name, found in whole.items() if name not in (principle, "left")}.items() <= without.items()
    assert without["left"] > 2 * whole["left"] + 5, "the fault that no principle names stays in the training data"


@pytest.mark.parametrize("method", ["constitutional", "rl-cai"])
def test_the_constitution_travels_with_the_run(method, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").write_text("tense: The adverb decides.\n")
    folder = library.create(Recipe.make(method, {"constitution": "mine.txt"}), root=tmp_path / "runs")
    (tmp_path / "mine.txt").unlink()
    assert (folder / KEPT).read_text() == "tense: The adverb decides.\n"
    assert Recipe.read(folder / "recipe.json").hyper["constitution"] == str(tmp_path / "mine.txt")
    shipped = library.create(Recipe.make(method), root=tmp_path / "runs")
    assert load_constitution(shipped / KEPT) == load_constitution()


# -- RL-CAI


def test_the_preference_model_learns_the_constitution(new_loop):
    loop = new_loop("rl-cai", pairs=120)
    phases, logged = [], {}
    while loop.next_step < loop.judge_steps:
        phases.append(loop.phase)
        logged |= loop.step()
    assert phases == ["judge"] * 3 + ["reward"] * (loop.judge_steps - 3)
    assert logged["judge/agreement_with_rule"] > 0.75
    assert logged["judge/eval_accuracy"] > 0.7
    assert loop.phase == "policy"


@pytest.mark.long
def test_rl_cai_resumes_in_each_phase_of_its_judge(new_loop, again):
    straight = new_loop("rl-cai")
    judge = straight.judge.loop
    cuts = {1: None, judge.label_steps: None, judge.label_steps + 3: None, straight.judge_steps + 2: None}
    logged = []
    while straight.next_step < straight.total_steps:
        logged.append(straight.step())
        if straight.next_step in cuts:
            tensors, state = straight.state()
            kept = json.loads(json.dumps(state))
            cuts[straight.next_step] = {name: tensor.clone() for name, tensor in tensors.items()}, kept
    for cut, (tensors, state) in cuts.items():
        resumed = again(straight)
        resumed.load(tensors, state)
        rest = []
        while resumed.next_step < resumed.total_steps:
            rest.append(resumed.step())
        assert rest == logged[cut:]
