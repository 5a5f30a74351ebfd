import json
import os

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.exchange import jsonl
from engine.exchange.jsonl import read_rows

GOOD = '{"prompt": "p", "chosen": "a", "rejected": "b"}'


def refused(path, shape="preference"):
    with pytest.raises(Problem) as caught:
        read_rows(path, shape)
    for language in LANGUAGES:
        assert say(language, f"problems_{caught.value.code}", **caught.value.params)
    return caught.value


def test_rows_have_the_fields_of_their_shape(tmp_path):
    file = tmp_path / "rows.jsonl"
    row = {"prompt": "¿?", "chosen": "a", "rejected": "b", "margin": 2, "note": "left behind"}
    file.write_bytes(b"\xef\xbb\xbf" + (json.dumps(row, ensure_ascii=False) + "\r\n\n  \n" + GOOD).encode())
    assert read_rows(file, "preference") == [
        {"prompt": "¿?", "chosen": "a", "rejected": "b", "margin": 2},
        {"prompt": "p", "chosen": "a", "rejected": "b"},
    ]
    assert read_rows(file, "prompt") == [{"prompt": "¿?"}, {"prompt": "p"}]
    file.write_text('{"prompt": "p", "completion": "c"}')
    assert read_rows(file, "prompt-completion") == [{"prompt": "p", "completion": "c"}]


@pytest.mark.parametrize(
    ("line", "code", "params"),
    [
        (b'{"prompt": "p", "chosen"', "broken_json", {"column": 25}),
        (b'{"prompt": "p", "chosen": "a"}', "missing_field", {"field": "rejected", "found": "prompt, chosen"}),
        (b'{"prompt": "p", "chosen": 3, "rejected": "b"}', "wrong_type", {"field": "chosen"}),
        (b'{"prompt": [], "chosen": "a", "rejected": "b"}', "wrong_type", {"field": "prompt"}),
        (b'{"prompt": " ", "chosen": "a", "rejected": "b"}', "empty_text", {"field": "prompt"}),
        (b'{"prompt": "p", "chosen": "a", "rejected": "a "}', "same_answers", {}),
        (b'{"prompt": "p", "chosen": "a", "chosen": "c", "rejected": "b"}', "duplicate_field", {"field": "chosen"}),
        (b'{"prompt": "p", "chosen": "a", "rejected": "b", "margin": NaN}', "not_finite", {"value": "NaN"}),
        (b'{"prompt": "p", "chosen": "a", "rejected": "b", "margin": 1e999}', "not_finite", {"value": "1e999"}),
        (b'{"prompt": "p", "chosen": "a", "rejected": "b", "margin": "1"}', "wrong_margin", {}),
        (b'{"prompt": "p", "chosen": "a", "rejected": "b", "margin": true}', "wrong_margin", {}),
        (b'{"prompt": "\\ud800", "chosen": "a", "rejected": "b"}', "bad_text", {"field": "prompt"}),
        (b'{"prompt": "\xff"}', "not_utf8", {"position": 13}),
        (b"[1]", "not_an_object", {}),
        (b"[" * 100_000, "too_deep", {}),
        (GOOD[:-1].encode() + b', "margin": 1' + b"0" * 400 + b"}", "not_finite", {"value": f"1{19 * '0'}…"}),
        (b'{"prompt": ' + b"9" * 5000 + b"}", "number_too_long", {}),
        (b'{"prompt": "' + b"x" * (1 << 20) + b'"}', "line_too_long", {"limit": 1 << 20}),
    ],
)
def test_a_fault_is_said_with_line_and_field(tmp_path, line, code, params):
    file = tmp_path / "rows.jsonl"
    file.write_bytes((GOOD + "\n").encode() * 16 + line + b"\n" + GOOD.encode())
    problem = refused(file)
    assert problem.code == f"jsonl.{code}"
    assert problem.params == {"file": str(file), "line": 17, **params}


def test_what_is_not_a_file_of_rows(tmp_path, monkeypatch):
    assert refused(tmp_path / "no.jsonl").code == "jsonl.not_found"
    assert refused(tmp_path).code == "jsonl.not_a_file"
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe").code == "jsonl.not_a_file"
    (tmp_path / "empty").write_bytes(b"\n\n")
    assert refused(tmp_path / "empty").code == "jsonl.empty"
    monkeypatch.setattr(jsonl, "MAX_ROWS", 2)
    (tmp_path / "many").write_text(f"{GOOD}\n" * 3)
    assert refused(tmp_path / "many").code == "jsonl.too_many_rows"


STEPS = '{"prompt": "p", "completions": ["a", "b"], "labels": [true, false]}'


def test_solutions_in_steps_with_a_label_for_each(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text(STEPS + "\n" + STEPS.replace("}", ', "source": "left behind"}'))
    row = {"prompt": "p", "completions": ["a", "b"], "labels": [True, False]}
    assert read_rows(file, "stepwise") == [row, row]


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        ('"completions"', '"steps"', "missing_field", {"field": "completions", "found": "prompt, steps, labels"}),
        ('"labels"', '"label"', "missing_field", {"field": "labels", "found": "prompt, completions, label"}),
        ('["a", "b"]', '"a"', "wrong_steps", {}),
        ('["a", "b"]', "[]", "wrong_steps", {}),
        ('["a", "b"]', '["a", 2]', "wrong_type", {"field": "completions[2]"}),
        ('["a", "b"]', '["a", " "]', "empty_text", {"field": "completions[2]"}),
        ('["a", "b"]', '["a", "\\ud800"]', "bad_text", {"field": "completions[2]"}),
        ("[true, false]", "true", "wrong_labels", {}),
        ("[true, false]", "[1, 0]", "wrong_labels", {}),
        ("[true, false]", '["true", "false"]', "wrong_labels", {}),
        ("[true, false]", "[true]", "step_count", {"steps": 2, "labels": 1}),
    ],
)
def test_a_fault_in_a_step_is_said(tmp_path, old, new, code, params):
    file = tmp_path / "rows.jsonl"
    file.write_text(STEPS + "\n" + STEPS.replace(old, new))
    problem = refused(file, "stepwise")
    assert problem.code == f"jsonl.{code}"
    assert problem.params == {"file": str(file), "line": 2, **params}
