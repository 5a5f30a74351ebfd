"""A line to type in that keeps still: nothing on the screen moves unless something happened."""

from textual.reactive import Reactive, reactive
from textual.widgets import Input


class SteadyInput(Input):
    """An `Input` whose cursor does not blink."""

    cursor_blink: Reactive[bool] = reactive(False, init=False)
