"""A group of commands that imports the module of a command only when the command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.debugging import DEBUG, add_debug_option, start_debugging
from sfnorch.cli.other_names import list_aliases, suggest_names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_HELP, _HELP_SAYS = "help", "Show the help of a command."


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` is fast.

    `listed` maps the name of each command to the first sentence of its help. The module of that name in `package`
    defines the command under the same name. `sections` maps the first command of each section of the help to the
    section's title. `aliases` maps other names to the names of the commands. `help` shows the help of the group, or
    of the command that follows.
    """

    def __init__(
        self,
        *arguments: Any,
        package: str,
        listed: Mapping[str, str],
        sections: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(*arguments, **settings)
        self._package = package
        self._listed = listed
        self._sections = sections or {}
        self._sections = sections or {}
        self._aliases = aliases or {}
        self._epilogs: dict[str, str] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of their use."""
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the command, and return the command; None for an unknown name."""
        if cmd_name not in self._listed:
            return None
        command: click.Command = getattr(import_module(f"{self._package}.{cmd_name}"), cmd_name)
        add_debug_option(command)
        if others := list_aliases(cmd_name, self._aliases):
            also = f"Also: {', '.join(f'{ctx.command_path} {other}' if ctx else other for other in others)}."
            epilog = self._epilogs.setdefault(cmd_name, command.epilog or "")
            command.epilog = "\n\n".join(filter(None, (epilog, also)))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name. Fail as wrong usage with suggestions for an unknown name."""
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
                ctx.fail(self._describe_unknown(args[0]))
        try:
            return super().resolve_command(ctx, args)
        except Exception:  # the module cannot be loaded, and no command has read the options yet
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
        """Write the commands by section, each with its sentence in `listed`, without importing a module."""
        width = max(map(len, [*self._listed, _HELP]))  # one for all sections, so that their columns align
        rows: dict[str, list[tuple[str, str]]] = {}
        title = "Commands"
        for name, sentence in self._listed.items():
            title = self._sections.get(name, title)
            others = list_aliases(name, self._aliases)
            row = f"{name:<{width}}", f"{sentence} Also: {', '.join(others)}." if others else sentence
            rows.setdefault(title, []).append(row)
        own_title = "Help" if self._sections else title
        rows.setdefault(own_title, []).append((f"{_HELP:<{width}}", _HELP_SAYS))
        for section, commands in rows.items():
            with formatter.section(section):
                formatter.write_dl(commands)

    def _describe_unknown(self, word: str) -> str:
        options = [name for param in self.params for name in param.opts]
        if near := suggest_names(word, self._listed, self._aliases, options):
            return f"Unknown command {word!r}; did you mean {' or '.join(map(repr, near))}?"
        return f"Unknown command {word!r}; available: {', '.join(self._listed)}."
