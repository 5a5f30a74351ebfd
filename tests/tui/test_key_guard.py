"""One held key judges one pair."""

from tui.key_guard import KeyGuard


class Clock:
    now = 10.0

    def __call__(self):
        return self.now


def test_nothing_is_accepted_before_the_pair_has_been_painted_for_a_moment():
    clock = Clock()
    guard = KeyGuard(clock)
    assert not guard.accepts("left")
    guard.painted()
    clock.now += 0.29
    assert not guard.accepts("right")
    clock.now += 0.02
    assert guard.accepts("tie")
    guard.hidden()
    assert not guard.accepts("other")


def test_a_held_key_is_accepted_once_however_long_it_is_held():
    clock = Clock()
    guard = KeyGuard(clock)
    guard.painted()
    clock.now += 1
    accepted = 0
    for _ in range(200):
        accepted += guard.accepts("left")
        clock.now += 0.03
    assert accepted == 1
    clock.now += 0.3
    assert guard.accepts("left"), "let go and pressed again"


def test_a_repeatable_act_may_be_held():
    clock = Clock()
    guard = KeyGuard(clock)
    guard.painted()
    clock.now += 1
    accepted = 0
    for _ in range(100):  # three seconds; each act paints another pair
        if guard.accepts("undo", repeatable=True):
            accepted += 1
            guard.painted()
        clock.now += 0.03
    assert 8 <= accepted <= 10
