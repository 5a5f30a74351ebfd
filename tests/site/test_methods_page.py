"""The page of all methods is what the registry says, made anew with the site and written down nowhere."""

import re
from pathlib import Path

import pytest

from content.text import LANGUAGES
from engine.methods import METHODS
from engine.methods.measured import read, status
from tui.method_words import Words
from tui.site import methods
from tui.site.pages import Page

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_a_row_and_a_section_of_every_method(language):
    page, words, record = methods.page(language), Words(language), read()
    rows = {found[1]: found[0] for found in re.finditer(r"^\| \[([\w-]+)\]\(#\1\).*$", page, re.MULTILINE)}
    sections = dict(re.findall(r"^## ([\w-]+): .* \{#\1\}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert list(rows) == list(sections) == list(METHODS)
    for id, method in METHODS.items():
        assert f"({method.chapter})" in rows[id]
        assert words.state(status(method, record).state) in rows[id]
        for trial in method.bound.trials:
            assert all(words.claim(claim) in rows[id] and words.claim(claim) in sections[id] for claim in trial.claims)
        assert all(f"`{name}`" in sections[id] for name in (*method.losses, *method.metrics))
        assert all(f"`{row.name}`" in sections[id] for row in method.hyper)


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_and_links_become_those_of_a_browser(language, monkeypatch):
    monkeypatch.setattr(Page, "_address", lambda self, target: f"<{target}>")
    page = Page(methods.page(language), language, Path(methods.FILE), {"title": methods.title(language)}).markdown
    assert page.count("<math") > 10 * len(METHODS)
    assert not re.search(r"\$[^ ]|\\frac", page)
    for line in page.splitlines():
        if line.startswith("| "):  # no bar of a formula makes another column
            assert line.count("|") in (5, 8), line


def test_nothing_of_it_is_kept():
    assert not list((ROOT / "content").rglob(methods.FILE))
