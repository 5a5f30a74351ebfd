"""Reading a reference page: like a chapter, but it counts for no progress and is no place to continue from."""

from content.chapters import Chapter
from content.reference import page
from tui.screens.answering import AnsweringScreen
from tui.screens.learn import LearnScreen


class PageScreen(LearnScreen):
    """A reference page, at `section` or from its beginning."""

    def __init__(self, page: str, section: str | None = None) -> None:
        super().__init__(page, section)

    @property
    def chapter(self) -> Chapter:
        return page(self.chapter_id, self.app.language)

    def crumbs(self) -> list[str]:
        if self.problem:
            return [self.t("reference.title")]
        return [self.t("reference.title"), self.chapter.title, self.chapter.sections[self.number].title]

    def look_up(self) -> None:
        self.read_store()

    async def store_opened(self) -> None:
        if self.has_page:
            await AnsweringScreen.store_opened(self)

    def _onward_text(self) -> str:
        last = self.number == len(self.chapter.sections) - 1
        return self.t("reference.end_of_page") if last else super()._onward_text()

    def _remember(self) -> None:
        """Chapters are where one left off."""

    def mark_read(self) -> None:
        """Nobody is asked to read it all."""
