"""Whatever is typed wrongly ends as one sentence and exit code 2, in both languages; nothing ever as a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from content.text import LANGUAGES
from engine.errors import Problem
from tui.cli import OFFLINE
from tui.cli.program import COMMANDS
from tui.problems import explain

ROOT = Path(__file__).parent.parent.parent

WRONG = [
    ("trian",),
    ("--nope",),
    ("theory", "--nope"),
    ("tour", "--seed"),
    ("tour", "--seed", "x"),
    ("tour", "extra"),
    ("lab",),
    ("lab", "99"),
    ("train",),
    ("train", "dop"),
    ("train", "dpo", "--set", "bta=1"),
    ("train", "dpo", "--set", "beta"),
    ("train", "dpo", "--set", "beta=-1"),
    ("train", "dpo", "--config", "nowhere.json"),
    ("train", "dpo", "--background=yes"),
    ("train", "dpo", "--data", "labels"),
    ("runs", "extra"),
    ("resume",),
    ("resume", "dpo-nobody-1"),
    ("stop", "dpo-nobody-1"),
    ("pause", "dpo-nobody-1"),
    ("eval", "dpo-nobody-1"),
    ("label", "--source", "telepathy"),
    ("label", "--count", "none"),
    ("export",),
    ("export", "everything"),
    ("export", "labels"),
    ("export", "labels", "nowhere/labels.jsonl"),
    ("import", "labels", "nowhere.jsonl"),
    ("build", "castle"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_is_one_sentence(arguments, language, invoke):
    result = invoke(*arguments, "--language", language)
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert "sentence of its own" not in result.stderr


def test_an_unknown_language_is_refused(invoke):
    result = invoke("theory", "--language", "xx")
    assert result.exit_code == 2
    assert "xx" in result.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [(), *((name,) for name in COMMANDS), ("export", "labels"), ("export", "run")])
def test_every_command_has_help_in_every_language(name, language, invoke):
    result = invoke(*name, "--help", "--language", language)
    assert result.exit_code == 0, result.stderr
    assert {"en": "Usage: preferably", "es": "Uso: preferably"}[language] in result.stdout
    assert "--json" in result.stdout


def test_the_language_is_the_option_the_setting_or_the_terminal(invoke, home, monkeypatch):
    assert "There is no command" in invoke("trian").stderr
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LC_MESSAGES", "")
    assert "No hay ninguna orden" in invoke("trian").stderr
    home.mkdir(exist_ok=True)
    (home / "settings.json").write_text(json.dumps({"language": "en", "theme": "preferably-dark"}))
    assert "There is no command" in invoke("trian").stderr
    assert "No hay ninguna orden" in invoke("trian", "--language=es").stderr


def test_settings_that_cannot_be_read_are_said_and_do_not_stop_the_command(invoke, home):
    home.mkdir()
    (home / "settings.json").write_text("{broken")
    result = invoke("theory", "best-of-n", "n=4")
    assert result.exit_code == 0
    assert "settings.json" in result.stderr


def test_what_a_shell_brings_is_shown_literally(invoke):
    said = invoke("theory", "\x1b]52;c;AAAA\x07").stderr
    assert "\x1b" not in said
    assert "<U+001B>" in said


def test_an_unforeseen_fault_is_a_sentence_and_a_log(invoke, home, monkeypatch):
    def broken(*_):
        raise RuntimeError("the floor is lava")

    monkeypatch.setattr("engine.theory.compute", broken)
    result = invoke("theory", "best-of-n", "n=4")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    log = next((home / "logs").iterdir())
    assert str(log) in result.stderr
    assert "the floor is lava" in log.read_text()
    monkeypatch.setenv("PREFERABLY_DEBUG", "1")
    assert isinstance(invoke("theory", "best-of-n", "n=4").exception, RuntimeError)


def test_a_home_that_cannot_be_made_does_not_stop_what_needs_none(invoke, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "file" / "home"))
    assert invoke("theory", "best-of-n", "n=4").exit_code == 0
    result = invoke("runs")
    assert result.exit_code in (1, 2)
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unknown_problem_is_still_said():
    said = explain(Problem("nobody.wrote_this", file="a\x1b[31m.json"), "en")
    assert "nobody.wrote_this" in said
    assert "\x1b" not in said
    assert "theory" in explain(Problem("theory.out_of_domain"), "en")  # its sentence wants more parameters


def process(*arguments, **settings):
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, **settings
    )


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_the_app_is_not_started_where_there_is_no_terminal(term):
    done = process(env={**os.environ, "TERM": term}, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "terminal" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_terminal_that_cannot_write_beta_gets_a_mark_instead():
    done = process("theory", env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr


def test_a_reader_that_leaves_early_is_no_fault():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tui.cli theory | head -1"], capture_output=True, text=True, cwd=ROOT
    )
    assert "Traceback" not in done.stderr
    assert done.stderr == ""


def test_the_commands_load_nothing_heavy_and_nothing_from_a_network():
    source = (
        "import sys, os; sys.argv = ['preferably', 'theory', 'best-of-n', 'n=4']\n"
        "from tui.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'textual', 'pandas', 'sqlite3', 'sqlite_utils', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        f"print([os.environ.get(name) for name in {list(OFFLINE)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-2:] == ["[]", str(["1"] * len(OFFLINE))]
