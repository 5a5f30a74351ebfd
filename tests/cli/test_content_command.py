"""`preferably content check`: the counts of the course as a document, and an exit code that says whether it holds."""


def test_the_course_is_counted_and_holds(document):
    found = document("content", "check", "--draws", "1", "--json")
    assert found["faults"] == []
    assert found["counts"]["chapters"] == 11
    assert found["counts"]["numbers"] > 500


def test_in_words_and_in_spanish(invoke):
    done = invoke("content", "check", "--draws", "1", "--language", "es")
    assert done.exit_code == 0
    assert "capítulos" in done.stdout
    assert done.stdout.rstrip().endswith("Fallos: 0")


def test_too_few_draws_are_wrong_use(invoke):
    assert invoke("content", "check", "--draws", "0").exit_code == 2
