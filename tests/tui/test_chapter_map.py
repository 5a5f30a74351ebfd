"""The map of the chapters: lines that lead from every chapter to those that build on it, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from tui.chapter_map import direct, drawn


def test_the_course_drawn_by_hand() -> None:
    prerequisites = {"00": (), "01": ("00",), "02": ("00",), "03": ("01", "02"), "04": ("03",), "05": ("02", "04")}
    assert [line.rstrip() for line in drawn(prerequisites, dict.fromkeys(prerequisites, "o"))] == [
        "o",
        "├─o",
        "╰─│─o",
        "  ╰─┴─o",
        "      ╰─o",
        "        ╰─o",
    ]


def test_what_follows_from_another_prerequisite_is_left_out() -> None:
    assert direct({"a": (), "b": ("a",), "c": ("a", "b", "elsewhere")}) == {"a": (), "b": ("a",), "c": ("b",)}


@st.composite
def courses(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Chapters that build on any of those before them."""
    ids = [f"{number:02d}" for number in range(draw(st.integers(1, 9)))]
    return {id: tuple(draw(st.lists(st.sampled_from(ids[:n]), unique=True)) if n else ()) for n, id in enumerate(ids)}


@given(courses())
def test_every_line_can_be_followed_back_to_the_direct_prerequisites(course: dict[str, tuple[str, ...]]) -> None:
    lines = drawn(course, dict.fromkeys(course, "o"))
    ids = list(course)
    assert len({len(line) for line in lines}) == 1
    column = {id: line.index("o") for id, line in zip(ids, lines, strict=True)}
    for row, id in enumerate(ids):
        # Leftwards along the row: what is joined to it.
        joined = [at for at in range(column[id]) if lines[row][at] in "├╰┼┴"]
        found = set()
        for at in joined:
            up = row - 1
            while lines[up][at] != "o":  # upwards along the line, to the chapter it comes from
                assert lines[up][at] in "│├┼", (lines, row, at)
                up -= 1
            found.add(ids[up])
        assert found == set(direct(course)[id])
