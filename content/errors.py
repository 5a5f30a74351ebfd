"""What is wrong in a file of content, said as a code with parameters."""

from typing import Any


class ContentError(Exception):
    """A mistake in a chapter, a lab, a question or a formula.

    `code` names a sentence (`content.unknown_option` is `problems_content.unknown_option` in the texts) and `params`
    fills it. It has the shape of `engine.errors.Problem`, which this package may not import.
    """

    exit_code = 2

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code
