"""`preferably glossary`: one sentence a term, in either language, for a person and for a program."""

import json

from content.glossary import glossary


def test_without_words_every_term_is_listed(invoke):
    lines = invoke("glossary").stdout.splitlines()
    assert len(lines) == 2 * len(glossary("en"))
    assert "KL divergence  (divergencia KL)" in lines


def test_a_term_of_several_words_needs_no_quotation_marks(invoke):
    lines = invoke("glossary", "reward", "hacking").stdout.splitlines()
    assert lines[0] == "reward hacking  (explotación de la recompensa)"
    assert lines[2].strip().startswith("→ 02 ")


def test_the_other_language(invoke):
    lines = invoke("--language", "es", "glossary", "politica").stdout.splitlines()
    assert lines[0] == "política  (policy)"


def test_as_a_document(document):
    result = document("glossary", "spin")
    assert result["language"] == "en"
    assert result["terms"][0].items() >= {"id": "spin", "term": "SPIN", "introduced": "04#choosing"}.items()


def test_what_is_not_there_is_refused_with_the_closest(invoke):
    refused = invoke("glossary", "reward-hakcing", "--json")
    assert refused.exit_code == 2
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "glossary.not_found"
    assert "reward hacking" in error["message"]
