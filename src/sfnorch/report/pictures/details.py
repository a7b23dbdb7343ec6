"""The details of rows and states: a part of the page, of which its script shows one at a time beside the chart.

Without scripts, rows and states are links to their details. With scripts, a browser keeps the part as a text, so that
thousands of details take no time when the page is opened:
https://html.spec.whatwg.org/multipage/scripting.html#the-noscript-element
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sfnorch.graph.words import describe_state
from sfnorch.printable import make_printable_line
from sfnorch.report.pictures.chart import describe_row
from sfnorch.report.pictures.drawn_run import DrawnMachine, DrawnRun, DrawnVisit, Link, Row
from sfnorch.report.pictures.elements import Element, add_element
from sfnorch.report.pictures.state_graph import describe_reach
from sfnorch.report.pictures.values import format_value
from sfnorch.template.states import LocatedState

_MOST_CHARACTERS = 4_000_000
"""The maximum number of characters of all details: a browser must open the page."""

_LENGTHS = (1_000, 300, 100)
"""The lengths to which values are cut if all are too long."""

_INNER = ("Branches", "ItemProcessor", "Iterator")
_IS_CODE = re.compile(r"[\n{\[]")

_Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detail:
    """What the panel shows of a row or a state."""

    name: str
    kind: str
    facts: _Facts
    links: Sequence[Link] = ()
    states: Link | None = None
    visits: Sequence[DrawnVisit] = ()
    more: _Facts = ()
    """What follows the visits."""

    def list_values(self) -> Iterator[str]:
        """Yield all values."""
        for facts in (self.facts, *(visit.facts for visit in self.visits), self.more):
            yield from (value for _, value in facts)


class Details:
    """The details of a page. An element refers to its own by their index, in the attribute `data-detail`."""

    def __init__(self) -> None:
        self._details: list[_Detail] = []

    def add_activity(self, element: Element, run: DrawnRun, row: Row, states: Link | None) -> None:
        """Add the details of a row to its element, with a name for readers who do not see it.

        `states` is the link to the graph of the state machine of an execution.
        """
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
        element.set("aria-label", make_printable_line(describe_row(run, row)))
        self._add(element, _Detail(name=activity.name, kind=kind, facts=facts, links=activity.links, states=states))

    def add_state(self, element: Element, machine: DrawnMachine, state: LocatedState) -> None:
        """Add the details of a state to its element."""
        body = {key: value for key, value in state.body.items() if key not in _INNER}
        detail = _Detail(
            name=state.name,
            kind=f"{describe_state(state)}, state of {machine.title}",
            facts=[("Reached", describe_reach(machine, state.name))],
            visits=machine.visits.get(state.name, ()),
            more=[("Definition", format_value(body))],
        )
        self._add(element, detail)

    def _add(self, element: Element, detail: _Detail) -> None:
        """Make the element a link to its details."""
        element.tag = "a"
        element.set("href", f"#detail-{len(self._details)}")
        element.set("data-detail", str(len(self._details)))
        self._details.append(detail)

    def add_to(self, parent: Element) -> None:
        """Add all details to the page; long values are cut off if all are too long."""
        if not self._details:
            return
        length = self._choose_length()
        part = add_element(add_element(parent, "noscript"), "details", class_="all-details")
        add_element(add_element(part, "summary"), "h2", f"Details of rows and states ({len(self._details):,})")
        for index, detail in enumerate(self._details):
            _add_detail(part, index, detail, length)

    def _choose_length(self) -> int:
        """Return the maximum length of a value."""
        lengths = [len(value) for detail in self._details for value in detail.list_values()]
        most = max(lengths, default=0)
        for shorter in _LENGTHS:
            if sum(min(each, most) for each in lengths) <= _MOST_CHARACTERS:
                break
            most = shorter
        return most


def _add_detail(parent: Element, index: int, detail: _Detail, length: int) -> None:
    section = add_element(parent, "div", class_="detail", id=f"detail-{index}")
    add_element(section, "h3", detail.name)
    add_element(section, "p", detail.kind)
    _add_facts(section, detail.facts, length)
    for number, visit in enumerate(detail.visits):
        part = add_element(section, "details", class_=f"visit {visit.tone.value}")
        if not number:
            part.set("open", "open")
        add_element(part, "summary", visit.title)
        _add_facts(part, visit.facts, length)
    _add_facts(section, detail.more, length)
    if detail.states:
        line = add_element(section, "p")
        add_element(line, "a", detail.states.title, href=detail.states.address, class_="to-states")
    for link in detail.links:
        if link.address.startswith("https://"):
            line = add_element(section, "p")
            add_element(line, "a", link.title, href=link.address, rel="noopener noreferrer", target="_blank")


def _add_facts(parent: Element, facts: _Facts, length: int) -> None:
    found = [(name, value) for name, value in facts if value]
    if not found:
        return
    names = add_element(parent, "dl")
    for name, value in found:
        add_element(names, "dt", name)
        if len(value) > length:
            value = f"{value[:length]}\n… cut off: the report is too long"
        shown = add_element(names, "dd", value)
        if _IS_CODE.search(value):
            shown.set("class", "value")
