"""Rectangles of text: what the two-dimensional printer builds a formula from."""

import unicodedata
from dataclasses import dataclass


def cells(text: str) -> int:
    """Columns of a terminal that `text` takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal width; `axis` is the line on which a neighbour's middle stands.

    `tall` is set for what brackets must grow around: fractions and limits, not mere scripts.
    """

    lines: tuple[str, ...]
    axis: int = 0
    tall: bool = False

    @property
    def width(self) -> int:
        return cells(self.lines[0])

    @property
    def height(self) -> int:
        return len(self.lines)


def box(text: str) -> Box:
    return Box((text,))


def centred(text: str, width: int) -> str:
    left = (width - cells(text)) // 2
    return " " * left + text + " " * (width - cells(text) - left)


def padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def beside(*boxes: Box) -> Box:
    """Boxes from left to right, their axes on one line."""
    up = max((piece.axis for piece in boxes), default=0)
    down = max((piece.height - piece.axis for piece in boxes), default=1)
    lines = [""] * (up + down)
    for piece in boxes:
        blank = " " * piece.width
        for row in range(up + down):
            inside = row - up + piece.axis
            lines[row] += piece.lines[inside] if 0 <= inside < piece.height else blank
    return Box(tuple(lines), up, any(piece.tall for piece in boxes))


def stacked(pieces: list[Box], axis_of: int) -> Box:
    """Boxes from top to bottom, centred; the axis is that of the piece numbered `axis_of`."""
    width = max(piece.width for piece in pieces)
    lines = tuple(centred(text, width) for piece in pieces for text in piece.lines)
    return Box(lines, sum(piece.height for piece in pieces[:axis_of]) + pieces[axis_of].axis, tall=True)


def paragraph(pieces: list[Box]) -> Box:
    """Boxes from top to bottom, flush left, with an empty line between two of which one is more than a line high."""
    width = max(piece.width for piece in pieces)
    lines: list[str] = []
    for index, piece in enumerate(pieces):
        if index and max(piece.height, pieces[index - 1].height) > 1:
            lines.append(" " * width)
        lines += [padded(text, width) for text in piece.lines]
    return Box(tuple(lines), pieces[0].axis, tall=len(pieces) > 1 or pieces[0].tall)


# Bracket: its pieces when it grows: top, middle, bottom and what fills the rest.
PIECES = {
    "(": tuple("⎛⎜⎝⎜"), ")": tuple("⎞⎟⎠⎟"), "[": tuple("⎡⎢⎣⎢"), "]": tuple("⎤⎥⎦⎥"),
    "{": tuple("⎧⎨⎩⎪"), "}": tuple("⎫⎬⎭⎪"), "|": tuple("││││"), "‖": tuple("‖‖‖‖"),
    "⌊": tuple("⎢⎢⎣⎢"), "⌋": tuple("⎥⎥⎦⎥"), "⌈": tuple("⎡⎢⎢⎢"), "⌉": tuple("⎤⎥⎥⎥"),
}  # fmt: skip


def bracket(sign: str, inside: Box) -> Box:
    """A bracket as high as what it holds, or the plain sign beside something one line high."""
    if not sign or not inside.tall or sign not in PIECES:
        return box(sign)
    top, middle, bottom, fill = PIECES[sign]
    column = [fill] * inside.height
    column[0], column[-1] = top, bottom
    column[inside.axis if 0 < inside.axis < inside.height - 1 else inside.height // 2] = middle
    if inside.height < 3:
        column = [top, bottom]
    return Box(tuple(column), inside.axis, tall=True)
