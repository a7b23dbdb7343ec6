"""`sfnorch graph`: a graph of the state machines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_document
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import plan_option
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine, Template
    from sfnorch.template.tasks import PlannedTask

FORMATS = ("text", "mermaid", "dot", "svg")
_WIDTH_OF_FILES = 200
_MARKDOWN = (".md", ".markdown")


@click.command()
@click.argument("template_file", required=False, type=click.Path(path_type=Path), metavar="[TEMPLATE]")
@plan_option
@click.option(
    "--machine",
    "names",
    multiple=True,
    metavar="NAME",
    help="State machine to draw; can be repeated.",
    show_default="all",
)
@click.option("--tasks", "tasks_alone", is_flag=True, help="Draw only the tasks of the plan and their dependencies.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Format of the graph: a text tree, Mermaid, Graphviz DOT, or an SVG image.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    default="-",
    show_default=True,
    help="Output file; - is standard output.",
)
def graph(
    template_file: Path | None,
    plan_file: Path | None,
    names: tuple[str, ...],
    tasks_alone: bool,
    form: str,
    out: Path,
) -> None:
    """Draw the state machines of a template.

    The graph shows the states and the transitions between them. Transitions of catchers are dashed. Branches and the
    item processors of Map states are boxes. A task that starts another state machine is linked to it. The tasks of a
    plan and their dependencies come first. Without TEMPLATE, the command draws the template of the plan.
    """
    from sfnorch.cli.templates import read_contents
    from sfnorch.template.tasks import tasks

    if tasks_alone and names:
        raise click.UsageError("--tasks and --machine exclude each other; pass one of them.")
    with waiting("Reading the template"):
        template = read_contents(template_file, plan_file)
    drawn = () if names else tasks(template)
    if tasks_alone and not drawn:
        raise SfnorchError(
            f"{template.source.file}: no tasks with dependencies found; draw the state machines without --tasks"
        )
    machines = [] if tasks_alone else [template.find(name) for name in names] or list(template.machines)
    if not machines and not drawn:
        raise SfnorchError(f"{template.source.file}: no state machine found")
    for machine in machines:
        if machine.fault:
            raise SfnorchError(str(machine.fault))
    if form == "text" and str(out) == "-":
        _print(machines, template, drawn)
        return
    with waiting("Drawing the state machines"):
        text = _text(form, out, machines, template, drawn)
    if str(out) == "-":
        print_document(text)
    else:
        write_whole(out, text)
        count = len(machines)
        what = f"{count} state machine{'s' if count > 1 else ''}" if machines else f"{len(drawn)} tasks"
        click.echo(f"Wrote {out}: {form}, {what}.")


def _text(form: str, out: Path, machines: Sequence[Machine], template: Template, drawn: Sequence[PlannedTask]) -> str:
    if form == "mermaid":
        from sfnorch.graph.mermaid import markdown, mermaid

        draw = markdown if out.suffix.lower() in _MARKDOWN else mermaid
        return draw(machines, template, drawn)
    if form == "text":
        from sfnorch.console import Console
        from sfnorch.graph.text import print_trees, trees

        file = io.StringIO()
        print_trees(trees(machines, template, drawn), Console(file=file, width=_WIDTH_OF_FILES))
        return file.getvalue()
    from sfnorch.graph.dot import dot

    graphviz = dot(machines, template, drawn)
    if form == "dot":
        return graphviz
    from sfnorch.graph.svg import description_of, svg, title_of

    return svg(graphviz, title_of(machines, template), description_of(machines, template, drawn))


def _print(machines: Sequence[Machine], template: Template, drawn: Sequence[PlannedTask]) -> None:
    from sfnorch.console import Console
    from sfnorch.graph.text import print_trees, trees

    print_trees(trees(machines, template, drawn), Console())
