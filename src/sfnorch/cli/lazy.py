"""A group of commands that loads a command's module only when that command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that --help is there at once.

    `listed`: each command and what its help says first. The command stands, under its own name, in the module of that
    name in `package`.
    """

    def __init__(self, *arguments: Any, package: str, listed: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._package = package
        self._listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order in which they are used."""
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported now."""
        if cmd_name not in self._listed:
            return None
        command: click.Command = getattr(import_module(f"{self._package}.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; for one that isn't there, the near one is suggested."""
        if args and not args[0].startswith("-") and args[0] not in self._listed:
            import difflib

            near = difflib.get_close_matches(args[0], self._listed, n=1)
            ctx.fail(f"There is no command {args[0]!r}" + (f"; did you mean {near[0]}?" if near else "."))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands with what is said of them here, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._listed.items()))
