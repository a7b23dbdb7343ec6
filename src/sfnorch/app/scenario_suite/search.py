"""Choose the scenarios of a suite: those that a person expects, and those that reach what no other one reaches."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sfnorch.app.scenario_runs import ScenarioResult, ScenarioRunner, build_coverage
from sfnorch.app.scenario_suite.candidates import Candidate
from sfnorch.app.scenario_suite.inputs import Entry, list_entries
from sfnorch.app.scenario_suite.parts import PartPlace, StateNames, list_part_candidates, stop_job_run
from sfnorch.documents.simulation import SimulationDocument
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.scenarios.coverage import Coverage
from sfnorch.scenarios.files import LocatedScenario, ScenarioFile
from sfnorch.scenarios.models import Given, Scenario
from sfnorch.simulator.document import convert_run
from sfnorch.template.calls import parse_call
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState

_MOST_MOCKS = 50
"""How many results of Tasks that cannot be simulated are added, at most."""

_MOCK_OPTION = "--mock "


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A scenario of the suite, with its run."""

    candidate: Candidate
    document: SimulationDocument
    machine: str
    """The title of the state machine that it starts."""


@dataclass(slots=True, kw_only=True)
class SuiteSearch:
    """The scenarios chosen so far, and what their runs have reached."""

    file: ScenarioFile
    """The file without scenarios, whose target they run."""
    template: Template
    coverage: Coverage
    on_progress: Callable[[str], None] = lambda _: None
    kept: list[Kept] = field(default_factory=list)
    given: dict[str, Json] = field(default_factory=dict)
    """The mocks of all scenarios: results of Tasks that cannot be simulated."""
    _runner: ScenarioRunner = field(default_factory=ScenarioRunner)
    _starts: dict[tuple[str, str], list[Candidate]] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)

    def fill(self) -> None:
        """Choose the scenarios. Raises SfnorchError if the first one cannot be simulated."""
        entries = list(list_entries(self.template))
        for entry in entries:
            self._fill_entry(entry)
        self._fill_parts()

    def _fill_entry(self, entry: Entry) -> None:
        title = self.template.build_title(entry.machine)
        base = self._choose_base(entry)
        first = self._try(base, title)
        for candidate in (*(_list_failures(base, first) if first else ()), *entry.more):
            self._try(candidate, title)

    def _choose_base(self, entry: Entry) -> Candidate:
        """Return the first scenario: with another input if it does not succeed without one."""
        if not entry.others:
            return entry.base
        for candidate in (entry.base, *entry.others):
            result = self._run(candidate)
            if result.simulation and result.simulation.run.first.status in ("SUCCEEDED", "RUNNING"):
                return candidate
        return replace(entry.base, name="The first run")

    def _fill_parts(self) -> None:
        states = {
            (self.template.build_title(machine), state.name): (machine, state)
            for machine in self.template.machines
            for state in machine.list_states()
        }
        names = StateNames((title, state) for (title, _), (_, state) in states.items())
        main = self.kept[0].machine if self.kept else ""
        before = -1
        while before != len(self._tried):
            before = len(self._tried)
            for title, state in self._list_job_states(states):
                for begin in self._starts.get((title, state.name), [])[:1]:
                    self._try(stop_job_run(begin, names.name(title, state)), main)
            for part in self.coverage.list_missed():
                machine, state = states[part.machine, part.state]
                place = PartPlace(part, state, machine)
                others = [
                    PartPlace(other, states[key][1], machine)
                    for other in self.coverage.parts
                    if (key := (other.machine, other.state))
                    and other.name == ""
                    and other.machine == part.machine
                    and states[key][1].kind == "Task"
                ]
                for candidate in list_part_candidates(place, self._starts, names, others):
                    if self.coverage.is_reached(part):
                        break
                    self._try(candidate, str(candidate.data.get("machine") or main))

    def _list_job_states(
        self, states: Mapping[tuple[str, str], tuple[Machine, LocatedState]]
    ) -> Iterator[tuple[str, LocatedState]]:
        """Yield the Tasks that judge the result of a job run, with the titles of their state machines."""
        for (title, _), (_, state) in states.items():
            call = parse_call(state)
            if call and str(call) == "glue:startJobRun.sync" and "JobRunState" in state.read_text("Output"):
                yield title, state

    def _try(self, candidate: Candidate, title: str) -> Kept | None:
        """Return the scenario with its run if it is kept: it is expected, or reaches something new."""
        key = json.dumps(candidate.data, sort_keys=True)
        if key in self._tried:
            return None
        self._tried.add(key)
        self.on_progress(candidate.name)
        result = self._run(candidate)
        if result.simulation is None:
            return None
        new = result.reached - self.coverage.reached
        if not new and not candidate.is_expected:
            return None
        self.coverage.reached |= result.reached
        kept = Kept(
            candidate=self._name(candidate),
            document=convert_run(result.simulation.run, result.simulation.figures),
            machine=title,
        )
        self.kept.append(kept)
        for machine, state, part in result.reached:
            if not part:
                self._starts.setdefault((machine, state), []).append(candidate)
        for begins in self._starts.values():
            begins.sort(key=lambda begin: begin.weight)
        return kept

    def _name(self, candidate: Candidate) -> Candidate:
        """Return the candidate with a name that no other scenario has: with that of the one that it varies."""
        names = {kept.candidate.name for kept in self.kept}
        wanted = candidate.name
        if wanted in names and candidate.start:
            wanted = f"{candidate.name} ({candidate.start})"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        return replace(candidate, name=name)

    def _run(self, candidate: Candidate) -> ScenarioResult:
        """Return the run, with a result for each Task that cannot be simulated."""
        for _ in range(_MOST_MOCKS):
            scenario = Scenario.model_validate({"name": candidate.name, **candidate.data})
            given = Given.model_validate({"mocks": self.given}).merge(scenario.given) if self.given else scenario.given
            located = LocatedScenario(scenario=scenario.model_copy(update={"given": given}), line=1)
            result = self._runner.run(self.file, located)
            mock = read_suggested_mock(result.error) if result.error else {}
            if not mock or mock.keys() <= self.given.keys():
                break
            self.given |= mock
        return result


