"""Models of other kinds: refused when unsafe, equal to ours where both can run, trained and saved like ours."""

import json
import shutil

import peft
import pytest
import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file

from engine.errors import Problem
from engine.evaluate import gates
from engine.loops.direct import DirectPreference
from engine.loops.offline import RewardModelling, SupervisedFineTuning
from engine.models.foreign import ForeignPolicy, ForeignTokenizer, rows_of
from engine.models.policy import BASE, SFT, LlamaPolicy, load_base, load_policy, load_reward_model
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.preferences import training_pairs

SAME = {"rtol": 0, "atol": 1e-5}
SIZES = {
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=300, n_embd=32, n_layer=2, n_head=2, n_positions=96, initializer_range=0.2
    ),
    "qwen2": lambda: transformers.Qwen2Config(
        vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=96, initializer_range=0.2, tie_word_embeddings=False,
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """A tiny random GPT-2 and Qwen2, saved by transformers with a byte-level BPE tokenizer of the world's text."""
    raw = tokenizers.ByteLevelBPETokenizer()
    texts = [text for row in training_pairs(0, 60) for text in row.values()]
    raw.train_from_iterator(texts, vocab_size=300, special_tokens=["<|endoftext|>"], show_progress=False)
    found = {}
    for name, config in SIZES.items():
        found[name] = tmp_path_factory.mktemp(name)
        torch.manual_seed(1)
        transformers.AutoModelForCausalLM.from_config(config()).save_pretrained(found[name])
        begin = "<|endoftext|>" if name == "gpt2" else None
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=raw._tokenizer, bos_token=begin, eos_token="<|endoftext|>"
        ).save_pretrained(found[name])
    return found


@pytest.fixture(params=list(SIZES))
def folder(request, folders):
    return folders[request.param]


def packed_by(policy, pairs):
    return policy.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])


@torch.no_grad()
def test_both_ways_of_running_the_shipped_model_agree(packed, pairs):
    ours, theirs = LlamaPolicy(BASE), ForeignPolicy(BASE)
    for _ in range(2):
        assert torch.equal(packed_by(theirs, pairs).ids, packed.ids)
        torch.testing.assert_close(theirs.logps(packed), ours.logps(packed), **SAME)
        torch.testing.assert_close(theirs.end_states(packed), ours.end_states(packed), **SAME)
        prompts = [row["prompt"] for row in pairs]
        assert theirs.answer(prompts, temperature=0) == ours.answer(prompts, temperature=0)
        ours.add_stage(SFT)  # and so on the SFT stage
        theirs.add_stage(SFT)


def test_a_llama_with_another_tokenizer_is_run_by_transformers(odd_folder, folders, tmp_path):
    assert isinstance(load_base(BASE), LlamaPolicy)
    shutil.copytree(odd_folder, tmp_path, dirs_exist_ok=True)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(folders["gpt2"] / file, tmp_path / file)
    with pytest.raises(Problem, match="tokenizer_too_large"):
        load_base(tmp_path)


@torch.no_grad()
def test_log_probabilities_are_the_models_own(folder, pairs):
    policy = load_policy(str(folder))
    found = policy.logps(packed_by(policy, pairs))
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    for row, pair in enumerate(pairs):
        head = policy.tokenizer.prompt(pair["prompt"])
        for number, name in enumerate(("chosen", "rejected")):
            tail = policy.tokenizer.completion(pair[name])
            log_pi = model(torch.tensor([head + tail])).logits[0, len(head) - 1 : -1].log_softmax(-1)
            expected = log_pi[torch.arange(len(tail)), torch.tensor(tail)].sum().item()
            assert found[row, number].item() == pytest.approx(expected, abs=1e-5, rel=1e-6)


def test_rows_are_prompt_and_completion(packed, pairs):
    tokenizer = LlamaPolicy(BASE).tokenizer
    ids, attention = rows_of(packed)
    for row, pair in enumerate(pairs):
        for number, name in enumerate(("chosen", "rejected")):
            found = ids[2 * row + number][attention[2 * row + number].bool()].tolist()
            assert found == tokenizer.prompt(pair["prompt"]) + tokenizer.completion(pair[name])


@torch.no_grad()
def test_what_it_samples_it_scores_alike(folder, pairs):
    from engine.models.logprobs import pack

    policy, prompts = load_policy(str(folder)), [row["prompt"] for row in pairs]
    found = policy.rollout(prompts, generator=torch.Generator().manual_seed(0), temperature=0.7, max_new_tokens=9)
    heads = [policy.tokenizer.prompt(text) for text in prompts]
    assert len({len(head) for head in heads}) > 2
    batch = pack(heads, [[ids] for ids in found.ids], pad=policy.tokenizer.pad)
    log_pi = (policy.scored_logits(batch) / 0.7).log_softmax(-1)
    for row, (ids, logps) in enumerate(zip(found.ids, found.logps, strict=True)):
        again = log_pi[row, torch.arange(len(ids)), torch.tensor(ids)]
        torch.testing.assert_close(again, torch.tensor(logps), rtol=0, atol=2e-5)


def test_text_and_ids(folder, pairs):
    tokenizer = ForeignTokenizer(folder)
    for row in pairs:
        assert tokenizer.decode(tokenizer.completion(row["chosen"])) == row["chosen"]
    typed = tokenizer.completion("he went <|endoftext|> home")
    assert typed.count(tokenizer.end) == 1
    assert typed[-1] == tokenizer.end
    assert tokenizer.prompt("")
    assert tokenizer.prompt("go").count(tokenizer.end) == (tokenizer.raw.bos_token_id is not None)


