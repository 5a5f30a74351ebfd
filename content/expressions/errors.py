"""Why an expression has no meaning, or no value."""

from typing import Any


class ExpressionError(Exception):
    """The text is no expression. `why` names a sentence (`question.why_<why>`), `position` counts from 0, and `params`
    fills the sentence."""

    def __init__(self, why: str, position: int, **params: Any) -> None:
        super().__init__(why, position, params)
        self.why = why
        self.position = position
        self.params = params


class Undefined(Exception):
    """The expression has no real value here (a logarithm of −1, a division by 0), or one beyond every bound."""
