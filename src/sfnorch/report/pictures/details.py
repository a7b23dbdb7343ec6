"""What the panel of a page shows of a row or of a state: data in the page, which its script shows as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypedDict

from sfnorch.graph.words import describe_state
from sfnorch.printable import make_printable
from sfnorch.report.pictures.chart import describe_row
from sfnorch.report.pictures.drawn_run import DrawnMachine, DrawnRun, Link, Row
from sfnorch.report.pictures.elements import Element
from sfnorch.report.pictures.state_graph import describe_reach
from sfnorch.report.pictures.values import format_value
from sfnorch.template.states import LocatedState

_MOST_CHARACTERS = 4_000_000
"""The maximum number of characters of all details: a browser must open the page."""

_SHORT_VALUE = 300
_INNER = ("Branches", "ItemProcessor", "Iterator")


class _Detail(TypedDict):
    """What the panel shows: `facts` are names and values, `links` titles and addresses."""

    name: str
    kind: str
    facts: list[tuple[str, str]]
    links: list[tuple[str, str]]


class Details:
    """The details of a page. An element refers to its own by their index, in the attribute `data-detail`."""

    def __init__(self) -> None:
        self._details: list[_Detail] = []

    def add_activity(self, element: Element, run: DrawnRun, row: Row) -> None:
        """Add the details of a row to its element, with a name for readers who do not see it."""
        activity = row.activity
        end = activity.find_end(run.end)
        facts = [
            ("Status", activity.shown_status or activity.status),
            ("Part of", row.holder.name if row.holder else ""),
            ("Time", f"{run.format_moment(activity.started)} to {run.format_moment(end)}"),
            ("Error", activity.error),
            ("Message", activity.message),
            *activity.facts,
        ]
        kind = activity.kind + (", on the critical path" if activity.is_critical else "")
        element.set("aria-label", make_printable(describe_row(run, row)))
        self._add(element, activity.name, kind, facts, activity.links)

    def add_state(self, element: Element, machine: DrawnMachine, state: LocatedState) -> None:
        """Add the details of a state to its element."""
        body = {key: value for key, value in state.body.items() if key not in _INNER}
        facts = [
            ("Reached", describe_reach(machine, state.name)),
            *machine.facts.get(state.name, ()),
            ("Definition", format_value(body)),
        ]
        self._add(element, state.name, f"{describe_state(state)}, state of {machine.title}", facts, ())

    def _add(
        self, element: Element, name: str, kind: str, facts: Sequence[tuple[str, str]], links: Sequence[Link]
    ) -> None:
        element.set("data-detail", str(len(self._details)))
        self._details.append(
            {
                "name": make_printable(name),
                "kind": make_printable(kind),
                "facts": [(make_printable(title), make_printable(value)) for title, value in facts if value],
                "links": [(make_printable(link.title), make_printable(link.address)) for link in links],
            }
        )

    def write(self) -> str:
        """Return the details as JSON that can't end the element it is in; long values are cut off if all are too long.

        https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
        """
        if sum(len(value) for each in self._details for _, value in each["facts"]) > _MOST_CHARACTERS:
            for each in self._details:
                each["facts"] = [(title, _shorten_value(value)) for title, value in each["facts"]]
        text = json.dumps(self._details, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _shorten_value(value: str) -> str:
    return value if len(value) <= _SHORT_VALUE else f"{value[:_SHORT_VALUE]}\n… cut off: the report is too long"
