"""Live blocks of preferences, selection, judging, synthetic data and adapters, and the sliders that count."""

import pytest

from tui.widgets.slider import Track


def test_a_track_without_decimals_takes_whole_numbers_only() -> None:
    track = Track(1, 200, log=True, decimals=0)
    values = [1.0]
    while values[-1] < 200:
        values.append(track.beside(values[-1], 1, fine=False))
    assert values[:9] == [1, 2, 3, 4, 5, 6, 8, 10, 12]
    assert all(value == int(value) for value in values)
    assert [track.beside(4, direction, fine=True) for direction in (-1, 1)] == [3, 5]
    assert track.at(0.5) == int(track.at(0.5))
    assert track.beside(200, 1, fine=False) == 200


def test_a_track_with_marks_stops_only_there() -> None:
    track = Track(1, 64, log=True, decimals=0, marks=tuple(2**power for power in range(7)))
    assert track.beside(8, 1, fine=False) == track.beside(8, 1, fine=True) == 16
    assert track.beside(64, 1, fine=False) == 64
    assert track.at(0.5) == 8
    assert track.share(8) == pytest.approx(0.5)
