"""What the rules look at: a template's contents, and what several of them want to know of its machines, found once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

from sfnorch.lint.expressions import Expression, expressions_of
from sfnorch.lint.variables import Known, known_variables
from sfnorch.template.calls import Need, distributed_map_needs, needs
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class StateNeeds:
    """What a state needs of its machine's role; `needs` is None where the call isn't known here."""

    state: State
    needs: tuple[Need, ...] | None


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
        """The variables at the beginning of each of the machine's states."""
        if machine.logical_id not in self._variables:
            states = machine.states
            self._variables[machine.logical_id] = known_variables(states) if states else {}
        return self._variables[machine.logical_id]

    def needs(self, machine: StateMachine) -> list[StateNeeds]:
        """What each Task, and each distributed Map, of the machine needs of its role."""
        if machine.logical_id not in self._needs:
            found = []
            for state in machine.walk():
                needed = needs(state, self.template.stack.where)
                if state.distributed:
                    needed = distributed_map_needs(machine.arn)
                if needed is None or needed:
                    found.append(StateNeeds(state=state, needs=None if needed is None else tuple(needed)))
            self._needs[machine.logical_id] = found
        return self._needs[machine.logical_id]