def start_search(file: ScenarioFile, *, on_progress: Callable[[str], None] = lambda _: None) -> SuiteSearch:
    """Return the search for the target of a file. Raises SfnorchError if the target cannot be read."""
    from sfnorch.app.scenario_requests import build_request
    from sfnorch.app.simulated.preparation import read_simulated_template

    template = read_simulated_template(build_request(file, Scenario(name="first")))
    return SuiteSearch(file=file, template=template, coverage=build_coverage(template), on_progress=on_progress)


def read_suggested_mock(error: SfnorchError) -> dict[str, Json]:
    """Return the mock that an error suggests, by the name of its state; empty if it suggests none."""
    _, found, rest = (error.hint or "").partition(_MOCK_OPTION)
    if not found:
        return {}
    name, _, text = shlex.split(rest)[0].partition("=")
    return {name: json.loads(text)}


def _list_failures(base: Candidate, first: Kept) -> Iterator[Candidate]:
    """Yield the failures of each job of the first run: always, once, at the start, unknown."""
    jobs = list(dict.fromkeys(run["job"] for run in first.document["jobRuns"] if run["kind"] != "machine"))
    for job in jobs:
        yield replace(
            base.give("failures", {job: "always"}, family="fails", column="job", name=f"{job} fails"), is_expected=True
        )
    for job in jobs:
        yield base.give("failures", {job: 1}, family="once", column="job", name=f"{job} fails once")
    for job in jobs:
        yield base.give(
            "throttles", {job: 2}, family="throttled", column="job", name=f"The start of {job} is throttled"
        )
