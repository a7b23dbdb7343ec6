"""The subject of the rules: a template's contents, and data about its machines that several rules use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

from sfnorch.linter.expressions import LocatedExpression, list_expressions
from sfnorch.linter.variables import KnownVariables, find_known_variables
from sfnorch.template.calls import RequiredAction
from sfnorch.template.contents import Machine, Template
from sfnorch.template.requirements import Requirements, list_requirements
from sfnorch.template.states import LocatedState
from sfnorch.template.task_permissions import PermissionDecision, judge_requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class StateNeeds:
    """The permissions that a state requires of its machine's role or of the role that it assumes, and the decisions."""

    state: LocatedState
    requirements: Requirements
    judgements: tuple[PermissionDecision, ...]

    @property
    def needs(self) -> tuple[RequiredAction, ...] | None:
        """Return the permissions that the state requires; None if they are unknown."""
        return None if self.requirements.gaps else tuple(one.need for one in self.requirements.required)


@dataclass(slots=True)
class Subject:
    """A template, and data about its machines that is computed once."""

    template: Template
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    """Schedules are checked for starts after this time."""
    _expressions: dict[str, list[LocatedExpression]] = field(default_factory=dict)
    _variables: dict[str, dict[LocatedState, KnownVariables]] = field(default_factory=dict)
    _needs: dict[str, list[StateNeeds]] = field(default_factory=dict)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """Return the template's state machines."""
        return self.template.machines

    def list_expressions(self, machine: Machine) -> list[LocatedExpression]:
        """Return every expression of the machine."""
        if machine.logical_id not in self._expressions:
            found = [expression for state in machine.list_states() for expression in list_expressions(state)]
            self._expressions[machine.logical_id] = found
        return self._expressions[machine.logical_id]

    def list_variables(self, machine: Machine) -> dict[LocatedState, KnownVariables]:
        """Return the variables that are set when each state of the machine starts."""
        if machine.logical_id not in self._variables:
            states = machine.states
            self._variables[machine.logical_id] = find_known_variables(states) if states else {}
        return self._variables[machine.logical_id]

    def list_state_needs(self, machine: Machine) -> list[StateNeeds]:
        """Return the permissions that each Task and each distributed Map of the machine requires of its role."""
        if machine.logical_id not in self._needs:
            found = []
            for state in machine.list_states():
                required = list_requirements(state, self.template.stack.where, machine.arn)
                if judged := tuple(judge_requirements(self.template, machine, required)):
                    found.append(StateNeeds(state=state, requirements=required, judgements=judged))
            self._needs[machine.logical_id] = found
        return self._needs[machine.logical_id]
