"""The command `preferably`: which commands there are, and how every fault ends as one sentence and an exit code."""

import difflib
import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import click

from engine.errors import Problem
from tui.cli.interrupts import interruptible, last_words
from tui.cli.session import Session, given_session, session
from tui.cli.translated import TranslatedGroup
from tui.problems import explain

COMMANDS = {
    "tour": "tui.cli.tour:tour",
    "lab": "tui.cli.tour:lab",
    "train": "tui.cli.train:train",
    "methods": "tui.cli.methods:methods",
    "runs": "tui.cli.runs:runs",
    "stages": "tui.cli.stages:stages",
    "report": "tui.cli.report:report",
    "resume": "tui.cli.runs:resume",
    "pause": "tui.cli.runs:pause",
    "stop": "tui.cli.runs:stop",
    "eval": "tui.cli.evaluate:evaluate",
    "chat": "tui.cli.models:chat",
    "arena": "tui.cli.models:arena",
    "forecasts": "tui.cli.models:forecasts",
    "label": "tui.cli.label:label",
    "review": "tui.cli.review:review",
    "cards": "tui.cli.review:cards",
    "exercise": "tui.cli.exercise:exercise",
    "progress": "tui.cli.progress:progress",
    "plain": "tui.cli.plain:plain",
    "serve": "tui.cli.serve:serve",
    "theory": "tui.cli.theory:theory",
    "glossary": "tui.cli.glossary:glossary_command",
    "export": "tui.cli.exchange:export",
    "import": "tui.cli.exchange:import_",
    "bench": "tui.cli.evaluate:bench",
    "build": "tui.cli.evaluate:build",
    "content": "tui.cli.content:content",
    "settings": "tui.cli.settings:settings",
    "keys": "tui.cli.settings:keys_command",
    "doctor": "tui.cli.doctor:doctor",
    "completion": "tui.cli.completion:completion",
}


EXIT_CODES = ("0", "1", "2", "3")
VARIABLES = ("PREFERABLY_HOME", "PREFERABLY_TOKEN", "NO_COLOR", "LANG")
WEB_DRIVER = "textual.drivers.web_driver:WebDriver"


class Program(TranslatedGroup):
    """The outermost command. Exit codes: 0 done, 1 a gate or a check failed, 2 wrong use, 3 interrupted, resumable."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal without β shows a mark, not a crash
        asked = given_session(words)
        sys.exit(self._run(words, asked, extra))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, exit codes, and the variables that the program looks at."""
        super().format_epilog(ctx, formatter)
        here = session()
        for title, kind, names in (("exit_codes", "code", EXIT_CODES), ("environment", "variable", VARIABLES)):
            with formatter.section(here.t(f"examples.{title}")):
                formatter.write_dl([(name, here.t(f"examples.{kind}.{name}")) for name in names])

    def _run(self, words: list[str], asked: Session, extra: dict[str, Any]) -> int:
        with interruptible():
            try:
                _check_folder()
                settings = {**extra, "prog_name": "preferably", "standalone_mode": False, "obj": asked}
                code = super().main(words, **settings)
                return code if isinstance(code, int) else 0
            except (click.Abort, KeyboardInterrupt):
                last_words()
                asked.refuse(Problem("cli.interrupted"))
                return 3
            except Exception as error:
                last_words()
                return _refuse(error, asked)


def _refuse(error: Exception, asked: Session) -> int:
    """Say what went wrong; the exit code for it."""
    if isinstance(error, Problem):
        asked.refuse(error)
        return error.exit_code
    if isinstance(error, click.UsageError):
        with error.ctx.scope(cleanup=False) if error.ctx else nullcontext():
            asked.refuse(usage_problem(error))
        return 2
    if os.environ.get("PREFERABLY_DEBUG") == "1":
        raise error
    asked.refuse(unexpected(error))
    return 1


def _check_folder() -> None:
    """No library can be counted on where the current folder is gone. Raises Problem "cli.folder_gone"."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise Problem("cli.folder_gone") from None


def usage_problem(error: click.UsageError) -> Problem:
    """Click's fault in what was typed, as a Problem with the same help for both languages."""
    context = error.ctx
    command = context.command_path if context else "preferably"
    if isinstance(error, click.NoSuchCommand):
        known = context.command.list_commands(context) if context and isinstance(context.command, click.Group) else []
        close = difflib.get_close_matches(error.command_name, known, n=1)
        if close:
            return Problem("cli.no_such_command_close", name=error.command_name, close=close[0])
        return Problem("cli.no_such_command", name=error.command_name)
    if isinstance(error, click.NoSuchOption):
        return Problem("cli.no_such_option", option=error.option_name, command=command)
    if isinstance(error, click.BadOptionUsage):
        return Problem("cli.option_value", option=error.option_name, command=command)
    if isinstance(error, click.MissingParameter) and error.param is not None and context is not None:
        return Problem("cli.missing", parameter=error.param.make_metavar(context), command=command)
    return Problem("cli.usage", command=command)


def unexpected(error: Exception) -> Problem:
    """A fault nobody foresaw: one sentence for the screen, the traceback in a file of the learner's own folder."""
    from engine import paths

    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem("cli.disk_full", exit_code=1)
    said = f"{type(error).__name__}: {error}"
    try:
        folder = paths.home() / "logs"
        folder.mkdir(exist_ok=True, mode=0o700)
        file = folder / f"error-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except (OSError, Problem) as second:
        return Problem("cli.home_unusable", exit_code=1, error=said, reason=_reason(second))
    return Problem("cli.unexpected", exit_code=1, error=said, file=str(file))


def _reason(error: OSError | Problem) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error.params.get("reason", error)) if isinstance(error, Problem) else str(error)


def open_app() -> int:
    """Start the app, where there is a terminal for it."""
    served = os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER  # a browser is the terminal: `preferably serve`
    dumb = os.environ.get("TERM", "") in ("dumb", "")
    if not served and (dumb or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise Problem("cli.no_terminal")
    if not served and not sys.stderr.isatty():  # it is what Textual draws on; the sentence goes where it will be seen
        session().line(explain(Problem("cli.errors_redirected"), session().language))
        return 2
    from tui.app import PreferablyApp
    from tui.endings import run

    return run(PreferablyApp(language=session().language, first_run=True))


@click.command("preferably", cls=Program, lazy=COMMANDS, help="preferably.help", invoke_without_command=True)
@click.pass_context
def preferably(ctx: click.Context) -> int | None:
    """Without a command: the app."""
    return open_app() if ctx.invoked_subcommand is None else None


