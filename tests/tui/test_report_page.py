"""The report as one HTML file: whole, self-contained, in both languages, and nothing in a run can break out of it."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from run_folders import GATE, write_run

from content.text import LANGUAGES, say
from engine.runs.events import EventLog
from engine.runs.status import read_status
from tui.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEVER = {"script", "img", "link", "iframe", "object", "embed", "form", "base", "a"}
EMPTY = {"meta", "br", "col"}


class Page(HTMLParser):
    """What a page is made of; every tag that is opened must be closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.addresses, self.text = {}, [], [], ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href", "data")]
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path, state="done", steps=52, gate=GATE, lab="01")


def written(run, language="en", **more):
    report = write_report(run, language, prediction=[("KL?", "0.3")], answers=[("Why?", "β")], **more)
    return report.with_name("report.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_on_the_page(run, language):
    html = written(run, language, compared=["KL: 0.3, 0.4"])
    page = Page(html)
    assert f'<html lang="{language}">' in html
    for key in ("prediction", "loss", "curves", "forms", "samples", "answers", "recipe", "hashes"):
        assert say(language, f"report.{key}") in page.text
    assert page.tags["figure"] == 7
    assert page.tags["math"] == 1
    assert "0.71 (0.58–0.82)" in page.text
    assert "KL: 0.3, 0.4" in page.text
    assert "{" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_it_needs_nothing_else(run):
    html = written(run)
    page = Page(html)
    assert page.addresses == []
    assert not NEVER & page.tags.keys()
    assert "Content-Security-Policy" in html
    assert "url(" not in html
    assert "@import" not in html
    remote = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert remote <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}  # names, not addresses


def test_it_is_light_and_dark(run):
    assert "prefers-color-scheme: dark" in written(run)


def test_plots_and_formulas_are_well_formed(run):
    html = written(run)
    for element in re.findall(r"<svg.*?</svg>|<math.*?</math>", html, flags=re.DOTALL):
        ElementTree.fromstring(element)


def test_changed_words_are_marked(run):
    html = written(run)
    assert "he <mark>went</mark> to school yesterday ." in html


def test_what_a_model_wrote_stays_text(run):
    log = EventLog(run)
    nasty = '</code><script>alert(1)</script><img src=x onerror="alert(1)"> \x1b[2J "quoted" & more'
    log.append("sample", step=60, samples=[{"prompt": nasty, "completion": nasty, "score": 0.0, "reason": "garbled"}])
    log.close()
    page = Page(written(run))
    assert not NEVER & page.tags.keys()
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_warnings_and_instruments_are_told(run, language):
    log = EventLog(run)
    log.append("warning", step=40, code="far_away", params={"now": 2.5}, chapter="03#beta")
    log.close()
    figures = [
        {"id": "kl", "value": 3.0, "low": None, "high": None, "healthy": [0.02, 2.0], "chapter": "03", "fine": False},
        {"id": "right", "value": 0.9, "low": 0.8, "high": 0.95, "healthy": None, "chapter": "09", "fine": True},
    ]
    step = read_status(run).step
    (run / "instruments.json").write_text(json.dumps({"against": "sft", "step": step, "figures": figures}))
    html = written(run, language)
    markdown = (run / "report.md").read_text("utf-8")
    for text in (Page(html).text, markdown):
        assert say(language, "report.warnings") in text
        assert say(language, "instrument.kl.name") in text
        assert "0.90 (0.80–0.95)" in text
    assert f'<span class="wrong">{say(language, "instrument.kl.name")}</span>' in html


def test_runs_without_gate_or_curves(tmp_path):
    middle = Page(written(write_run(tmp_path, steps=10)))
    assert "section" not in middle.tags
    new = Page(written(write_run(tmp_path, "dpo-shy-yak-11", steps=0, state="created")))
    assert new.tags.get("figure", 0) == 0


def test_it_says_how_to_do_it_again(run, tmp_path):
    assert "preferably lab 01 --seed" in Page(written(run)).text
    free = write_run(tmp_path, "dpo-shy-yak-11", state="done", steps=52)
    assert "preferably train dpo --seed" in Page(written(free)).text


def test_only_the_format_asked_for(run, tmp_path):
    target = tmp_path / "there"
    assert write_report(run, "en", to=target, formats=("html",)) == target / "report.html"
    assert [file.name for file in target.iterdir()] == ["report.html"]


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_shows_it(run, tmp_path):
    written(run)
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'chromium'}",
        "--disable-background-networking", "--enable-logging=stderr", "--dump-dom", (run / "report.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.count("<figure>") == 7
    assert "Content Security Policy" not in done.stderr  # nothing on the page asks for what it forbids itself
