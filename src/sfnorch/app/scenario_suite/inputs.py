"""The state machines that scenarios start, each with its first scenario and others that a person expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sfnorch.app.scenario_suite.candidates import FIRST, Candidate
from sfnorch.app.scenario_suite.parameters import list_parameter_candidates, make_params
from sfnorch.app.scenario_suite.pattern_inputs import (
    LOOP_TIME,
    OBJECTS,
    describe_pattern,
    make_expected,
    read_definition,
)
from sfnorch.json_values import Json, find_value, read_mapping, write_compact
from sfnorch.protocol import backfill, continuous, dag, fan_out, overlap
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.runs.parameters import is_run_passed
from sfnorch.simulator.mocks.names import ITEM_READER
from sfnorch.simulator.run import choose_machine
from sfnorch.template.contents import Machine, Template
from sfnorch.template.located import Object

_KEY = "test"
_READ_ITEMS = f"{fan_out.FanOutState.RUN_ITEMS}/{ITEM_READER}"
_INPUT_KEY = re.compile(r"\$(?:states\.)?input\.(\w+)")
_OWN_KEYS = frozenset({"params", "run", "resumeAt", STARTED_BY})
_GUESSES: tuple[Json, ...] = (1, "1", ["1"], {}, True)
"""Values for keys of an input of unknown types."""


class Entry(NamedTuple):
    """A state machine that scenarios start: its first scenario, and more inputs."""

    machine: Machine
    base: Candidate
    more: tuple[Candidate, ...]
    others: tuple[Candidate, ...] = ()
    """Scenarios to try instead of the first one if that does not succeed: with another input."""


def list_entries(template: Template) -> Iterator[Entry]:
    """Yield the state machines that can be started by themselves, the main one first.

    Raises SfnorchError if the main state machine cannot be distinguished from the others.
    """
    main = choose_machine(template)
    yield _describe_main(template, main)
    for machine in template.machines:
        if machine is main:
            continue
        title, definition = template.build_title(machine), read_definition(machine)
        if backfill.MARK.is_in(definition):
            yield _describe_backfill(machine, title, main)
        elif dag.TASK_MARK.is_in(definition):
            yield _describe_task(machine, title)
        if is_run_passed(definition):
            name = f"{title} is refused without the run of the main state machine"
            yield Entry(machine, make_expected("alone", name, {"machine": title}), ())


def _describe_main(template: Template, machine: Machine) -> Entry:
    definition = read_definition(machine)
    given, more = describe_pattern(template, definition)
    params = make_params(definition)
    context: dict[str, Json] = {"params": params} if params else {}
    base = Candidate(
        family=FIRST,
        name="Everything succeeds",
        data={**({"input": given} if given else {}), **context},
        is_expected=True,
    )
    if continuous.MARK.is_in(definition):
        base = base.limit(LOOP_TIME)
    if find_value(definition, "States", fan_out.FanOutState.RUN_ITEMS, "ItemReader") is not None:
        base = replace(base, data={**base.data, "given": {"mocks": {_READ_ITEMS: [*OBJECTS]}}})
    wrong = list_parameter_candidates(definition, base)
    added = tuple(_add_context(candidate, context) for candidate in more)
    return Entry(
        machine, base, (*added, *wrong, *_list_second_runs(definition, base)), tuple(_guess_inputs(definition, base))
    )


def _guess_inputs(definition: Object, base: Candidate) -> Iterator[Candidate]:
    """Yield the scenario with values for the keys of the input that the expressions of a definition read."""
    text = write_compact(definition)
    keys = [key for key in dict.fromkeys(_INPUT_KEY.findall(text)) if key not in _OWN_KEYS]
    for value in _GUESSES if keys else ():
        given = {**dict.fromkeys(keys, value), **read_mapping(base.data.get("input"))}
        yield replace(base, data={"input": given, **{key: each for key, each in base.data.items() if key != "input"}})


def _list_second_runs(definition: Object, base: Candidate) -> Iterator[Candidate]:
    """Yield runs that start while another one has the lock of the run, if the plan limits overlapping runs."""
    states = read_mapping(definition.get("States"))
    if overlap.LockState.ACQUIRE_LOCK not in states:
        return

    def give(family: str, name: str, given: dict[str, Json]) -> Candidate:
        before = read_mapping(base.data.get("given"))
        return make_expected(family, name, {**base.data, "given": {**before, **given}})

    yield give("second", "A second run starts while the first one is running", {"second_run": "1m"})
    yield give("stopped-run", "A run starts after one that was stopped", {"stop_after": "1m", "second_run": "2m"})
    if overlap.LockState.OVERLAP_TIMEOUT in states:
        yield give("waits", "A second run waits too long", {"second_run": "1m", "durations": {"*": "120h"}})


def _add_context(candidate: Candidate, context: dict[str, Json]) -> Candidate:
    is_object = isinstance(candidate.data.get("input", {}), dict)
    return make_expected(candidate.family, candidate.name, {**candidate.data, **(context if is_object else {})})


def _describe_task(machine: Machine, title: str) -> Entry:
    given: dict[str, Json] = {"task": "unknown-task", "master": "run", "done": []}
    if is_run_passed(read_definition(machine)):
        given |= {"params": {}, "run": {}}
    name = "A task that the plan does not have is refused"
    return Entry(machine, make_expected("task", name, {"machine": title, "input": given}), ())


def _describe_backfill(machine: Machine, title: str, main: Machine) -> Entry:
    params = make_params(read_definition(main))
    two: dict[str, Json] = {"dates": ["2026-01-01", "2026-01-02"], "key": _KEY}
    if params:
        two["params"] = params
    many = [(date(2026, 1, 1) + timedelta(days=day)).isoformat() for day in range(backfill.MOST_DATES + 1)]
    succeeds: dict[str, Json] = {backfill.RUN_STATE: {"Return": {"Output": {}}}}

    def start(family: str, name: str, given: Json) -> Candidate:
        return make_expected(family, name, {"machine": title, "input": given})

    base = start("backfill", "A backfill runs each date", two)
    return Entry(
        machine,
        base,
        (
            start(
                "backfill-parallel",
                "A backfill runs dates in parallel, and stops at a failure",
                {**two, "dates": [*many[:3]], "parallel": 2, "stopOnFailure": True},
            ),
            start(
                "backfill-long", f"A backfill continues after {backfill.MOST_DATES} dates", {**two, "dates": [*many]}
            ).give(
                "mocks",
                succeeds,
                family="backfill-long",
                column="name",
                name=f"A backfill continues after {backfill.MOST_DATES} dates",
            ),
            start("backfill-wrong", "A backfill without dates is refused", {"key": _KEY}),
            start("backfill-date", "A backfill refuses what is no date", {"dates": ["yesterday"], "key": _KEY}),
        ),
    )
