"""A formula as MathML, for pages in a browser."""

from xml.etree.ElementTree import Element, tostring

from content.maths.parser import parse
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

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
CELL = 0.17  # em for one cell of the terminal's spacing
MARKS = {"\u0302": "^", "\u0304": "¯", "\u0303": "~", "\u0307": "˙", "\u20d7": "→"}


def mathml(tex: str, block: bool = False) -> str:
    """The formula as a `<math>` element; `block` sets it on a line of its own. Raises MathsError."""
    root = Element("math", xmlns=NAMESPACE, display="block" if block else "inline")
    root.append(_row(parse(tex)))
    return tostring(root, encoding="unicode")


def _make(tag: str, *children: Element, text: str = "", **attributes: str) -> Element:
    element = Element(tag, attributes)
    element.text = text or None
    element.extend(children)
    return element


def _element(node: Node) -> Element:
    match node:
        case Symbol():
            return _symbol(node)
        case Space():
            return _make("mspace", width=f"{node.width * CELL:.2f}em")
        case Row():
            return _row(node)
        case Fraction():
            return _make("mfrac", _row(node.above), _row(node.below))
        case Root():
            return _make("msqrt", _row(node.inside))
        case Scripted():
            tags = ("munder", "mover", "munderover") if node.limits else ("msub", "msup", "msubsup")
            scripts = [_row(script) for script in (node.below, node.above) if script]
            tag = tags[2] if len(scripts) == 2 else tags[0 if node.below else 1]
            return _make(tag, _element(node.base), *scripts)
        case Accented():
            return _make("mover", _row(node.base), _make("mo", text=MARKS[node.mark], stretchy="false"), accent="true")
        case Fenced():
            bracket = {"stretchy": "true", "fence": "true"}
            left, right = (_make("mo", text=text, **bracket) for text in (node.left, node.right))
            return _make("mrow", *([left] if node.left else []), _row(node.inside), *([right] if node.right else []))
        case Braced():
            tag, brace = ("mover", "⏞") if node.over else ("munder", "⏟")
            braced = _make(tag, _row(node.inside), _make("mo", text=brace, stretchy="true"))
            return _make(tag, braced, _row(node.label)) if node.label else braced
        case Grid():
            return _grid(node)


def _symbol(symbol: Symbol) -> Element:
    text = symbol.text
    if symbol.kind in ("ordinary", "word"):
        if text.replace(".", "").isdigit():
            return _make("mn", text=text)
        if " " in text or "-" in text:
            return _make("mtext", text=text)
        upright = {"mathvariant": "normal"} if symbol.kind == "word" or not text.isalpha() else {}
        return _make("mi", text=text, **upright)
    if symbol.kind == "big":
        return _make("mo", text=text, largeop="true", movablelimits="false")
    # The space around signs comes from the same table as in the terminal.
    return _make("mo", text=text, lspace="0", rspace="0", stretchy="false", form="infix")


def _row(row: Row) -> Element:
    children: list[Element] = []
    before: Node | None = None
    room = 0
    for item in row.items:
        if isinstance(item, Space):
            room = max(room, item.width)
            continue
        if before is not None and (space := max(room, gap(kinds(before)[1], kinds(item)[0]))):
            children.append(_element(Space(space)))
        children.append(_element(item))
        before, room = item, 0
    return children[0] if len(children) == 1 else _make("mrow", *children)


def _grid(grid: Grid) -> Element:
    sides = ("left",) if grid.cases else ("right", "left")
    rows = [
        _make(
            "mtr",
            *(
                _make("mtd", _row(cell), style=f"text-align: {sides[column % len(sides)]}; padding: 0.2em 0.1em")
                for column, cell in enumerate(row)
            ),
        )
        for row in grid.rows
    ]
    table = _make("mtable", *rows)
    return _make("mrow", _make("mo", text="{", stretchy="true", fence="true"), table) if grid.cases else table
