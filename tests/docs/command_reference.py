"""The reference of the commands, from their own help: usage, description, and a table of options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from sfnorch.cli.main import sfnorch
from tests.docs.markdown import code, words

_EXTRA = re.compile(r"\s*\[([^\]]*)\]$")
"""What click writes behind an option's help: the default, what is required, the range."""


def commands() -> Iterator[str]:
    """Yield each command: the program itself first, then the commands in the order of its help."""
    context = sfnorch.make_context("sfnorch", [], resilient_parsing=True)
    yield from _command(sfnorch, context)
    yield from _commands_of(sfnorch, context)


def _commands_of(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        own = command.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _commands_of(command, own) if isinstance(command, click.Group) else _command(command, own)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## `{context.command_path}`\n"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield f"{words(' '.join(paragraph.split()))}\n"
    yield f"```text\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
    yield from _options(command, context)
    if command.epilog:
        yield f"{words(command.epilog)}\n"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    options = [
        each for each in command.get_params(context) if isinstance(each, click.Option) and "--help" not in each.opts
    ]
    records = [(option, record) for option in options if (record := option.get_help_record(context))]
    if not records:
        return
    variables = any(option.envvar for option, _ in records)
    yield f"| option | description | default |{' environment variable |' if variables else ''}"
    yield f"|---|---|---|{'---|' if variables else ''}"
    for option, (name, text) in records:
        extra = _EXTRA.search(text)
        facts = extra[1].split("; ") if extra else []
        default = next((fact.removeprefix("default: ") for fact in facts if fact.startswith("default: ")), "")
        more = "".join(f" ({fact})" for fact in facts if not fact.startswith(("default: ", "env var: ", "required")))
        cells = [code(name), words(_EXTRA.sub("", text) + more), "required" if option.required else code(default)]
        if variables:
            named = [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
            cells.append(", ".join(map(code, named)))
        yield f"| {' | '.join(cells)} |"
    yield ""
