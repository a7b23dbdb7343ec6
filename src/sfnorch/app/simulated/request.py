"""The request for a simulation: what runs, how it starts, and what services do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfnorch.app.simulated.values import refuse_input
from sfnorch.app.sources import PlanSource, find_folder
from sfnorch.errors import RequestError
from sfnorch.json_values import Json
from sfnorch.prices import PRICE_PER_1000
from sfnorch.simulator.behaviour import Behaviour

if TYPE_CHECKING:
    from sfnorch.app.simulated.backfill import SimulatedBackfill

MachineType = Literal["standard", "express"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateRequest:
    """A simulated execution of a state machine: of a template, or of the rendering of a plan."""

    plan: PlanSource = None
    """The path of a plan, a plan, or None for the plan with five children."""
    template: Path | None = None
    """The path of a template or a definition instead of a plan."""
    machine: str = ""
    """The state machine to start; by default the one that starts the others."""
    execution_input: Json = field(default_factory=dict)
    """The input of the execution, a JSON value."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Values of the run's parameters, which replace those of the input. The state machine converts text."""
    at: datetime | None = None
    """The scheduled time, at which the simulated clock starts; without a time zone, in the time zone of the plan. By
    default, the run has no scheduled time and starts on 1 January 2026."""
    backfill: SimulatedBackfill | None = None
    """A backfill of the state machine, instead of one execution; `execution_input` and `params` apply to all dates."""
    event: Json = None
    """An event instead of an input: the rule of the template that matches it starts the state machine with the input
    from its input transformer."""
    behaviour: Behaviour | None = None
    """What services do: failures, durations in seconds, mocks. Without it, all jobs succeed. The code of functions runs
    only for a plan, and only isolated, unless the behaviour says otherwise."""
    mock_file: Path | None = None
    """A file of mocks: with test cases, as for Step Functions Local, or with a result for each state. Mocks of the
    behaviour replace those of the file."""
    test_case: str = ""
    """The test case in the file; by default the only one. `MACHINE#NAME` names the state machine in the file too."""
    machine_type: MachineType | None = None
    """The type of the state machine to start, instead of the one in the template; by default standard."""
    substitutions: Mapping[str, str] = field(default_factory=dict)
    """Values of substitutions: of `${NAME}` in a definition, instead of DefinitionSubstitutions in a template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters instead of the defaults of the template."""
    stack_name: str | None = None
    """The name of the stack; by default the one with which the plan is deployed."""
    region: str | None = None
    """The Region of the stack; by default one of the AWS documentation."""
    seed: int = 0
    """The seed of the random numbers for jitter and names."""
    until: float | None = None
    """The virtual time after which the simulation ends, in seconds."""
    second_run: float | None = None
    """The virtual time after which a second execution with the same input starts, in seconds."""
    stop_after: float | None = None
    """The virtual time after which the first execution is stopped, in seconds."""
    price: float = PRICE_PER_1000
    """The price of 1,000 state transitions, in US dollars."""
    keeps_visits: bool = False
    """Whether the run keeps inputs and outputs of states, which a report shows."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request that contradicts itself, and for an input that AWS does not accept."""
        if self.plan is not None and self.template is not None:
            raise RequestError(": a plan and a template exclude each other", field="template")
        if self.test_case and self.mock_file is None:
            raise RequestError(" requires a file of mocks", field="test_case")
        for name in ("second_run", "stop_after"):
            if (getattr(self, name) or 0) < 0:
                raise RequestError(" must not be negative", field=name)
        if self.backfill is not None and self.at is not None:
            raise RequestError(": a backfill has dates, and no scheduled time", field="at")
        if self.event is not None and self.backfill is not None:
            raise RequestError(": a backfill has dates, and no event", field="event")
        if self.second_run is not None and self.backfill is not None:
            raise RequestError(" is not supported with a backfill", field="second_run")
        if self.event is not None and self.execution_input != {}:
            raise RequestError(": an event and an input exclude each other", field="event")
        refuse_input(self.execution_input)

    @property
    def chosen_behaviour(self) -> Behaviour:
        """Return the behaviour, with the folder of the code of functions: the one of the plan or the template."""
        behaviour = self.behaviour or Behaviour(run_isolated=self.template is None)
        if behaviour.code_folder is not None:
            return behaviour
        folder = self.template.parent if self.template else find_folder(self.plan)
        return replace(behaviour, code_folder=folder)
