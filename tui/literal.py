"""Text from a model, a file or a learner, made safe for the terminal: no markup, no control characters."""

import unicodedata

from textual.content import Content

VISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str) -> str:
    """`text` with every control, format or unassigned character written as `<U+XXXX>`; tabs become spaces."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in VISIBLE
        else f"<U+{ord(character):04X}>"
        for character in text.expandtabs(4)
    )


def literal(text: str) -> Content:
    """`text` as widget content that is never read as markup."""
    return Content(clean(text))
