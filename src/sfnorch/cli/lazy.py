"""A group of commands that loads a command's module only when that command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.debugging import DEBUG, add_debug_option, start_debugging
from sfnorch.cli.other_names import names_of, suggested

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_HELP, _HELP_SAYS = "help", "Show the help of a command."


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that --help is there at once.

    `listed`: each command and what its help says first. The command stands, under its own name, in the module of that
    name in `package`. `aliases`: other names that run a command, each with the command's own. `help` shows the help of
    the group, or of the command that follows.
    """

    def __init__(
        self,
        *arguments: Any,
        package: str,
        listed: Mapping[str, str],
        aliases: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(*arguments, **settings)
        self._package = package
        self._listed = listed
        self._aliases = aliases or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order in which they are used."""
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, its module imported now."""
        if cmd_name not in self._listed:
            return None
        command: click.Command = getattr(import_module(f"{self._package}.{cmd_name}"), cmd_name)
        add_debug_option(command)
        if others := names_of(cmd_name, self._aliases):
            command.epilog = f"Also: {', '.join(f'{ctx.command_path} {other}' if ctx else other for other in others)}."
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; for an unknown one, the command that may be meant is suggested."""
        if args and args[0] == _HELP:
            named = [word for word in args[1:] if not word.startswith("-")]
            if named:
                return self.resolve_command(ctx, [*named, "--help"])
            if ctx.resilient_parsing:  # a shell completes what follows
                return None, None, []
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        if args:
            args = [self._aliases.get(args[0], args[0]), *args[1:]]
            if not args[0].startswith("-") and args[0] not in self._listed and not ctx.resilient_parsing:
                ctx.fail(self._unknown(args[0]))
        try:
            return super().resolve_command(ctx, args)
        except Exception:  # a module that can't be loaded: no command has read its options yet
            if DEBUG in takewhile(lambda word: word != "--", args):
                start_debugging(ctx)
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so, without importing a command."""
        from click.shell_completion import CompletionItem

        commands = {**self._listed, _HELP: _HELP_SAYS}
        items = [CompletionItem(name, help=says) for name, says in commands.items() if name.startswith(incomplete)]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with what is said of them here, without importing one."""
        rows = []
        for name, says in self._listed.items():
            others = names_of(name, self._aliases)
            rows.append((name, f"{says} Also: {', '.join(others)}." if others else says))
        with formatter.section("Commands"):
            formatter.write_dl([*rows, (_HELP, _HELP_SAYS)])

    def _unknown(self, word: str) -> str:
        options = [name for param in self.params for name in param.opts]
        if near := suggested(word, self._listed, self._aliases, options):
            return f"Unknown command {word!r}; did you mean {' or '.join(map(repr, near))}?"
        return f"Unknown command {word!r}; available: {', '.join(self._listed)}."
