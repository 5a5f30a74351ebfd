"""A share as a bar, and how it changed: █ kept, ▓ gained, ▒ lost. The signs differ, so colour is never needed."""

from textual.content import Content

KEPT, GAINED, LOST, REST = ("█", "$primary"), ("▓", "$success"), ("▒", "$error"), ("·", "$rule")


def bar(now: float, width: int, before: float | None = None) -> Content:
    """`now` (0 to 1) as a bar of `width` cells, compared with `before` where that is given."""
    old, new = (round(min(1.0, max(0.0, share)) * width) for share in (now if before is None else before, now))
    parts = [(KEPT, min(old, new)), (GAINED, new - old), (LOST, old - new), (REST, width - max(old, new))]
    return Content.assemble(*((sign * cells, style) for (sign, style), cells in parts if cells > 0))


def balance(value: float, reach: float, width: int) -> Content:
    """`value` from −`reach` to `reach` as a bar to the left or right of a middle line: ▒▒▒│ or │███."""
    half = (width - 1) // 2
    cells = round(min(1.0, abs(value) / reach) * half) if reach > 0 else 0
    left, right = (cells, 0) if value < 0 else (0, cells)
    return Content.assemble(
        (" " * (half - left), ""), (LOST[0] * left, LOST[1]), ("│", "$secondary"), (KEPT[0] * right, KEPT[1]),
        (" " * (half - right), ""),
    )  # fmt: skip


def marked(share: float, width: int, mark: float, style: str = KEPT[1]) -> Content:
    """`share` (0 to 1) as a bar of `width` cells with ┊ where `mark` lies, such as an even chance."""
    cells = round(min(1.0, max(0.0, share)) * width)
    place = min(width - 1, round(mark * width))
    parts = [(KEPT[0], style) if cell < cells else REST for cell in range(width)]
    parts[place] = ("┊", "$foreground" if place >= cells else f"$surface on {style}")
    return Content.assemble(*parts)
