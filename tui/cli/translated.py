"""Click's commands, groups and options with their help in the learner's language: `help` holds a sentence's id."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from engine.errors import Problem
from tui.cli.examples import EXAMPLES, sentence
from tui.cli.session import session


def word(key: str, /, **params: Any) -> str:
    """A sentence of the command line's own text file."""
    return session().t(f"cli.{key}", **params)


class TranslatedOption(click.Option):
    """`help` is the id of a sentence, `metavar` that of a word (`cli.metavar.…`)."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        names = "/".join([*self.opts, *self.secondary_opts])
        value = "" if self.is_flag or self.count else " " + self.make_metavar(ctx)
        return names + value, word(self.help or "")

    def make_metavar(self, ctx: click.Context) -> str:
        return word(f"metavar.{self.metavar or 'value'}")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return completed(self.metavar, ctx, incomplete)


class TranslatedArgument(click.Argument):
    def make_metavar(self, ctx: click.Context) -> str:
        name = word(f"metavar.{self.metavar or self.name}")
        name = name if self.required else f"[{name}]"
        return f"{name}…" if self.nargs != 1 else name

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return completed(self.metavar or self.name, ctx, incomplete)


def completed(kind: str | None, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What the shell may complete a value of this kind to."""
    from tui.cli.completing import items

    return items(kind or "", ctx, incomplete)


COMMON = (
    TranslatedOption(["--json"], is_flag=True, expose_value=False, help="option.json"),
    TranslatedOption(["--language"], metavar="language", expose_value=False, help="option.language"),
)
"""Both are read before the parsing (`given_session`): here they are only allowed, and described, on every command."""


class Translated(click.Command):
    """A command whose `help` is the id of a sentence, and whose faults are Problems."""

    def __init__(self, name: str | None, **settings: Any) -> None:
        settings.setdefault("context_settings", {"help_option_names": ["-h", "--help"], "allow_extra_args": True})
        super().__init__(name, **settings)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        return [*own[:-1], *COMMON, *own[-1:]]  # --help stays last

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest and not isinstance(self, click.Group) and not ctx.resilient_parsing:
            raise Problem("cli.extra_arguments", command=ctx.command_path, extra=" ".join(rest))
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=word("word.usage"))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        arguments = [piece for param in self.get_params(ctx) for piece in param.get_usage_pieces(ctx)]
        return [*arguments, word("word.options_metavar")]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(word(self.help or ""))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, TranslatedOption)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        records.append((", ".join(self.get_help_option_names(ctx)), word("option.help")))
        with formatter.section(word("word.options")):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples: the line to type, and below it what it does."""
        here = session()
        with formatter.section(here.t("examples.title")):
            for number, line in enumerate(EXAMPLES.get(self.name or "", ()), 1):
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
                with formatter.indentation(), formatter.indentation():
                    formatter.write_text(here.t(sentence(self.name or "", number)))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options that begin so, with what they do."""
        with ctx.scope(cleanup=False):
            found = super().shell_complete(ctx, incomplete)
            helps = {name: word(o.help or "") for o in self.get_params(ctx) if isinstance(o, TranslatedOption)
                     for name in (*o.opts, *o.secondary_opts)}  # fmt: skip
            helps |= dict.fromkeys(self.get_help_option_names(ctx), word("option.help"))
            if isinstance(self, TranslatedGroup):
                helps |= {name: word(f"{self.prefix}{name}.short") for name in self.lazy}
            return [CompletionItem(item.value, item.type, helps.get(item.value)) for item in found]


class TranslatedGroup(Translated, click.Group):
    """A group that imports the module of a command only when that command is called.

    `lazy` maps a command's name to "module:attribute"; its line in the list is the sentence `cli.<prefix><name>.short`.
    """

    def __init__(self, name: str | None, *, lazy: Mapping[str, str], prefix: str = "", **settings: Any) -> None:
        super().__init__(name, **settings)
        self.lazy, self.prefix = lazy, prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return None
        module, attribute = self.lazy[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [word("word.command_metavar"), word("word.options_metavar")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section(word("word.commands")):
            formatter.write_dl([(name, word(f"{self.prefix}{name}.short")) for name in self.lazy])


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """The function becomes the command `name`, described by the sentence `cli.<name>.help`."""
    return click.command(name, cls=Translated, help=f"{name}.help")


def option(*names: str, help: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option described by the sentence `cli.<help>`."""
    return click.option(*names, cls=TranslatedOption, help=help, **settings)


def argument(name: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An argument shown as the word `cli.metavar.<name>`."""
    return click.argument(name, cls=TranslatedArgument, **settings)
