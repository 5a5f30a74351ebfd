"""A guard against keys that repeat themselves: one held key must not judge pairs that nobody has read."""

from collections.abc import Callable

SECONDS = 0.3


class KeyGuard:
    """Accepts an act only when what it judges has been on the screen for 0.3 s, and when its key is not being held.

    A held key sends itself every few hundredths of a second; each repetition postpones the moment from which it is
    accepted again. `clock` gives seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._painted: float | None = None
        self._last: tuple[str, float] | None = None

    def painted(self) -> None:
        """What is to be judged is on the screen now."""
        self._painted = self._clock()

    def hidden(self) -> None:
        """What is to be judged is not on the screen; nothing is accepted until it is."""
        self._painted = None

    def accepts(self, act: str, *, repeatable: bool = False) -> bool:
        """Whether `act` counts; a `repeatable` act may be repeated by holding its key, as often as it is painted."""
        now = self._clock()
        held = self._last is not None and self._last[0] == act and now - self._last[1] < SECONDS
        self._last = (act, now)
        return self._painted is not None and now - self._painted >= SECONDS and (repeatable or not held)
