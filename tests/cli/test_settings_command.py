"""`preferably settings` and `preferably keys`: one schema, and every action with its keys."""

import json

import pytest


def test_settings_are_shown_and_changed(document, home):
    assert document("settings")["settings"]["new_cards"] == 10
    document("settings", "new_cards=5", "compact=on", "theme=preferably-contrast")
    assert json.loads((home / "settings.json").read_text())["compact"] is True
    found = document("settings")["settings"]
    assert (found["new_cards"], found["compact"], found["theme"]) == (5, True, "preferably-contrast")
    assert "welcomed" not in found


@pytest.mark.parametrize(
    ("choice", "said"),
    [("new_cads=5", "new_cards"), ("new_cards=-1", "0 to 100"), ("new_cards=many", "0 to 100"),
     ("compact=perhaps", "on"), ("language=de", "en, es"), ("theme=pink", "preferably-dark"), ("theme", "theme=")],
)  # fmt: skip
def test_what_cannot_be_set_is_said_and_nothing_is_saved(choice, said, invoke, home):
    result = invoke("settings", "reviews=5", choice)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (home / "settings.json").exists()


def test_a_fault_in_the_file_is_named_by_line_and_the_rest_holds(invoke, home):
    home.mkdir()
    (home / "settings.json").write_text('{\n "new_cards": 7,\n "reviews": "all"\n}')
    result = invoke("settings")
    assert result.exit_code == 0
    assert "settings.json:3: reviews" in result.stderr
    assert " 7 " in result.stdout
    invoke("settings", "compact=on")
    assert '"all"' in (home / "settings.json.before").read_text()


def test_keys_of_ones_own_survive_a_change_and_are_listed(document, invoke, home):
    home.mkdir()
    (home / "settings.json").write_text('{"keys": {"run.fork": "ctrl+f"}}')
    document("settings", "new_cards=5")
    (fork,) = [row for row in document("keys")["actions"] if row["id"] == "run.fork"]
    assert (fork["keys"], fork["default"]) == (["ctrl+f"], ["f"])
    assert "ctrl+f" in invoke("keys", "run.fork").stdout


def test_a_fault_among_the_keys_is_said_and_ends_with_2(document, home):
    home.mkdir()
    (home / "settings.json").write_text('{"keys": {"run.fork": "q"}}')
    (fork,) = [row for row in document("keys", exit_code=2)["actions"] if row["id"] == "run.fork"]
    assert fork["keys"] == ["f"]
