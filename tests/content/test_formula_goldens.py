"""The formulas of the curriculum as they must look in 76 columns, compared line by line with `formulas.txt`.

Each entry of that file is: a line `% name`, the TeX, `--`, the two-dimensional form, `--`, the form on one line.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from content.maths import display, inline


class Golden(NamedTuple):
    name: str
    tex: str
    lines: list[str]
    flat: str


def goldens() -> list[Golden]:
    text = (Path(__file__).parent / "formulas.txt").read_text(encoding="utf-8")
    found = []
    for entry in text.split("\n% ")[1:]:
        name, rest = entry.split("\n", 1)
        tex, lines, flat = rest.rstrip("\n").split("\n--\n")
        found.append(Golden(name, tex, lines.split("\n"), flat))
    return found


@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.name)
def test_looks_as_drawn(golden: Golden) -> None:
    assert [line.rstrip() for line in display(golden.tex, 76)] == golden.lines
    assert inline(golden.tex) == golden.flat


def test_every_method_of_the_first_chapters_is_there() -> None:
    names = {golden.name for golden in goldens()}
    assert names >= {
        "DPO loss", "closed form", "Bradley-Terry", "PPO clip", "GAE", "KL-regularised objective", "DPO gradient",
        "KTO", "GRPO advantage",
    }  # fmt: skip
