"""What the rules look at: a template's contents, and what several of them want to know of its machines, found once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

from sfnorch.lint.expressions import Expression, expressions_of
from sfnorch.lint.variables import Known, known_variables
from sfnorch.template.calls import Need
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.requirements import Requirements, requirements
from sfnorch.template.states import State
from sfnorch.template.task_permissions import Judgement, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class StateNeeds:
    """What a state needs of its machine's role, or of the one that it takes on, and what becomes of it."""

    state: State
    requirements: Requirements
    judgements: tuple[Judgement, ...]

    @property
    def needs(self) -> tuple[Need, ...] | None:
        """What it needs; None where that is not known."""
        return None if self.requirements.gaps else tuple(one.need for one in self.requirements.required)


@dataclass(slots=True)
class Subject:
    """A template under the rules' eyes."""

    template: Template
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    """The instant from which schedules are looked at."""
    _expressions: dict[str, list[Expression]] = field(default_factory=dict)
    _variables: dict[str, dict[State, Known]] = field(default_factory=dict)
    _needs: dict[str, list[StateNeeds]] = field(default_factory=dict)

    @property
    def machines(self) -> tuple[StateMachine, ...]:
        """The template's state machines."""
        return self.template.machines

    def expressions(self, machine: StateMachine) -> list[Expression]:
        """Every expression of the machine."""
        if machine.logical_id not in self._expressions:
            found = [expression for state in machine.walk() for expression in expressions_of(state)]
            self._expressions[machine.logical_id] = found
        return self._expressions[machine.logical_id]

    def variables(self, machine: StateMachine) -> dict[State, Known]:
        """Return the variables at the beginning of each of the machine's states."""
        if machine.logical_id not in self._variables:
            states = machine.states
            self._variables[machine.logical_id] = known_variables(states) if states else {}
        return self._variables[machine.logical_id]

    def needs(self, machine: StateMachine) -> list[StateNeeds]:
        """Return what each Task, and each distributed Map, of the machine needs of its role."""
        if machine.logical_id not in self._needs:
            found = []
            for state in machine.walk():
                required = requirements(state, self.template.stack.where, machine.arn)
                if judged := tuple(judge(self.template, machine, required)):
                    found.append(StateNeeds(state=state, requirements=required, judgements=judged))
            self._needs[machine.logical_id] = found
        return self._needs[machine.logical_id]
