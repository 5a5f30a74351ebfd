"""`preferably doctor`: is everything in place, and what to do where it is not."""

import os
import shutil
import sys
from collections.abc import Iterator

from engine.doctor import FAIL, OK, WARN, Check, examine
from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import command
from tui.problems import explain

MARKS = {OK: "✓", WARN: "!", FAIL: "✗"}
SMALLEST = (80, 24)


@command("doctor")
def doctor() -> int:
    here = session()
    rows = []
    for check in (*examine(), *terminal_checks()):
        words = sentence(check, here)
        rows.append({"id": check.id, "state": check.state, "message": words})
        here.line(f"{MARKS[check.state]} {here.t(f'cli.doctor.state_{check.state}'):<6} {words}")
    failed = any(row["state"] == FAIL for row in rows)
    here.document({"ok": not failed, "checks": rows})
    return 1 if failed else 0


def sentence(check: Check, here: Session) -> str:
    """What was found, and for anything but "ok" what to do about it."""
    if check.problem is not None:
        return explain(check.problem, here.language)
    # Said as a problem is, so that what a file or a terminal says of itself is shown literally.
    return explain(Problem(f"cli.doctor_{check.id}_{check.state}", **check.params), here.language)


def terminal_checks() -> Iterator[Check]:
    """The settings file, and what this terminal can show."""
    from tui import settings

    try:
        yield Check("settings", OK, {"language": settings.load().language})
    except (Problem, OSError) as error:
        yield Check("settings", FAIL, {"reason": str(error)}, error if isinstance(error, Problem) else None)
    encoding = (sys.stdout.encoding or "?").lower()
    yield Check("encoding", OK if encoding.replace("-", "") == "utf8" else WARN, {"encoding": encoding})
    if not sys.stdout.isatty():
        yield Check("terminal", OK)
        return
    columns, rows = shutil.get_terminal_size()
    small = columns < SMALLEST[0] or rows < SMALLEST[1]
    yield Check("size", WARN if small else OK, {"columns": columns, "rows": rows})
    plain = os.environ.get("TERM", "dumb") == "dumb" or "NO_COLOR" in os.environ
    yield Check("colours", WARN if plain else OK, {"term": os.environ.get("TERM", "")})
