"""Where the links in a lesson lead."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import PreferablyApp


async def follow(app: "PreferablyApp", target: str) -> None:
    """Go to `04#derivation`, `lab:01`, `exercise:03#closed-form`, `ref:cheat-sheet#beta`, `term:reward`; any other
    address is the browser's."""
    if target.startswith("lab:"):
        await app.go("lab", lab=target.removeprefix("lab:"))
    elif target.startswith("exercise:"):
        chapter, _, exercise = target.removeprefix("exercise:").partition("#")
        await app.go("exercise", chapter=chapter, exercise=exercise or None)
    elif target.startswith("ref:"):
        page, _, section = target.removeprefix("ref:").partition("#")
        await app.go("page", page=page, section=section or None)
    elif target.startswith("term:"):
        await app.go("glossary", term=target.removeprefix("term:"))
    elif "://" in target:
        app.open_url(target)
    else:
        chapter, _, section = target.partition("#")
        await app.go("learn", chapter=chapter, section=section or None)
