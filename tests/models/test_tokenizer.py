"""Text to ids and back: what is visible as a choice, what can't be typed, and that nothing is lost."""

import random
import string

import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from engine.models.policy import BASE
from engine.models.tokenizer import Tokenizer, build_raw
from engine.world.documents import BASE_MIX, document

TOKENIZER = Tokenizer.load(BASE)


@pytest.fixture(scope="module")
def texts():
    source = random.Random(5)
    return [text for _ in range(300) for text in document(source, BASE_MIX)]


@pytest.fixture(scope="module")
def completions(texts):
    return texts[1::2]


def test_the_shipped_file_is_the_one_that_the_code_builds():
    assert Tokenizer(build_raw()).raw.to_str() == TOKENIZER.raw.to_str()


def test_every_completion_of_the_world_comes_back(completions):
    for text in completions:
        assert TOKENIZER.decode(TOKENIZER.completion(text)) == text


def test_every_text_of_the_world_can_be_said(texts):
    for text in texts:
        assert TOKENIZER.unknown not in TOKENIZER.completion(text)


def test_transformers_reads_the_same_ids(texts):
    theirs = transformers.AutoTokenizer.from_pretrained(BASE, local_files_only=True)
    for text in texts:
        assert [TOKENIZER.begin, *theirs(text)["input_ids"]] == TOKENIZER.prompt(text)
        assert theirs(f"{text} </s>")["input_ids"] == TOKENIZER.completion(text)
    special = (theirs.pad_token_id, theirs.bos_token_id, theirs.eos_token_id)
    assert special == (TOKENIZER.pad, TOKENIZER.begin, TOKENIZER.end)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [("went", ["went"]), ("goed", ["go", "##ed"]), ("wented", ["went", "##ed"]), ("taught", ["taught"])],
)
def test_a_mistake_is_a_choice_of_pieces(word, pieces):
    assert TOKENIZER.pieces(TOKENIZER.completion(word)[:-1]) == pieces


@given(st.text(string.ascii_letters, min_size=1, max_size=64))
def test_any_word_of_letters_can_be_said(word):
    ids = TOKENIZER.completion(word)
    assert TOKENIZER.unknown not in ids
    assert TOKENIZER.decode(ids) == word.lower()


@pytest.mark.parametrize("typed", ["</s>", "<s>", "<pad>", "<unk>", "he went </s> home", "</s></s>"])
def test_special_tokens_can_not_be_typed(typed):
    special = {TOKENIZER.pad, TOKENIZER.begin, TOKENIZER.end}
    assert not special & set(TOKENIZER.prompt(typed)[1:])
    assert not special & set(TOKENIZER.completion(typed)[:-1])


def test_one_bos_and_one_eos(texts):
    for text in texts:
        assert TOKENIZER.prompt(text).count(TOKENIZER.begin) == 1
        assert TOKENIZER.prompt(text)[0] == TOKENIZER.begin
        assert TOKENIZER.completion(text).count(TOKENIZER.end) == 1
        assert TOKENIZER.completion(text)[-1] == TOKENIZER.end


def test_decoding_stops_at_eos():
    ids = TOKENIZER.completion("he went") + TOKENIZER.completion("goed")
    assert TOKENIZER.decode(ids) == "he went"
