"""`preferably content check`: the counts of the course as a document, and an exit code that says whether it holds."""

import content.inspection
from content.inspection import Fault, Report
from content.inspection.course import Counts


def test_the_course_is_counted_and_holds(document):
    found = document("content", "check", "--draws", "1")
    assert found["faults"] == []
    assert found["counts"]["chapters"] == 11
    assert found["counts"]["numbers"] > 500


def test_a_fault_is_said_with_its_place_and_in_the_readers_language(invoke, monkeypatch):
    fault = Fault("loose_number", "es/chapters/03-ppo.md", 7, {"number": "0.5"})
    monkeypatch.setattr(content.inspection, "inspect", lambda *_, **__: Report(Counts(chapters=11), (fault,)))
    done = invoke("content", "check", "--language", "es")
    assert done.exit_code == 1
    assert "11  capítulos" in done.stdout
    assert "es/chapters/03-ppo.md:7: Nada responde por 0.5." in done.stdout
    assert done.stdout.rstrip().endswith("Fallos: 1")


def test_too_few_draws_are_wrong_use(invoke):
    assert invoke("content", "check", "--draws", "0").exit_code == 2
