"""What a kind of step or task adds to a state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.asl import AnyState, Catcher, Expression, Value
from sfnorch.integrations.work import TaskCall
from sfnorch.workflow import DeploymentValue, Permission

if TYPE_CHECKING:
    from sfnorch.patterns.kinds.scope import FlowScope
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerStates:
    """The states of a step that is more than one call: they are the only branch of a Parallel with the step's name.

    `result` is JSONata for the result of the step, and `arguments` the input of the first state.
    """

    states: Sequence[AnyState]
    result: str = "$states.result[0]"
    arguments: Value = None


def bind_nothing(plan: FlowPlan, steps: Sequence[FlowStep]) -> Mapping[str, DeploymentValue]:
    """Return no substitutions: for kinds whose states need none."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPart:
    """A kind of step in a flow: its call or its states, the permissions and the substitutions of all its steps."""

    make_work: Callable[[FlowStep, FlowScope], TaskCall | InnerStates]
    list_permissions: Callable[[FlowPlan, Sequence[FlowStep]], Iterable[Permission]]
    bind_names: Callable[[FlowPlan, Sequence[FlowStep]], Mapping[str, DeploymentValue]] = bind_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFrame:
    """What surrounds the state of a task: its name, the expression for its arguments, its retries, and what follows."""

    name: str
    arguments: Expression
    own_arn: Expression
    retries: int
    catch: tuple[Catcher, ...]
    next_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPart:
    """A kind of task in a dag: the name of its state, the arguments of a task, the state, and all its permissions.

    The state is the same for all tasks of the kind with the same number of retries; it reads the task's arguments.
    """

    state_name: str
    make_arguments: Callable[[DagTask], Mapping[str, Value]]
    make_state: Callable[[TaskFrame], AnyState]
    list_permissions: Callable[[Sequence[DagTask]], Iterator[Permission] | tuple[Permission, ...]]
