"""`preferably completion`: the script that teaches a shell to complete the commands."""

import click
from click.shell_completion import get_completion_class

from engine.errors import Problem
from tui.cli.session import session
from tui.cli.translated import argument, command

SHELLS = ("bash", "zsh", "fish")
PLAIN = "COMPREPLY+=($value)"
NO_SPACE = "\n            [[ $value == *= ]] && compopt -o nospace 2> /dev/null"
"""In bash, where a value is to follow an equals sign, no space comes between."""


@command("completion")
@argument("shell")
def completion(shell: str) -> None:
    found = get_completion_class(shell) if shell in SHELLS else None
    if found is None:
        raise Problem("cli.no_such_shell", shell=shell, known=", ".join(SHELLS))
    program = click.get_current_context().find_root().command
    made = found(program, {}, "preferably", "_PREFERABLY_COMPLETE")
    script = (made.source_template % made.source_vars()).replace(PLAIN, PLAIN + NO_SPACE)
    here = session()
    if here.as_json:
        here.document({"shell": shell, "script": script})
    else:
        click.echo(script)  # a program reads it: nothing in it may be shown instead of written
