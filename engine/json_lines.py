"""On which line of a JSON text each key stands, so that a fault in it can be named by file and line."""

import json
import re
from collections.abc import Iterator


def key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every key of a text that is known to be valid JSON: the path to it, and its line, from 1; duplicates included.

    Enough of a scanner for valid JSON: strings that a colon follows are keys.
    """
    path: list[str] = []
    key = ""
    for token in re.finditer(r'("(?:\\.|[^"\\])*")(\s*:)?|[{}\[\]]', text):
        if token[2]:
            key = json.loads(token[1])
            yield (*path[1:], key), text.count("\n", 0, token.start()) + 1
        elif token[0] in "{[":
            path.append(key)
        elif token[0] in "}]":
            path.pop()
