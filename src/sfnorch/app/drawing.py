"""Draw state machines, and the tasks of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfnorch.app.sources import PlanSource, evaluate_source, read_source
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.graph.missed import Missed
    from sfnorch.scenarios.coverage import Coverage
    from sfnorch.template.contents import Machine, Template
    from sfnorch.template.tasks import PlannedTask

DrawingForm = Literal["mermaid", "markdown", "dot", "svg"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a template."""

    template: Template
    machines: tuple[Machine, ...]
    tasks: tuple[PlannedTask, ...]
    """The tasks of the plan that depend on each other."""
    missed: Missed | None = None
    """What runs have not reached; None if the picture does not show coverage."""


def draw(
    template: Path | None = None,
    *,
    plan: PlanSource = None,
    machines: Sequence[str] = (),
    tasks_only: bool = False,
    form: DrawingForm = "mermaid",
) -> str:
    """Return a picture of state machines as text, as `sfnorch graph` writes it.

    `template` is the path of a template or a definition; without one, the rendering of `plan` is drawn. `machines` are
    the names of the state machines to draw, by default all. `tasks_only` draws only the tasks of the plan and their
    dependencies. `form` is mermaid, markdown (Mermaid in a page), dot (Graphviz) or svg.

    Raises SfnorchError for a template or plan that cannot be read, and if nothing is to be drawn.
    """
    return draw_as(form, choose_drawing(template, plan=plan, machines=machines, tasks_only=tasks_only))


def choose_drawing(
    template: Path | None = None, *, plan: PlanSource = None, machines: Sequence[str] = (), tasks_only: bool = False
) -> Drawing:
    """Return what is drawn, with the parameters and errors of `draw`."""
    from sfnorch.template.definition_files import refuse_other_file
    from sfnorch.template.tasks import list_planned_tasks

    source = read_source(template, plan)
    refuse_other_file(source)
    read = evaluate_source(source)
    drawn = () if machines else tuple(list_planned_tasks(read))
    if tasks_only and not drawn:
        raise SfnorchError(
            f"{read.source.file}: no tasks with dependencies found; draw the state machines without --tasks"
        )
    chosen = () if tasks_only else tuple(read.find(name) for name in machines) or tuple(read.machines)
    if not chosen and not drawn:
        raise SfnorchError(f"{read.source.file}: no state machine found")
    for machine in chosen:
        if machine.fault:
            raise SfnorchError(str(machine.fault))
    return Drawing(read, chosen, drawn)


def build_coverage_drawing(template: Template, coverage: Coverage) -> Drawing:
    """Return the drawing of all state machines of a template, with what runs have not reached."""
    by_state: dict[tuple[str, str], set[str]] = {}
    for part in coverage.list_missed():
        by_state.setdefault((part.machine, part.state), set()).add(part.name)
    missed = {
        state: by_state.get((template.build_title(machine), state.name), set())
        for machine in template.machines
        for state in machine.list_states()
    }
    return Drawing(template, tuple(template.machines), (), missed)


def draw_as(form: DrawingForm, drawing: Drawing) -> str:
    """Return the picture as text in the form."""
    parts = (drawing.machines, drawing.template, drawing.tasks, drawing.missed)
    if form in ("mermaid", "markdown"):
        from sfnorch.graph.mermaid import render_markdown, render_mermaid

        return render_markdown(*parts) if form == "markdown" else render_mermaid(*parts)
    from sfnorch.graph.dot import render_dot

    graph = render_dot(*parts)
    if form == "dot":
        return graph
    from sfnorch.graph.svg import build_description, build_title, render_svg

    title = build_title(drawing.machines, drawing.template)
    shown = title if drawing.missed is None else f"Coverage: {title}"
    return render_svg(graph, shown, build_description(*parts))
