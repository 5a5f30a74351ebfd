"""Every command has examples that can be typed, and the shell completes commands and the names that exist."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from content.chapters import chapter
from content.text import LANGUAGES, say, sentences
from engine.methods import METHODS
from engine.progress import Done
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.theory import FORMULAS
from tui.cli.completing import KINDS
from tui.cli.examples import EXAMPLES, sentence
from tui.cli.exercise import chosen
from tui.cli.program import preferably
from tui.cli.session import Session
from tui.cli.translated import TranslatedGroup

ROOT = Path(__file__).parents[2]


def commands(group=preferably, path=()):
    """Every command with the words that call it, groups too."""
    yield path, group
    if isinstance(group, TranslatedGroup):
        with click.Context(group, obj=Session("en")) as context:
            for name in group.list_commands(context):
                yield from commands(group.get_command(context, name), (*path, name))


ALL = {" ".join(path): command for path, command in commands()}


def parsed(line):
    """What an example calls, after its words have been parsed as the program would: the name of the command."""
    words = [word.strip('"$()') for word in shlex.split(line)]
    words = shlex.split(" ".join(words)) if words[0] == "eval" else words
    words = words[words.index("preferably") + 1 :]
    words = words[: words.index(">")] if ">" in words else words
    helped = "--help" in words
    words = [word for word in words if word != "--help"]
    command, context = preferably, preferably.make_context("preferably", words, obj=Session("en"))
    while isinstance(command, TranslatedGroup):
        rest = [*context._protected_args, *context.args]
        if not rest:
            return command.name
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, list(rest), parent=context, resilient_parsing=helped)
    return command.name


@pytest.mark.parametrize("path", ALL, ids=lambda path: path or "preferably")
def test_every_command_has_an_example_which_parses_and_is_shown(path, invoke):
    name = ALL[path].name
    assert EXAMPLES.get(name), f"{name} has no example: add one to tui/cli/examples.py"
    for line in EXAMPLES[name]:
        called = parsed(line)
        assert called == name or isinstance(ALL[path], TranslatedGroup), line
    for language in LANGUAGES:
        shown = invoke(*path.split(), "--help", "--language", language).stdout
        assert say(language, "examples.title") in shown
        for number, line in enumerate(EXAMPLES[name], 1):
            assert line in shown
            assert say(language, sentence(name, number)).split()[0] in shown


def test_there_is_no_example_of_nothing():
    assert EXAMPLES.keys() == {command.name for command in ALL.values()}
    for language in LANGUAGES:
        told = {key for key in sentences(language) if key.startswith("examples.") and key.split(".")[-1].isdecimal()}
        codes = {key for key in told if key.startswith("examples.code.")}
        assert told - codes == {sentence(n, i) for n, lines in EXAMPLES.items() for i, _ in enumerate(lines, 1)}


@pytest.mark.parametrize("name", ["theory", "glossary", "runs", "methods", "cards", "progress"])
def test_examples_that_only_look_do_what_they_say(name, invoke):
    for line in EXAMPLES[name]:
        result = invoke(*shlex.split(line)[1:])
        assert result.exit_code == 0, result.stderr


def test_the_exercises_and_chapters_of_the_examples_exist():
    for line in EXAMPLES["exercise"][1:]:
        assert chosen(line.split()[-1], Done(), Session("en"))
    for line in EXAMPLES["plain"][1:]:
        assert chapter(line.split()[-1], "en")


def test_the_main_help_tells_exit_codes_and_variables(invoke):
    shown = invoke("--help").stdout
    for word in ("Exit codes", "PREFERABLY_HOME", "NO_COLOR"):
        assert word in shown


# --- completion


@pytest.fixture
def complete(invoke, monkeypatch):
    """What the shell gets for a line whose last word is being typed."""

    def run(line):
        words = line.split(" ")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_PREFERABLY_COMPLETE", "bash_complete")
        result = invoke()
        monkeypatch.delenv("_PREFERABLY_COMPLETE")
        assert result.stderr == ""
        return [entry.partition(",")[2] for entry in result.stdout.split()]

    return run


def test_commands_and_options(complete):
    assert complete("preferably the") == ["theory"]
    assert {"labels", "run", "anki"} <= set(complete("preferably export "))
    assert "--background" in complete("preferably train --b")


def test_names_of_the_course_and_of_the_methods(complete):
    assert complete("preferably train dp") == [name for name in METHODS if name.startswith("dp")]
    assert "beta=" in complete("preferably train dpo --set b")
    assert complete("preferably theory optimal-pol") == [n for n in FORMULAS if n.startswith("optimal-pol")]
    assert "prior=" in complete("preferably theory optimal-policy ")
    assert "01" in complete("preferably lab ")
    assert "03#closed-form" in complete("preferably exercise 03#cl")
    assert complete("preferably plain chapter 0") == [f"0{number}" for number in range(10)]
    assert complete("preferably completion ") == ["bash", "zsh", "fish"]
    assert complete("preferably runs --language ") == list(LANGUAGES)


def test_runs_that_exist(complete):
    folder = library.create(Recipe.make("dpo", {}))
    assert complete("preferably report ") == [folder.name]
    assert "sft" in complete("preferably stages ")


def test_what_cannot_be_completed_gives_nothing(complete, monkeypatch):
    monkeypatch.setitem(KINDS, "run", lambda context: 1 / 0)
    assert complete("preferably report ") == []
    assert complete("preferably theory nothing-of-that-name ") == []
    assert complete("preferably train --seed ") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell, invoke, document):
    script = invoke("completion", shell).stdout
    assert "_PREFERABLY_COMPLETE" in script
    assert document("completion", shell)["script"].strip() == script.strip()
    if program := shutil.which(shell):
        done = subprocess.run([program, "-n"], input=script, capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_shell(invoke):
    result = invoke("completion", "tcsh")
    assert (result.exit_code, "bash, zsh, fish" in result.stderr) == (2, True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_bash_completes(invoke, tmp_path):
    program = tmp_path / "preferably"
    program.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m tui.cli "$@"\n')
    program.chmod(0o755)
    script = invoke("completion", "bash").stdout
    ask = '\nCOMP_WORDS=(preferably gloss); COMP_CWORD=1; _preferably_completion preferably; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", script + ask], capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stdout.strip() == "glossary"
