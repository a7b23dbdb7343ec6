"""`sfnorch graph`: the state machines as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.files import write_whole
from sfnorch.cli.options import plan_option
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.template.contents import StateMachine, Template

FORMATS = ("text", "mermaid", "dot", "svg")


@click.command()
@click.argument("template_file", required=False, type=click.Path(path_type=Path), metavar="[TEMPLATE]")
@plan_option
@click.option("--machine", "names", multiple=True, metavar="NAME", help="Draw this machine; may be given for several.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="A tree for the terminal, Mermaid for Markdown, Graphviz's language, or its picture.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    default="-",
    help="Where to write; - is standard output, and the default.",
)
def graph(template_file: Path | None, plan_file: Path | None, names: tuple[str, ...], form: str, out: Path) -> None:
    """Draw the state machines of a template.

    States and the ways between them; what catches an error is dashed, branches and a Map's items are boxes, and a
    task that starts another machine is linked to it. Without a template it draws the plan's rendering.
    """
    from sfnorch.cli.templates import read_contents

    template = read_contents(template_file, plan_file)
    machines = [template.find(name) for name in names] or list(template.machines)
    if not machines:
        raise SfnorchError(f"There is no state machine in {template.source.file}")
    for machine in machines:
        if machine.fault:
            raise SfnorchError(str(machine.fault))
    if form == "text" and str(out) == "-":
        _print(machines, template)
        return
    text = _text(form, machines, template)
    if str(out) == "-":
        click.echo(text, nl=False)
    else:
        write_whole(out, text)
        count = len(machines)
        click.echo(f"Wrote {out}: {form}, {count} state machine{'s' if count > 1 else ''}.")


def _text(form: str, machines: Sequence[StateMachine], template: Template) -> str:
    if form == "mermaid":
        from sfnorch.graph.mermaid import mermaid

        return mermaid(machines, template)
    if form == "text":
        from rich.console import Console

        from sfnorch.graph.text import trees

        file = io.StringIO()
        console = Console(file=file, width=200, highlight=False)
        for tree in trees(machines, template):
            console.print(tree)
        return file.getvalue()
    from sfnorch.graph.dot import dot, svg

    drawn = dot(machines, template)
    return svg(drawn) if form == "svg" else drawn


def _print(machines: Sequence[StateMachine], template: Template) -> None:
    from rich.console import Console

    from sfnorch.graph.text import trees

    console = Console(highlight=False)
    for tree in trees(machines, template):
        console.print(tree)
