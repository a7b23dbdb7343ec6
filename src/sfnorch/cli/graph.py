"""`sfnorch graph`: a graph of the state machines."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_document
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import add_plan_option
from sfnorch.report.waiting import show_spinner

if TYPE_CHECKING:
    from sfnorch.app.drawing import Drawing
    from sfnorch.console import Console

FORMATS = ("text", "mermaid", "dot", "svg")
_WIDTH_OF_FILES = 200
_MARKDOWN = (".md", ".markdown")


@click.command()
@click.argument("template_file", required=False, type=click.Path(path_type=Path), metavar="[TEMPLATE]")
@add_plan_option
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
    """Draw the state machines of a template or a definition.

    The graph shows the states and the transitions between them. Transitions of catchers are dashed. Branches and the
    item processors of Map states are boxes. A task that starts another state machine is linked to it. The tasks of a
    plan and their dependencies come first. TEMPLATE is a SAM or CloudFormation template, or the definition of one state
    machine (such as orders.asl.json). Without TEMPLATE, the command draws the template of the plan.
    """
    from sfnorch.app.drawing import choose_drawing
    from sfnorch.cli.templates import choose_plan

    if tasks_alone and names:
        raise click.UsageError("--tasks and --machine exclude each other; pass one of them.")
    with show_spinner("Reading the template"):
        plan = choose_plan(template_file, plan_file)
        drawing = choose_drawing(template_file, plan=plan, machines=names, tasks_only=tasks_alone)
    if form == "text" and str(out) == "-":
        _print(drawing)
        return
    with show_spinner("Drawing the state machines"):
        text = write_drawing(form, out, drawing)
    if str(out) == "-":
        print_document(text)
    else:
        write_whole(out, text)
        count = len(drawing.machines)
        what = f"{count} state machine{'s' if count > 1 else ''}" if count else f"{len(drawing.tasks)} tasks"
        click.echo(f"Wrote {out}: {form}, {what}.")


def write_drawing(form: str, out: Path, drawing: Drawing) -> str:
    """Return the text of a file with the drawing in one of `FORMATS`."""
    from sfnorch.app.drawing import draw_as

    match form:
        case "mermaid":
            return draw_as("markdown" if out.suffix.lower() in _MARKDOWN else "mermaid", drawing)
        case "dot":
            return draw_as("dot", drawing)
        case "svg":
            return draw_as("svg", drawing)
    from sfnorch.console import Console

    file = io.StringIO()
    _print(drawing, Console(file=file, width=_WIDTH_OF_FILES))
    return file.getvalue()


def _print(drawing: Drawing, console: Console | None = None) -> None:
    """Print the tree for the terminal on the console, by default on standard output."""
    from sfnorch.console import Console
    from sfnorch.graph.text import build_trees, print_trees

    print_trees(build_trees(drawing.machines, drawing.template, drawing.tasks, drawing.missed), console or Console())
