"""What MkDocs calls while it builds (see mkdocs.yml): the order of the course, in the language of the page."""

from typing import Any

from content.text import say
from tui.site.pages import FOLDERS


def on_nav(nav: Any, config: Any, files: Any) -> Any:
    """The folders in the order of the course, under their names in the language of the page."""
    language = config.theme["language"]
    order = {folder.capitalize(): (number, folder) for number, folder in enumerate(FOLDERS)}
    nav.items.sort(key=lambda item: order.get(item.title or "", (-1, ""))[0])
    for item in nav.items:
        if item.is_section and item.title in order:
            item.title = say(language, f"site.{order[item.title][1]}")
    return nav
