"""A constitution of one's own: a plain text file, refused where it can't be read."""

import pytest

from engine.errors import Problem
from engine.world.constitution import KEPT, PRINCIPLES, constitution_of, load_constitution


def refused(call):
    with pytest.raises(Problem) as raised:
        call()
    return raised.value


def test_a_line_with_a_number_sign_is_no_principle(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text(
        "\ufeff# mine\n#form: no\n\ntense: The adverb decides.\nagreement: As the subject.\n", encoding="utf-8"
    )
    assert [principle.name for principle in load_constitution(file)] == ["tense", "agreement"]
    assert load_constitution(file)[0].text == "The adverb decides."


@pytest.mark.parametrize("line", ["kindness: Be kind.", "tense The adverb decides."])
def test_a_line_that_is_none_is_named(tmp_path, line):
    file = tmp_path / "mine.txt"
    file.write_text(f"# mine\nform: Real forms.\n{line}\n")
    problem = refused(lambda: load_constitution(file))
    assert (problem.code, problem.params["line"]) == ("world.unknown_principle", 3)


def test_a_file_without_a_principle_or_that_is_none(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("# nothing\n")
    assert refused(lambda: load_constitution(file)).code == "world.empty_constitution"
    file.write_bytes(b"form: caf\xe9\n")
    problem = refused(lambda: load_constitution(file))
    assert (problem.code, problem.params["position"]) == ("world.constitution_not_utf8", 9)
    for missing in (tmp_path / "none.txt", tmp_path):
        assert refused(lambda file=missing: load_constitution(file)).code == "world.no_constitution"


def test_a_run_has_the_one_it_began_with(tmp_path):
    assert [principle.name for principle in constitution_of(tmp_path)] == list(PRINCIPLES)
    (tmp_path / KEPT).write_text("form: Real forms.\n")
    assert [principle.name for principle in constitution_of(tmp_path)] == ["form"]
