"""The site as a reader gets it: built strictly, everything on it local, formulas, figures and languages where they
belong. The browser's part needs Chromium (Debian: `apt-get install chromium`)."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from content import chapters, exercises, markup, reference
from content.glossary import glossary
from content.text import LANGUAGES
from tui.live import BLOCKS
from tui.site.figures import CURVES

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = ("chapters/03-ppo.html", "es/chapters/04-dpo.html", "exercises/02-reward-models.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; MkDocs runs strictly and not quietly, since `-q` hides broken links."""
    folder = tmp_path_factory.mktemp("site")
    source, built = folder / "source", folder / "built"
    subprocess.run([sys.executable, "-m", "tui.site", source], check=True, cwd=ROOT)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = re.sub(r"^docs_dir: .*$", f"docs_dir: {source}", config, flags=re.MULTILINE)
    config = re.sub(r"^site_dir: .*$", f"site_dir: {built}", config, flags=re.MULTILINE)
    config = config.replace("hooks: [", f"hooks: [{ROOT}/")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(folder / "mkdocs.yml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert not re.search(r"WARNING +-", done.stderr), done.stderr[-3000:]
    return built


class Page(HTMLParser):
    """What a page is made of: how many of each tag, its addresses, and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.addresses: list[tuple[str, str]] = []
        self.text = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.addresses += [(tag, value) for name, value in attributes if name in ("src", "href") and value]

    def handle_data(self, data):
        self.text += data


def file_of(site, language, folder, name):
    return site / ("" if language == "en" else language) / folder / f"{name}.html"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_formulas_figures_and_questions(language, site):
    for folder, documents in (
        ("chapters", chapters.chapters(language)),
        ("exercises", exercises.exercises(language)),
        ("reference", reference.pages(language)),
    ):
        for document in documents:
            page = Page(file_of(site, language, folder, document.sections[0].file.stem))
            source = "".join(section.source for section in document.sections)
            outside = markup.COMMENT.sub("", source)
            assert page.tags.get("math", 0) >= len(markup.formulas(outside)), document.id
            assert page.tags.get("figure", 0) == sum(len(section.lives) for section in document.sections)
            questions = [question for section in document.sections for question in section.questions]
            assert page.tags.get("details", 0) >= len(questions)
            assert not re.search(r"\$[^ ]|```|<!--|\\frac", page.text), document.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_can_be_jumped_to_and_says_where_it_is_explained(language, site):
    html = file_of(site, language, "reference", "04-glossary").read_text(encoding="utf-8")
    for found in glossary(language):
        assert html.count(f'id="{found.id}"') == 1, found.id
        assert re.search(rf'href="[^"]*#{found.id}"', html), found.id  # in the index
        assert re.search(rf'href="\.\./chapters/{found.chapter}-[a-z0-9-]+\.html#{found.introduced[3:]}"', html), (
            found.id
        )


def test_nothing_is_fetched_from_elsewhere(site):
    for file in site.rglob("*.html"):
        page = Page(file)
        fetched = [address for tag, address in page.addresses if tag in ("script", "img", "link") and "//" in address]
        assert [address for address in fetched if not address.startswith("data:")] == [], file


def test_every_live_block_has_a_curve():
    assert CURVES.keys() == BLOCKS.keys()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("name", PAGES)
def test_a_browser_shows_formulas_plots_and_the_other_language(name, site, tmp_path):
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom",
        "--disable-background-networking", "--virtual-time-budget=4000", (site / name).as_uri(),
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "<math" in shown or "exercises" in name
    assert 'src="data:image/svg+xml' in shown or "exercises" in name
    other = "en" if name.startswith("es/") else "es"
    (target,) = re.findall(rf'<a href="([^"]+)" hreflang="{other}"', shown)
    assert ((site / name).parent / target).resolve().is_file()
