"""A section as Markdown: formulas, fences, marks of a search, links."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll

from content.documents import Section
from tui.widgets.lesson import Formula, Lesson, folded, links, matches, parser


def section(source: str, id: str = "one") -> Section:
    return Section(id=id, title="One", source=source, file=Path("one.md"), line=1)


class Page(App[None]):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.section = section(source)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"rule": "#808080"}

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Lesson()

    async def on_mount(self) -> None:
        await self.query_one(Lesson).show(self.section)


def text_of(app: App[None]) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()
    )


async def test_a_formula_inside_a_sentence_is_not_lost() -> None:
    app = Page("The tilt $e^{R/\\beta}$ multiplies.\n")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert "The tilt e^(R/β) multiplies." in text_of(app)


async def test_a_display_formula_stands_in_two_dimensions() -> None:
    app = Page("Before\n\n$$\nP = \\frac{1}{Z}\n$$\n\nAfter\n")
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        lines = [line for line in text_of(app).splitlines() if line.strip()]
        assert [line.strip(" ─") for line in lines[1:4]] == ["1", "P =", "Z"]
        assert app.query_one(Formula).region.height == 3


async def test_a_display_formula_is_laid_out_anew_for_another_width() -> None:
    app = Page("$$\nJ = \\mathbb{E}(R(x,y)) - \\beta \\, \\mathrm{KL}(\\pi \\| \\pi_{\\mathrm{ref}}) + a + b + c\n$$\n")
    async with app.run_test(size=(90, 12)) as pilot:
        await pilot.pause()
        before = app.query_one(Formula).region.height
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert app.query_one(Formula).region.height > before
        assert max(map(len, text_of(app).splitlines())) <= 40


async def test_text_in_brackets_is_no_markup() -> None:
    app = Page("A list [/nope] and `[bold]` stay.\n")
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert "A list [/nope] and [bold] stay." in text_of(app)


@pytest.mark.parametrize(("text", "plain"), [("Política", "politica"), ("ÑANDÚ", "nandu"), ("β = 0,5", "β = 0,5")])
def test_case_and_accents_do_not_hinder_a_search(text: str, plain: str) -> None:
    assert folded(text) == plain
    assert len(folded(text)) == len(text)


def test_matches_are_counted_in_paragraphs_lists_and_tables_of_every_section() -> None:
    sections = [
        section("The policy, and a *Policy* again.\n\n- one pólicy\n", "one"),
        section("nothing\n", "two"),
        section("| a | b |\n|---|---|\n| policy | x |\n", "three"),
    ]
    assert [match.section for match in matches(sections, "policy")] == [0, 0, 0, 2]
    assert matches(sections, "   ") == []
    assert matches(sections, "absent") == []


def test_what_is_found_is_marked_and_the_text_stays_the_same() -> None:
    children = parser("cat").parse("A Cat and a cat.")[1].children or []
    assert "".join(child.content for child in children) == "A Cat and a cat."
    assert [child.type for child in children].count("s_open") == 2


def test_links_are_found_in_order() -> None:
    found = links(section("See [the *derivation*](04#derivation) and [lab 01](lab:01).\n").markdown)
    assert found == (("the derivation", "04#derivation"), ("lab 01", "lab:01"))
