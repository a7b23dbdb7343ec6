"""State machines as SVG, drawn by Graphviz, with a title and a description for screen readers.

https://www.w3.org/TR/SVG2/struct.html#DescriptionAndTitleElements
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.graph.missed import Missed, list_missed_words
from sfnorch.graph.words import sort_states
from sfnorch.printable import make_printable
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import StateScope
from sfnorch.template.tasks import PlannedTask

_ROOT = re.compile(r"<svg\b")
_END_OF_ROOT = re.compile(r"(<svg\b[^>]*>)")
_NODE_TITLE = re.compile(r"<title>[^<]*</title>\n?")
"""Titles with the names of nodes and edges in DOT, which mean nothing to a reader. No label has this form."""


def render_svg(graph: str, title: str, description: str) -> str:
    """Return Graphviz's picture of the graph, with the title and the description.

    Raises SfnorchError if Graphviz is not installed, or fails.
    """
    program = shutil.which("dot")
    if program is None:
        raise SfnorchError(
            "Graphviz is not installed: the program dot is missing",
            hint="install it (https://graphviz.org/download), or use --format mermaid, which does not need it",
        )
    done = subprocess.run(
        [program, "-Tsvg"], input=graph, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SfnorchError(f"Graphviz's dot failed: {done.stderr.strip() or done.returncode}")
    return _add_description(done.stdout, title, description)


def _add_description(picture: str, title: str, description: str) -> str:
    """Return the picture with its title and its description, as a single image for screen readers."""
    shown = _NODE_TITLE.sub("", picture)
    shown = _ROOT.sub('<svg role="img" aria-labelledby="graph-title graph-description"', shown, count=1)
    texts = (
        f'<title id="graph-title">{_escape(title)}</title>\n<desc id="graph-description">{_escape(description)}</desc>'
    )
    return _END_OF_ROOT.sub(lambda root: f"{root[1]}\n{texts}", shown, count=1)


def _escape(text: str) -> str:
    return html.escape(make_printable(" ".join(text.split())), quote=False)


def build_title(machines: Sequence[Machine], template: Template) -> str:
    """Return the title of a picture: the state machines that it shows."""
    names = ", ".join(template.build_title(machine) for machine in machines)
    return f"State machine{'s' if len(machines) > 1 else ''} {names}" if names else "Tasks"


def build_description(
    machines: Sequence[Machine],
    template: Template,
    tasks: Sequence[PlannedTask] = (),
    missed: Missed | None = None,
) -> str:
    """Return the description of a picture: the tasks with what they need, and each machine's states in order.

    With `missed`, it says what was not reached of each machine.
    """
    sentences = []
    if tasks:
        sentences.append(f"Tasks: {', '.join(map(_describe_task, tasks))}.")
    for machine in machines:
        states = ", ".join(_list_state_words(machine.states)) if machine.states else "no states"
        sentences.append(f"{template.build_title(machine)}: {states}.")
        if missed is not None:
            found = [words for state in machine.list_states() for words in list_missed_words(state, missed)]
            sentences.append(f"Not reached: {', '.join(found) or 'nothing'}.")
    return " ".join(sentences)


def _describe_task(task: PlannedTask) -> str:
    return f"{task.name} (needs {', '.join(task.needs)})" if task.needs else task.name


def _list_state_words(scope: StateScope) -> Iterator[str]:
    """Yield each state and its type, states of branches after the state that contains them."""
    for state in sort_states(scope):
        yield f"{state.name} ({state.kind})"
        for inner in state.scopes:
            yield from _list_state_words(inner)
