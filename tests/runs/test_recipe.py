import json

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.methods import METHODS
from engine.runs.recipe import Recipe


def refused(call):
    with pytest.raises(Problem) as caught:
        call()
    problem = caught.value
    for language in LANGUAGES:  # every refusal has its sentence, with no parameter left open
        assert say(language, f"problems_{problem.code}", **problem.params)
    return problem


def test_a_recipe_is_complete():
    recipe = Recipe.make("dpo")
    assert recipe.hyper == {parameter.name: parameter.default for parameter in METHODS["dpo"].hyper}
    assert (recipe.model, recipe.data, recipe.seed, recipe.lab) == ("sft", "shipped", 0, None)


def test_a_method_that_makes_its_own_data_takes_no_other():
    assert Recipe.make("constitutional", {"data": "shipped"}).data == "shipped"
    for data in ("labels", "pairs.jsonl"):
        assert refused(lambda: Recipe.make("constitutional", {"data": data})).code == "recipe.makes_own_data"  # noqa: B023


def test_text_from_a_command_line_gets_its_type():
    recipe = Recipe.make("dpo", {"beta": "0.5", "lora_r": "4", "seed": "3", "lab": "01", "data": "pairs.jsonl"})
    assert (recipe.hyper["beta"], recipe.hyper["lora_r"], recipe.seed, recipe.lab) == (0.5, 4, 3, "01")
    assert recipe.data == "pairs.jsonl"
    assert isinstance(Recipe.make("dpo", {"beta": 1}).hyper["beta"], float)
    assert Recipe.make("constitutional", {"controls": "false"}).hyper["controls"] is False


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"bta": 0.5}, "recipe.unknown_key_close"),
        ({"colour": "red"}, "recipe.unknown_key"),
        ({"beta": "much"}, "recipe.not_a_number"),
        ({"beta": "nan"}, "recipe.not_a_number"),
        ({"beta": float("inf")}, "recipe.not_a_number"),
        ({"beta": True}, "recipe.not_a_number"),
        ({"beta": None}, "recipe.not_a_number"),
        ({"lora_r": 4.5}, "recipe.not_a_whole_number"),
        ({"lora_r": "4.5"}, "recipe.not_a_whole_number"),
        ({"lora_r": 0}, "recipe.too_small"),
        ({"beta": -0.1}, "recipe.too_small"),
        ({"label_smoothing": 0.5}, "recipe.too_large"),
        ({"seed": -1}, "recipe.too_small"),
        ({"seed": 2**32}, "recipe.too_large"),
        ({"seed": "x"}, "recipe.not_a_whole_number"),
        ({"model": ""}, "recipe.not_text"),
        ({"data": 3}, "recipe.not_text"),
    ],
)
def test_wrong_settings_are_refused(settings, code):
    problem = refused(lambda: Recipe.make("dpo", settings))
    assert problem.code == code
    assert problem.params["key"] == next(iter(settings))
    assert problem.exit_code == 2


def test_the_closest_name_is_offered():
    assert refused(lambda: Recipe.make("dpo", {"bta": 1})).params["close"] == "beta"
    assert refused(lambda: Recipe.make("dpo", {"learning-rate": 1})).params["close"] == "learning_rate"


def test_yes_or_no():
    assert refused(lambda: Recipe.make("constitutional", {"controls": 2})).code == "recipe.not_yes_or_no"


def test_an_unknown_method_names_the_known_ones():
    problem = refused(lambda: Recipe.make("dpoo"))
    assert problem.code == "recipe.unknown_method"
    assert problem.params["known"].split(", ") == list(METHODS)


def test_a_recipe_survives_its_file(tmp_path):
    recipe = Recipe.make("dpo", {"beta": 0.25, "lab": "01", "seed": 5, "model": "sft"})
    file = tmp_path / "recipe.json"
    file.write_text(recipe.to_json(), encoding="utf-8")
    assert Recipe.read(file) == recipe
    assert Recipe.read(file).fingerprint == recipe.fingerprint
    assert Recipe.make("dpo").fingerprint != recipe.fingerprint


def test_settings_may_stand_beside_the_method(tmp_path):
    file = tmp_path / "my.json"
    file.write_text('{"method": "dpo", "beta": 0.25, "seed": 2}', encoding="utf-8")
    assert Recipe.read(file) == Recipe.make("dpo", {"beta": 0.25, "seed": 2})


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{\n "method": "dpo",\n "hyper": {\n  "lora_r": 4,\n  "bta": 1\n }\n}', "recipe.unknown_key_close", 5),
        ('{\n "method": "dpo",\n "hyper": {\n  "beta": "a"\n }\n}', "recipe.not_a_number", 4),
        ('{\n "model": "seed",\n "method": "dpo",\n "seed": -1\n}', "recipe.too_small", 4),
        ('{\n "method": "ppoo"\n}', "recipe.unknown_method", 2),
        ('{\n "seed": 1\n}', "recipe.no_method", 1),
        ('{\n "method": "dpo"\n "seed": 1\n}', "recipe.broken_json", 3),
        ('{\n "method": "dpo",\n "seed": 1,\n "seed": 2\n}', "recipe.duplicate_key", 4),
        ('{\n "method": "dpo",\n "beta": 1,\n "hyper": {\n "beta": 2 }\n}', "recipe.duplicate_key", 5),
        ('{\n "method": "dpo",\n "hyper": []\n}', "recipe.not_an_object", 3),
        ('{\n "method": "dpo",\n "hyper": {"seed": 1, "beta":\n NaN}\n}', "recipe.not_a_number", 3),
        ("[]", "recipe.not_an_object", 1),
    ],
)
def test_a_fault_in_a_file_is_said_with_its_line(tmp_path, text, code, line):
    file = tmp_path / "my.json"
    file.write_text(text, encoding="utf-8")
    problem = refused(lambda: Recipe.read(file))
    assert problem.code == code
    assert problem.params["where"] == f"{file}:{line}: "


def test_files_that_are_no_recipes_at_all(tmp_path):
    assert refused(lambda: Recipe.read(tmp_path / "no.json")).code == "recipe.no_file"
    assert refused(lambda: Recipe.read(tmp_path)).code == "recipe.unreadable"
    (tmp_path / "a.json").write_bytes(b'{"method": "\xff"}')
    assert refused(lambda: Recipe.read(tmp_path / "a.json")).code == "recipe.not_utf8"
    (tmp_path / "b.json").write_text("[" * 100_000, encoding="utf-8")
    assert refused(lambda: Recipe.read(tmp_path / "b.json")).code == "recipe.broken_json"


def test_the_json_is_plain():
    assert json.loads(Recipe.make("sft").to_json())["method"] == "sft"
