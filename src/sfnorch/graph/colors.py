"""The colors of states in pictures: by the service that a Task calls, or by the state's type.

Each color has a border color. The text is dark on all colors, so that a picture is readable on light and dark pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState


@dataclass(frozen=True, slots=True)
class Colors:
    """The color of a shape, and of its border."""

    fill: str
    border: str


TEXT = "#0f172a"
FAINT = "#64748b"
"""The color of transitions, and of the boxes of machines and branches."""
CATCH = "#b91c1c"
RETRY = "#a16207"
START = "#6d28d9"
"""The color of links from a state to the state machine that it starts."""

REACHED, MISSED = Colors("#dcfce7", "#15803d"), Colors("#ffffff", "#b91c1c")
"""The colors of states that runs have reached, and have not, in a picture of coverage."""

COLORS: Mapping[str, Colors] = {
    "glue": Colors("#dbeafe", "#1d4ed8"),
    "lambda": Colors("#ffedd5", "#c2410c"),
    "sns": Colors("#fce7f3", "#be185d"),
    "execution": Colors("#ede9fe", "#6d28d9"),
    "task": Colors("#e2e8f0", "#475569"),
    "choice": Colors("#fef9c3", "#a16207"),
    "wait": Colors("#cffafe", "#0e7490"),
    "pass": Colors("#f8fafc", "#64748b"),
    "succeed": Colors("#dcfce7", "#15803d"),
    "fail": Colors("#fee2e2", "#b91c1c"),
    "parallel": Colors("#f0fdfa", "#0f766e"),
    "map": Colors("#eef2ff", "#4338ca"),
}
"""The colors, by what `find_color_name` returns."""

_SERVICES = {"glue": "glue", "lambda": "lambda", "sns": "sns", "states": "execution", "sfn": "execution"}


def find_color_name(state: LocatedState) -> str:
    """Return the name of the state's colors: its type, or the service of a Task that calls a usual one."""
    if call := parse_call(state):
        return _SERVICES.get(call.service, "task")
    name = state.kind.lower()
    return name if name in COLORS else "task"