def new_loop(kind, method, folder, model, **settings):
    few = {"num_train_epochs": 1, "per_device_train_batch_size": 8, "data": "labels"}
    recipe = Recipe.make(method, {"model": str(model), **few, **settings})
    rows = training_pairs(0, 24)
    if method == "sft":
        rows = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in rows]
    return kind(library.create(recipe, rows, root=folder), recipe)


def test_dpo_on_a_model_of_another_kind(folder, tmp_path, pairs):
    loop = new_loop(DirectPreference, "dpo", tmp_path, folder)
    batch = loop.train[0]
    with torch.no_grad():
        reference = loop.policy.logps(batch)
    assert loop.step()["loss"] == pytest.approx(0.6931472, abs=1e-6)
    tensors, state = loop.state()
    rest = [loop.step() for _ in range(loop.total_steps - 1)]
    assert rest[-1]["rewards/margins"] != 0
    with torch.no_grad(), loop.policy.switched_off():
        torch.testing.assert_close(loop.policy.logps(batch), reference, **SAME)
    loop.save_model(loop.folder)

    again = DirectPreference(loop.folder, loop.recipe)
    again.load(tensors, state)
    while again.next_step < again.total_steps:
        again.step()
    assert all(torch.equal(value, again.state()[0][name]) for name, value in loop.state()[0].items())

    with torch.no_grad():
        tuned = loop.policy.logps(batch)
        torch.testing.assert_close(load_policy(str(loop.folder)).logps(batch), tuned, **SAME)
        theirs = peft.PeftModel.from_pretrained(
            transformers.AutoModelForCausalLM.from_pretrained(folder), loop.folder
        ).eval()
        ids, attention = rows_of(batch)
        logits = loop.policy.model(input_ids=ids, attention_mask=attention).logits
        torch.testing.assert_close(theirs(input_ids=ids, attention_mask=attention).logits, logits, **SAME)
    assert [event["completion"] is not None for event in loop.samples()["samples"]] == [True] * 8


def test_the_gate_judges_it(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(gates, "SAMPLES_PER_PROMPT", 1)  # a random model never ends its sentences
    gate = new_loop(DirectPreference, "dpo", tmp_path, folders["gpt2"]).finish()
    assert 0 <= gate["low"] <= gate["value"] <= gate["high"] <= 1


@pytest.mark.parametrize(("kind", "method"), [(RewardModelling, "reward-model"), (SupervisedFineTuning, "sft")])
def test_the_other_methods_run_on_it(kind, method, folders, tmp_path):
    loop = new_loop(kind, method, tmp_path, folders["gpt2"])
    first = loop.step()["loss"]
    while loop.next_step < loop.total_steps:
        last = loop.step()["loss"]
    assert last != first
    loop.save_model(loop.folder)
    if method == "reward-model":
        with torch.no_grad():
            expected = loop.model.rewards(loop.train[0])
            torch.testing.assert_close(load_reward_model(loop.folder).rewards(loop.train[0]), expected, **SAME)


def test_a_run_on_a_run_keeps_its_base(folders, tmp_path):
    first = new_loop(SupervisedFineTuning, "sft", tmp_path, folders["gpt2"])
    first.step()
    first.step()
    first.save_model(first.folder)
    second = new_loop(DirectPreference, "dpo", tmp_path, first.folder)
    assert second.policy.base == folders["gpt2"]
    with torch.no_grad(), second.policy.switched_off():
        torch.testing.assert_close(
            second.policy.logps(second.train[0]), first.policy.logps(second.train[0]), rtol=1e-6, atol=1e-5
        )


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "weights.pt", "modeling.py", "deep/down/tool.so"])
def test_files_that_could_run_are_refused_before_anything_is_opened(name, folders, tmp_path):
    shutil.copytree(folders["gpt2"], tmp_path, dirs_exist_ok=True)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"\x80\x04")
    with pytest.raises(Problem) as caught:
        load_policy(str(tmp_path))
    assert caught.value.code == "models.unsafe_file"
    assert caught.value.params["name"] == name


def test_code_that_a_configuration_points_to_is_not_fetched(folders, tmp_path):
    shutil.copytree(folders["gpt2"], tmp_path, dirs_exist_ok=True)
    config = json.loads((tmp_path / "config.json").read_text())
    config |= {"model_type": "unheard-of", "auto_map": {"AutoModelForCausalLM": "someone/else--modeling.Model"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(Problem, match="unreadable"):
        load_policy(str(tmp_path))


def test_missing_weights_are_not_made_up(folders, tmp_path):
    shutil.copytree(folders["gpt2"], tmp_path, dirs_exist_ok=True)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["transformer.h.1.mlp.c_fc.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(Problem, match="incomplete"):
        load_policy(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(Problem, match="unreadable"):
        load_policy(str(tmp_path))
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(Problem, match="unreadable"):
        load_policy(str(tmp_path))


def test_a_row_longer_than_the_context_is_a_problem(folders):
    policy = load_policy(str(folders["gpt2"]))
    with pytest.raises(Problem, match="too_long"):
        policy.pack(["word " * 200], [["yes"]])
    with pytest.raises(Problem, match="too_long"):
        policy.answer(["word " * 200])
