"""The sections of a report beside its chart: figures, failures, states, notifications, alarms, the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.report.pictures.chart import SIGNS
from sfnorch.report.pictures.details import Details
from sfnorch.report.pictures.drawn_run import DrawnRun, Link, Moment
from sfnorch.report.pictures.elements import Element, add_element
from sfnorch.report.pictures.state_graph import draw_states
from sfnorch.report.tones import Tone, find_tone

_MOST_FAILURES = 200


def add_contents(parent: Element, runs: Sequence[DrawnRun]) -> None:
    """Add a list of the runs with their statuses, with links to their sections."""
    contents = add_element(add_element(parent, "nav", aria_label="Runs"), "ol", class_="contents")
    for number, run in enumerate(runs, 1):
        tone = find_tone(run.status)
        item = add_element(contents, "li")
        add_element(item, "span", f"{SIGNS[tone]} {run.status}", class_=f"badge {tone.value}")
        add_element(item, "a", run.title, href=f"#run-{number}")


def add_heading(section: Element, run: DrawnRun, *, is_alone: bool) -> None:
    """Add the title of the run with its status."""
    tone = find_tone(run.status)
    heading = add_element(section, "h2")
    if not is_alone:
        add_element(heading, "span", run.title)
    add_element(heading, "span", f"{SIGNS[tone]} {run.status}", class_=f"badge {tone.value}")
    if count := len(run.failures):
        words = "1 failure" if count == 1 else f"{count:,} failures"
        add_element(heading, "span", f"{SIGNS[Tone.BAD]} {words}", class_="badge bad")
    if run.begin is not None:
        add_element(heading, "time", f"{run.begin:%Y-%m-%d %H:%M:%S} UTC", datetime=run.begin.isoformat())


def add_facts(section: Element, facts: Mapping[str, str]) -> None:
    """Add names and values as cards."""
    cards = add_element(section, "dl", class_="cards")
    for name, value in facts.items():
        card = add_element(cards, "div")
        add_element(card, "dt", name)
        add_element(card, "dd", value)


def add_failures(section: Element, run: DrawnRun, rows: Mapping[int, str]) -> None:
    """Add the root causes, each with its whole message and its links.

    `rows` are the IDs of the rows of the chart by the ID of the activity, to which the failures lead.
    """
    if not run.failures:
        return
    add_element(section, "h3", f"Failures ({len(run.failures):,})")
    found = add_element(section, "ul", class_="failures")
    for failure in run.failures[:_MOST_FAILURES]:
        item = add_element(found, "li", class_="filtered bad")
        line = add_element(item, "p")
        add_element(line, "strong", failure.where)
        row = rows.get(id(failure.activity))
        add_element(line, "span", " ")
        if row:
            add_element(line, "a", failure.what, href=f"#{row}", class_="to-row")
        else:
            add_element(line, "span", failure.what)
        if failure.message:
            add_element(item, "pre", failure.message)
        add_links(item, failure.links)
    if (left := len(run.failures) - _MOST_FAILURES) > 0:
        add_element(section, "p", f"… and {left:,} more failures", class_="note")
    for command in run.commands:
        line = add_element(section, "p", class_="command")
        add_element(line, "span", "Resume: ")
        add_element(line, "code", command)


def add_links(parent: Element, links: Sequence[Link]) -> None:
    """Add links to pages of the AWS console."""
    if not links:
        return
    line = add_element(parent, "p", class_="links")
    for link in links:
        add_element(line, "a", link.title, href=link.address, rel="noopener noreferrer", target="_blank")


def add_states(section: Element, run: DrawnRun, number: int, details: Details, *, is_open: bool) -> None:
    """Add the graph of each state machine; `number` is that of the run in the page."""
    if not run.machines:
        return
    part = _add_part(section, f"State machines ({len(run.machines):,})", is_open=is_open)
    add_element(
        part,
        "p",
        "✓ reached, ✗ failed, ⚠ error caught, dashed: not reached. Point at a state to see its input and output.",
        class_="note",
    )
    for index, machine in enumerate(run.machines, 1):
        states = {state.name: state for state in machine.states.list_states()}
        count = sum(bool(machine.entered.get(name)) for name in states)
        title = f"{machine.title}: {count} of {len(states)} states reached"
        inner = _add_part(part, title, is_open=is_open and index == 1)
        inner.set("id", _name_graph(number, index))
        picture = draw_states(machine, f"{number}-{index}")
        groups = [group for group in picture.iter("g") if "data-state" in group.attrib]
        for group in groups:
            details.add_state(group, machine, states[group.attrib.pop("data-state")])
        add_element(inner, "div", class_="frame states").append(picture)


def list_state_links(run: DrawnRun, number: int) -> dict[str, Link]:
    """Return the link to the graph of each state machine, by its ARN; `number` is that of the run in the page."""
    return {
        machine.arn: Link(f"States of {machine.title}", f"#{_name_graph(number, index)}")
        for index, machine in enumerate(run.machines, 1)
        if machine.arn
    }


def add_moments(section: Element, run: DrawnRun, moments: Sequence[Moment], title: str, *, is_open: bool) -> None:
    """Add what happened at times: each with its title and its whole text."""
    if not moments:
        return
    part = _add_part(section, f"{title} ({len(moments):,})", is_open=is_open)
    table = add_element(part, "ol", class_="moments")
    for moment in moments:
        item = add_element(table, "li", class_=f"filtered {moment.tone.value}")
        add_element(item, "time", run.format_moment(moment.at))
        body = add_element(item, "div")
        add_element(body, "strong" if moment.text else "span", moment.title)
        if moment.text:
            add_element(body, "pre", moment.text)


def _add_part(section: Element, title: str, *, is_open: bool) -> Element:
    """Add a part that the reader can fold."""
    part = add_element(section, "details")
    if is_open:
        part.set("open", "open")
    heading = add_element(part, "summary")
    add_element(heading, "h3", title)
    return part


def _name_graph(number: int, index: int) -> str:
    """Return the ID of the part of the page with the graph of a state machine."""
    return f"machine-{number}-{index}"
