"""A formula in two dimensions: bars, limits, scripts and growing brackets, drawn as wide as it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from content.maths.box import Box, beside, box, bracket, cells, centred, padded, paragraph, stacked
from content.maths.linear import accented, line
from content.maths.symbols import LOWERED, RAISED, small
from content.maths.tree import (
    Accented,
    Braced,
    Fenced,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Scripted,
    Space,
    Symbol,
    gap,
    kinds,
)

Items = tuple[Node, ...]
MARKS = {"\u0302": "^", "\u0304": "_", "\u0303": "~", "\u0307": "˙", "\u20d7": "→"}


@dataclass(frozen=True)
class Printer:
    low: bool  # subscripts as small signs on the line
    room: int  # cells between a grown bracket and what it holds

    def row(self, items: Items, drawn: Mapping[int, Box] | None = None) -> Box:
        """Items side by side; `drawn` gives those by their index that are drawn already."""
        pieces: list[Box] = []
        before: Node | None = None
        room = 0
        for index, item in enumerate(items):
            if isinstance(item, Space):
                room = max(room, item.width)
                continue
            if before is not None:
                room = max(room, gap(kinds(before)[1], kinds(item)[0]))
            pieces += [box(" " * room), drawn[index] if drawn and index in drawn else self.node(item)]
            before, room = item, 0
        return beside(*pieces)

    def node(self, node: Node) -> Box:
        match node:
            case Symbol():
                return box(node.text)
            case Space():
                return box(" " * node.width)
            case Row():
                return self.row(node.items)
            case Fraction():
                return self._fraction(node)
            case Root():
                return self._root(node)
            case Scripted():
                return self._limits(node) if node.limits else self._scripted(node)
            case Accented():
                return self._accented(node)
            case Fenced():
                return self.fenced(node, self.row(node.inside.items))
            case Braced():
                return self._braced(node)
            case Grid():
                return self._cases(node) if node.cases else self.aligned(node, self.row)

    def _fraction(self, node: Fraction) -> Box:
        above, below = self.row(node.above.items), self.row(node.below.items)
        # A bar must be longer than the bars that it separates.
        margin = 2 if any(isinstance(item, Fraction) for item in node.above.items + node.below.items) else 0
        bar = box("─" * max(above.width + margin, below.width + margin, 3))
        return stacked([above, bar, below], 1)

    def _root(self, node: Root) -> Box:
        inside = self.row(node.inside.items)
        if inside.width == 1 and inside.height == 1:
            return beside(box("√"), inside)
        if not inside.tall and inside.axis == 0:
            below = tuple(" " + text for text in inside.lines[1:])
            return Box((" " + "_" * inside.width, "√" + inside.lines[0], *below), 1)
        rail = [" │"] * inside.height
        rail[-1] = "╲│"
        lines = (
            " ┌" + "─" * (inside.width + 1),
            *(left + text + " " for left, text in zip(rail, inside.lines, strict=True)),
        )
        return Box(lines, inside.axis + 1, tall=True)

    def _scripted(self, node: Scripted) -> Box:
        base = self.node(node.base)
        below = line(node.below, tight=True) if node.below else ""
        above = line(node.above, tight=True) if node.above else ""
        lowered = small(below, LOWERED) if self.low else None
        raised = small(above, RAISED)
        if base.tall:  # beside the first and the last line of it
            column = [raised or above, *[""] * (base.height - 2), below if lowered is None else lowered]
            axis = base.axis
        else:  # small signs on the line, the others over and under it
            small_signs = (lowered or "") + (raised or "")
            over = above if raised is None else ""
            under = below if lowered is None else ""
            column = [over] * bool(over) + [small_signs] + [under] * bool(under)
            axis = int(bool(over))
        width = max(cells(text) for text in column)
        return beside(base, Box(tuple(padded(text, width) for text in column), axis, base.tall))

    def _limits(self, node: Scripted) -> Box:
        pieces = [box(line(node.above, tight=True))] if node.above else []
        pieces.append(self.node(node.base))
        if node.below:
            pieces.append(box(line(node.below, tight=True)))
        return stacked(pieces, int(bool(node.above)))

    def _accented(self, node: Accented) -> Box:
        base = self.row(node.base.items)
        if base.width == 1 and base.height == 1:
            return box(accented(base.lines[0], node.mark))
        sign = MARKS[node.mark]
        over = sign * base.width if sign in "_→" else centred(sign, base.width)
        return Box((over, *base.lines), base.axis + 1, base.tall)

    def fenced(self, node: Fenced, inside: Box) -> Box:
        """Brackets around their drawn contents."""
        if inside.tall and "{" in node.left + node.right and inside.height < 3:
            inside = Box((*inside.lines, *[" " * inside.width] * (3 - inside.height)), inside.axis, tall=True)
        room = box(" " * self.room * inside.tall)
        return beside(bracket(node.left, inside), room, inside, room, bracket(node.right, inside))

    def _braced(self, node: Braced) -> Box:
        inside = self.row(node.inside.items)
        width = max(inside.width, 3)
        left, tip, right = "╭┴╮" if node.over else "╰┬╯"
        middle = (width - 1) // 2
        brace = box(left + "─" * (middle - 1) + tip + "─" * (width - middle - 2) + right)
        pieces = [inside, brace] + ([box(line(node.label))] if node.label else [])
        return stacked(pieces[::-1], len(pieces) - 1) if node.over else stacked(pieces, 0)

    def _cases(self, node: Grid) -> Box:
        columns = range(max(len(row) for row in node.rows))
        drawn = [[self.row(cell.items) for cell in row] for row in node.rows]
        widths = [max((row[column].width for row in drawn if column < len(row)), default=0) for column in columns]
        rows = [
            beside(*(beside(cell, box(" " * (widths[column] - cell.width + 3))) for column, cell in enumerate(row)))
            for row in drawn
        ]
        lines = [text.rstrip() for text in paragraph(rows).lines]
        if len(lines) == 2:  # a brace needs a middle
            lines.insert(1, "")
        width = max(cells(text) for text in lines)
        inside = Box(tuple(padded(text, width) for text in lines), len(lines) // 2, tall=True)
        return beside(bracket("{", inside), box(" "), inside)

    def aligned(self, node: Grid, right: Callable[[Items], Box]) -> Box:
        """Left cells flush right, what follows flush left; `right` draws the latter (and may break it)."""
        left = [self.row(row[0].items) for row in node.rows]
        width = max(piece.width for piece in left)
        lines = []
        for row, piece in zip(node.rows, left, strict=True):
            rest = tuple(item for cell in row[1:] for item in cell.items)
            first = next((item for item in rest if not isinstance(item, Space)), None)
            space = gap("ordinary", kinds(first)[0]) if first and row[0].items else int(first is not None and width > 0)
            lines.append(
                beside(box(" " * (width - piece.width)), piece, box(" " * space), right(rest) if rest else box(""))
            )
        block = paragraph(lines)
        middle = block.height // 2 if len(lines) > 1 else block.axis
        return Box(block.lines, middle, tall=True)
