"""`preferably report`: of a lab's run, of any other, to a folder, in one format or both."""

from pathlib import Path

import pytest

from content.labs import lab
from content.text import LANGUAGES
from engine.store import Store


@pytest.fixture
def done(document, quick_worker):
    """A finished run of lab 01, about which something was predicted."""
    first = lab("01", "en").predictions[0]
    with Store.open() as store:
        said = {"text": "1.25", "value": 1.25, "metric": first.metric}
        store.predict("01", {"answers": {first.id: said}})
    return document("lab", "01")["run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_with_what_was_predicted(done, document, language, home):
    files = document("report", done, "--language", language)["files"]
    assert files == [str(home / "runs" / done / f"report.{name}") for name in ("html", "md")]
    for file in files:
        text = Path(file).read_text(encoding="utf-8")
        assert "1.25" in text
        assert lab("01", language).predictions[0].prompt.split("?")[0][:40] in text


def test_to_a_folder_and_in_one_format(done, document, tmp_path):
    files = document("report", done, "--to", str(tmp_path / "shown"), "--format", "html")["files"]
    assert files == [str(tmp_path / "shown" / done / "report.html")]
    assert [file.name for file in (tmp_path / "shown" / done).iterdir()] == ["report.html"]


def test_where_it_is_is_said(done, invoke):
    assert "report.html" in invoke("report", done, "--format", "html").stdout


def test_what_is_no_format_or_no_run(done, invoke):
    wrong = invoke("report", done, "--format", "pdf")
    assert (wrong.exit_code, "html, md" in wrong.stderr) == (2, True)
    assert invoke("report", "dpo-nobody-1").exit_code == 2
