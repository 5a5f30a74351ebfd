"""The list of references: read strictly, complete, and of the years that the chapters print."""

import re
from pathlib import Path

import pytest

from content import bibliography, chapters, reference
from content.errors import ContentError
from content.text import LANGUAGES

ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
ITEM = re.compile(r"^- (.*(?:\n  .*)*)", re.MULTILINE)
YEAR = re.compile(r"\b(?:1[789]|20)\d\d\b")
GOOD = '[hu-2021]\ntopic = "tools"\nauthors = "Hu"\nyear = 2021\ntitle = "LoRA"\narxiv = "2106.09685"\n'

AGREED = [
    "bradley-terry-1952",
    "christiano-2017",
    "schulman-2017",
    "ziegler-2019",
    "stiennon-2020",
    "ouyang-2022",
    "bai-2022a",
    "bai-2022b",
    "gao-2022",
    "perez-2022",
    "sharma-2023",
    "rafailov-2023",
    "azar-2024",
    "ethayarajh-2024",
    "hong-2024",
    "meng-2024",
    "ahmadian-2024",
    "shao-2024",
    "chen-2024",
    "lee-2023",
    "lightman-2023",
    "mazeika-2024",
    "hendrycks-2021",
    "cobbe-2021",
    "chen-2021",
    "hu-2021",
    "casper-2023",
    "kaufmann-2023",
    "lambert-2025",
    "huang-2022",
    "huang-2024",
]
"""The works that a course on this subject can't do without."""

WORKS = {work.arxiv: work for work in bibliography.works() if work.arxiv}


def test_the_agreed_works_are_there() -> None:
    assert {work.key for work in bibliography.works()} >= set(AGREED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_preprint_cited_in_a_chapter_is_listed(language: str) -> None:
    cited = {
        (chapter.id, found)
        for chapter in chapters.chapters(language)
        for section in chapter.sections
        for found in ARXIV.findall(section.source)
    }
    assert len(cited) > 30
    assert {(chapter, found) for chapter, found in cited if found not in WORKS} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_print_the_year_and_the_author_of_the_list(language: str) -> None:
    for chapter in chapters.chapters(language):
        for item in ITEM.findall(chapter.section("recap").source):
            if found := ARXIV.search(item):
                work = WORKS[found[1]]
                assert item.split()[0] == work.authors.split()[0], item
                assert YEAR.search(item)[0] == str(work.year), item  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_authors_named_in_the_text_have_a_work_of_that_year(language: str) -> None:
    years: dict[str, set[str]] = {}
    for work in bibliography.works():
        years.setdefault(work.authors.split()[0], set()).add(str(work.year))
    named = re.compile(rf"\b({'|'.join(map(re.escape, years))})\s+\(?((?:1[789]|20)\d\d)\b")
    for chapter in chapters.chapters(language):
        for section in chapter.sections:
            for author, year in named.findall(section.source):
                assert year in years[author], (chapter.id, section.id, author, year)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_every_work_once(language: str) -> None:
    text = "".join(section.markdown for section in reference.page("references", language).sections)
    for work in bibliography.works():
        assert text.count(f"- {work.line}\n") == 1, work.key


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (GOOD.replace("tools", "tool"), "glossary.key", "topic"),
        (GOOD.replace("2021\n", '"2021"\n', 1), "glossary.key", "year"),
        (GOOD.replace("2106.09685", "2106.0968x"), "glossary.key", "arxiv"),
        (GOOD.replace('arxiv = "2106.09685"\n', ""), "glossary.key", "where"),
        (GOOD.replace('title = "LoRA"\n', ""), "glossary.key", "title"),
        (GOOD + 'publisher = "x"\n', "glossary.unknown_key", "publisher"),
        (GOOD + GOOD.replace("[hu-2021]", "[hu-2022]"), "glossary.key", "arxiv"),
        ('hu = "LoRA"', "glossary.key", "[…]"),
        ("[", "content.toml", None),
    ],
)
def test_a_bad_file_is_refused(text, code, key, tmp_path: Path) -> None:
    file = tmp_path / "references.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        bibliography.read(file)
    assert error.value.code == code
    assert error.value.params.get("key") == key
    assert error.value.params["file"] == "references.toml"
