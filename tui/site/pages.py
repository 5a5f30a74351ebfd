"""From our Markdown to that of MkDocs: fences become tables, figures and questions to open, formulas become MathML."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from content import cards, chapters, documents, markup, questions, reference
from content.glossary import glossary
from content.maths import mathml
from content.questions import Question
from content.text import LANGUAGES, ROOT, say
from engine.theory import compute
from tui.site import methods
from tui.site.figures import figure

FOLDERS = ("chapters", "exercises", "labs", "cards", "reference")
SPECIAL = re.compile(r"[\\`*_{}\[\]()#+!|~$-]")
"""What Markdown would take for markup."""


def literal(html: str) -> str:
    """HTML that Markdown leaves as it is: its special characters written as entities, outside of tags."""
    parts = re.split(r"(<[^>]*>)", html)
    return "".join(
        part if part.startswith("<") else SPECIAL.sub(lambda found: f"&#{ord(found[0])};", part) for part in parts
    )


class Page:
    """One page: `markdown` is what MkDocs reads."""

    def __init__(self, source: str, language: str, file: Path, front: Mapping[str, Any]) -> None:
        self.language, self.file, self.front = language, file, front
        self.markdown = self._header() + self._body(source)

    def t(self, key: str, **params: Any) -> str:
        return say(self.language, f"site.{key}", **params)

    def _header(self) -> str:
        if "title" not in self.front:
            return ""
        number = self.front.get("id", "")
        title = self.front["title"]
        lines = [f"# {number} {title}" if number.isdigit() else f"# {title}", ""]
        if minutes := self.front.get("minutes"):
            lines += [f"*{self.t('minutes', minutes=minutes)}*", ""]
        if prerequisites := self.front.get("prerequisites"):
            named = (f"[{chapters.chapter(id, self.language).title}]({self._address(id)})" for id in prerequisites)
            lines += [f"{self.t('before')} {', '.join(named)}.", ""]
        if goals := self.front.get("goals"):
            lines += [f"**{self.t('goals')}**", "", *(f"- {self._inline(goal)}" for goal in goals), ""]
        return "\n".join(lines) + "\n"

    def _body(self, source: str) -> str:
        parts, end = [], 0
        for found in markup.FENCE.finditer(source):
            parts += [self._prose(source[end : found.start()]), self._fence(found)]
            end = found.end()
        return "".join([*parts, self._prose(source[end:])])

    def _fence(self, found: re.Match[str]) -> str:
        kind = found["info"].strip().partition(" ")[0]
        if kind == "live":
            (live,) = markup.lives(found[0], self.file)
            return f"\n{figure(live, self.language)}\n"
        if kind == "question":
            return self._question(questions.read(found["body"], self.file, 1))
        return found[0]

    def _question(self, question: Question) -> str:
        """The question, its hints and its answer, each to be opened when it is wanted."""
        question = questions.draw(question, 0, compute)
        lines = [f'!!! question "{self.t("question")}"', "", *self._indented(question.prompt)]
        if question.options:
            lines += [f"    {number}. {self._plain(option)}" for number, option in enumerate(question.options, 1)] + [
                ""
            ]
        for number, step in enumerate(question.steps, 1):
            lines += self._indented(f"{number}. {step.prompt}")
            lines += [f"        - {self._plain(option)}" for option in step.options] + [""]
        for number, hint in enumerate(question.hints, 1):
            lines += self._folded(self.t("hint", number=number), hint)
        answer = [] if question.type == "free" or question.metric else [questions.right_answer(question)]
        answer += [f"{number}. {questions.right_answer(step)}" for number, step in enumerate(question.steps, 1)]
        told = "\n\n".join(part for part in (*answer, question.explanation) if part)
        if told:
            lines += self._folded(self.t("answer"), told)
        return "\n".join(["", *lines, ""])

    def _folded(self, title: str, text: str) -> list[str]:
        inside = [f"    {line}".rstrip() for line in self._indented(text)]
        return [f'    ??? note "{title}"', "", *inside]

    def _indented(self, text: str) -> list[str]:
        return [*(f"    {self._plain(line)}".rstrip() for line in text.split("\n")), ""]

    def _plain(self, text: str) -> str:
        """Text of a question, in which nothing is markup."""
        return literal(escape(text, quote=False))

    def _prose(self, text: str) -> str:
        text = markup.COMMENT.sub("", text)
        parts, end = [], 0
        for code in markup.CODE.finditer(text):
            parts += [self._inline(text[end : code.start()]), code[0]]
            end = code.end()
        return "".join([*parts, self._inline(text[end:])])

    def _inline(self, text: str) -> str:
        """Formulas and links of running text."""
        text = markup.LINK.sub(lambda found: f"[{found['text']}]({self._address(found['target'])})", text)
        return markup.FORMULA.sub(self._formula, text)

    def _formula(self, found: re.Match[str]) -> str:
        block = found["block"] is not None
        html = literal(mathml((found["block"] or found["inline"]).strip(), block))
        # Markdown takes a line that begins with <math> for a block of its own.
        return f'<div class="formula">{html}</div>' if block else f"<span>{html}</span>"

    def _address(self, target: str) -> str:
        """`04#derivation`, `lab:01`, `ref:cheat-sheet` and `term:reward` as files relative to this one."""
        place, _, part = target.partition("#")
        if place.startswith("http") or not place:
            return target
        kind, _, id = place.rpartition(":")
        if kind == "term":
            id, part = "glossary", id
        folder = {"": "chapters", "ref": "reference", "term": "reference"}.get(kind, f"{kind}s")
        (file,) = (ROOT / self.language / folder).glob(f"*-{id}.md" if folder == "reference" else f"{id}-*.md")
        return f"../{folder}/{file.name}" + (f"#{part}" if part else "")


def write(folder: Path) -> None:
    """Writes the sources of all pages into an empty folder: `en/chapters/03-ppo.md` and so on. Raises ContentError."""
    for language in LANGUAGES:
        pages = {"index.md": _index(language)}
        for name in FOLDERS:
            for file in sorted((ROOT / language / name).glob("*.md")):
                text = reference.source(file, language) if name == "reference" else documents.text(file)
                document = documents.parse(text, file)
                _, _, body = text.partition("---\n")[2].partition("\n---\n")
                page = Page(body, language, file, document.front).markdown
                pages[f"{name}/{file.name}"] = _anchored(page, language) if name == "reference" else page
        pages |= {f"cards/{name}": text for name, text in _cards(language)}
        told = Page(methods.page(language), language, Path(methods.FILE), {"title": methods.title(language)})
        pages[f"reference/{methods.FILE}"] = told.markdown
        for path, text in pages.items():
            target = folder / language / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def _anchored(page: str, language: str) -> str:
    """The page with a place to jump to at every entry of the glossary: lines that begin with the term in bold."""
    for found in glossary(language):
        page = re.sub(rf"^(?=\*\*{re.escape(found.term)}\*\*)", f'<a id="{found.id}"></a>', page, flags=re.MULTILINE)
    return page


def _index(language: str) -> str:
    """The first page: what this is, and the way through the chapters."""
    lines = ["# Preferably", "", say(language, "site.welcome"), "", f"## {say(language, 'site.chapters')}", ""]
    for chapter in chapters.chapters(language):
        (file,) = (ROOT / language / "chapters").glob(f"{chapter.id}-*.md")
        lines.append(f"- [{chapter.id} {chapter.title}](chapters/{file.name})")
    lines += ["", f"## {say(language, 'site.reference')}", ""]
    for page, file in zip(reference.pages(language), reference.files(language), strict=True):
        lines.append(f"- [{page.title}](reference/{file.name})")
    lines.append(f"- [{methods.title(language)}](reference/{methods.FILE})")
    return "\n".join([*lines, "", say(language, "site.program"), ""])


def _cards(language: str) -> Iterator[tuple[str, str]]:
    """One page of cards a chapter: (file name, Markdown), every back to be opened. Those that draw numbers are left to
    the program."""
    for chapter in chapters.chapters(language):
        (file,) = (ROOT / language / "chapters").glob(f"{chapter.id}-*.md")
        page = Page("", language, file, {"id": chapter.id, "title": f"{chapter.title}"})
        lines = [page.markdown]
        for card in cards.cards(language):
            if card.chapter == chapter.id and card.question is None:
                lines += ["", f"**{page._inline(card.front)}**", "", f'??? note "{say(language, "site.answer")}"', ""]
                lines += [f"    {page._inline(card.back)}", ""]
        if len(lines) > 1:
            yield file.name, "\n".join(lines)
