"""The states of a machine as a picture: which of them were reached, which failed, and the transitions between them."""

from __future__ import annotations

from sfnorch.graph.words import build_scope_title, describe_state
from sfnorch.printable import make_printable_line
from sfnorch.report.pictures.chart import SIGNS
from sfnorch.report.pictures.drawn_run import DrawnMachine
from sfnorch.report.pictures.elements import Element, add_element, create_element, shorten_text
from sfnorch.report.pictures.state_layout import BOX_WIDTH, StateBox, StateColumn, StateLine, place_states
from sfnorch.report.tones import Tone
from sfnorch.template.states import LocatedState, Transition, TransitionKind

_MARGIN = 16
_ARROW = 5
CAUGHT = "⚠"
"""The sign of a state whose error was caught."""

_SIGNS = {"good": f"{SIGNS[Tone.GOOD]} ", "bad": f"{SIGNS[Tone.BAD]} ", "caught": f"{CAUGHT} ", "missed": ""}
"""A sign for each kind of state, for readers who do not see its color."""


def draw_states(machine: DrawnMachine, number: str) -> Element:
    """Return the picture; its number in the page makes its IDs unique. Each state is a group with its name as data."""
    column = place_states(machine.states)
    width, height = column.width + 2 * _MARGIN, column.height + 2 * _MARGIN
    picture = create_element(
        "svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        class_="state-graph",
        role="group",
        aria_labelledby=f"states-{number}",
        aria_describedby=f"states-{number}-text",
    )
    add_element(picture, "title", f"States of {machine.title}", id=f"states-{number}")
    add_element(picture, "desc", describe_states(machine), id=f"states-{number}-text")
    column.move(_MARGIN, _MARGIN)
    _draw_column(picture, column, machine)
    return picture


def describe_states(machine: DrawnMachine) -> str:
    """Return which states were reached, in words."""
    names = [state.name for state in machine.states.list_states()]
    return " ".join(f"{name}: {describe_reach(machine, name)}." for name in names)


def describe_reach(machine: DrawnMachine, name: str) -> str:
    """Return how often a state was entered, was retried and failed, in words."""
    count = machine.entered.get(name, 0)
    words = ["not reached" if not count else "entered once" if count == 1 else f"entered {count:,} times"]
    for what, counts in (("retried", machine.retried), ("error caught", machine.caught), ("failed", machine.failed)):
        if times := counts.get(name, 0):
            words.append(what if times == 1 else f"{what} {times:,} times")
    return ", ".join(words)


def _draw_column(parent: Element, column: StateColumn, machine: DrawnMachine) -> None:
    for line in column.lines:
        _draw_line(parent, line, machine)
    for box in column.boxes:
        _draw_box(parent, box, machine)


def _draw_box(parent: Element, box: StateBox, machine: DrawnMachine) -> None:
    state, name = box.state, box.state.name
    tone = _find_tone(machine, name)
    words = f"{name} ({describe_state(state)}): {describe_reach(machine, name)}"
    group = add_element(
        parent,
        "g",
        class_=f"state {tone}",
    )
    group.attrib |= {"aria-label": make_printable_line(words), "data-state": name}
    add_element(group, "title", words)
    holds = " holder" if box.columns else ""
    add_element(group, "rect", class_=f"box{holds}", x=box.x, y=box.y, width=box.width, height=box.height, rx=6)
    count = machine.entered.get(name, 0)
    times = f" \N{MULTIPLICATION SIGN}{count:,}" if count > 1 else ""
    sign = _SIGNS[tone]
    if box.columns:
        room = int(box.width / 7.5) - len(times) - len(sign)
        text = sign + shorten_text(f"{name} ({describe_state(state)})", room) + times
        add_element(group, "text", text, class_="name", x=box.x + 12, y=box.y + 19)
    else:
        middle = box.x + box.width / 2
        text = sign + shorten_text(name, int(BOX_WIDTH / 7.5) - len(times) - len(sign)) + times
        add_element(group, "text", text, class_="name middle", x=middle, y=box.y + 16)
        add_element(
            group, "text", shorten_text(describe_state(state), 32), class_="kind middle", x=middle, y=box.y + 31
        )
    for scope, column in zip(state.scopes, box.columns, strict=True):
        inner = add_element(parent, "g", aria_label=build_scope_title(scope))
        _draw_column(inner, column, machine)


def _find_tone(machine: DrawnMachine, name: str) -> str:
    if not machine.entered.get(name):
        return "missed"
    return "bad" if name in machine.failed else "caught" if name in machine.caught else "good"


def _draw_line(parent: Element, line: StateLine, machine: DrawnMachine) -> None:
    is_catch = line.transition.way is TransitionKind.CATCH
    kinds = ["transition", "catch" if is_catch else "", "taken" if _is_taken(line, machine) else ""]
    group = add_element(parent, "g", class_=" ".join(filter(None, kinds)))
    words = f"{line.source.name} → {line.transition.target}"
    add_element(group, "title", f"{words}: {line.label}" if line.label else words)
    points = " L".join(f"{x:.1f} {y:.1f}" for x, y in line.points)
    add_element(group, "path", d=f"M{points}")
    (before_x, _), (x, y) = line.points[-2:]
    if before_x == x:
        arrow = f"M{x:.1f} {y:.1f}l{-_ARROW} {-_ARROW * 1.4:.1f}h{2 * _ARROW}z"
    else:
        back = _ARROW * 1.4 * (1 if before_x > x else -1)
        arrow = f"M{x:.1f} {y:.1f}l{back:.1f} {-_ARROW}v{2 * _ARROW}z"
    add_element(group, "path", class_="arrow", d=arrow)


def _is_taken(line: StateLine, machine: DrawnMachine) -> bool:
    """Return whether an execution took the transition."""
    return (line.source.name, name_part(line.source, line.transition)) in machine.taken


def name_part(state: LocatedState, transition: Transition) -> str:
    """Return the part of the state that leads to the target, as the simulator names it: `Next`, `Choices[0]`."""
    key, *rest = transition.path[len(state.path) :]
    return f"{key}[{rest[0]}]" if len(rest) > 1 else str(key)
