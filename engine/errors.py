"""The one exception for what a person can mend."""

from typing import Any


class Problem(Exception):
    """Something the user can mend, said as a code with parameters.

    The code names a sentence in `content/<language>/text/problems.toml`; the sentence says what is wrong, where
    (file, line, field) and what to do. `exit_code` is what the command line ends with:
    1 a gate or a check failed, 2 wrong use, 3 interrupted and resumable.
    """

    def __init__(self, code: str, *, exit_code: int = 2, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.exit_code = exit_code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code
