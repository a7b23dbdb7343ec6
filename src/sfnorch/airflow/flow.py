"""The DAG of a `flow` plan, for steps that Airflow has operators for; other steps are reported as errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, Node, OperatorTask, TaskChain, TaskGroup
from sfnorch.airflow.ending import assemble_dag, build_ending
from sfnorch.airflow.jinja import UnsupportedInAirflowError
from sfnorch.airflow.kinds.part import ExportedStep, keep_nothing
from sfnorch.airflow.kinds.registry import STEP_EXPORTS
from sfnorch.airflow.operators import GLUE_PARTS
from sfnorch.airflow.plan_settings import derive_names
from sfnorch.airflow.readable_variables import ReadableVariables, VariableReader, describe_given
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.airflow.task_ids import ID_LENGTH, RESERVED, USED_NAMES, UniqueNames
from sfnorch.errors import SfnorchError
from sfnorch.plan.models.flow import list_steps

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def build_flow_dag(plan: FlowPlan) -> Dag:
    """Return the DAG: steps in sequence, branches and items as groups in parallel.

    Raises SfnorchError that lists each step that can't be exported, and why.
    """
    _, dag_id = derive_names(plan)
    build = _FlowBuilder(plan, dag_id)
    body = build.build_sequence(plan.steps, ReadableVariables({}, ReadableRun(plan)), (), UniqueNames(RESERVED))
    if build.faults:
        raise SfnorchError(
            "\n".join(
                dict.fromkeys(f"steps: {step}: Airflow does not support {fault}" for step, fault in build.faults)
            ),
            hint="move these steps into a state machine, and start it from the DAG with a step state_machine",
        )
    tops = [node for node in body if isinstance(node, OperatorTask | TaskGroup)]
    end = build_ending(
        plan,
        parts=[node.group_id if isinstance(node, TaskGroup) else node.task_id for node in tops],
        what="steps",
        fails=True,
        notify=plan.notify,
        after=[task.variable for task in _list_tasks(body)],
    )
    kinds = [step.kind for step in list_steps(plan.steps)]
    return assemble_dag(
        plan,
        end,
        title="steps in sequence",
        parts=GLUE_PARTS if "glue_job" in kinds else (),
        imports=[STEP_EXPORTS[kind].imports for kind in kinds if kind in STEP_EXPORTS and STEP_EXPORTS[kind].imports],
        body=body,
        variables=_list_variables(plan, dag_id),
    )


@dataclass(slots=True)
class _FlowBuilder:
    """Builds the tasks of a flow; `faults` contains what can't be exported, by step."""

    plan: FlowPlan
    dag_id: str
    variables: UniqueNames = field(default_factory=lambda: UniqueNames(USED_NAMES))
    faults: list[tuple[str, UnsupportedInAirflowError]] = field(default_factory=list)

    def build_sequence(
        self, steps: Sequence[FlowStep], scope: ReadableVariables, groups: tuple[str, ...], ids: UniqueNames
    ) -> list[Node]:
        """Return the nodes of steps in sequence, and their order."""
        saved: dict[str, VariableReader] = dict(scope.saved)
        nodes: list[OperatorTask | TaskGroup] = []
        for step in steps:
            task_id = ids.reserve_id(step.name)
            try:
                nodes.append(self._build_step(step, task_id, ReadableVariables(saved, scope.run), groups))
            except UnsupportedInAirflowError as unsayable:
                self.faults.append((step.name, unsayable))
            if step.on_error:
                self.faults.append((step.name, UnsupportedInAirflowError("on_error")))
            if step.save_as:
                keep_result = STEP_EXPORTS[step.kind].keep_result if step.kind in STEP_EXPORTS else keep_nothing
                saved[step.save_as] = keep_result(step, ".".join((*groups, task_id)))
        order = [node.variable for node in nodes]
        return [*nodes, *([TaskChain((order[0],), tuple(order[1:]))] if len(order) > 1 else [])]

    def _build_step(
        self, step: FlowStep, task_id: str, scope: ReadableVariables, groups: tuple[str, ...]
    ) -> OperatorTask | TaskGroup:
        variable = self.variables.reserve_variable(step.name)
        if not step.scopes:
            if len(".".join((*groups, task_id))) > ID_LENGTH:
                raise UnsupportedInAirflowError(
                    f"nested groups whose names have more than {ID_LENGTH} characters in all"
                )
            exported = ExportedStep(step=step, task_id=task_id, variables=scope, plan=self.plan, dag_id=self.dag_id)
            return OperatorTask(variable=variable, task_id=task_id, call=STEP_EXPORTS[step.kind].make_call(exported))
        if step.retry:
            raise UnsupportedInAirflowError("retry of a group: it retries tasks only")
        inner, ids = (*groups, task_id), UniqueNames()
        parts: list[Node] = []
        for word, steps, known in _list_parallel_scopes(step, scope):
            part = ids.reserve_id(word)
            body = self.build_sequence(steps, known, (*inner, part), UniqueNames())
            parts.append(TaskGroup(variable=self.variables.reserve_variable(part), group_id=part, body=tuple(body)))
        return TaskGroup(variable=variable, group_id=task_id, body=tuple(parts))


def _list_parallel_scopes(
    step: FlowStep, scope: ReadableVariables
) -> Iterator[tuple[str, list[FlowStep], ReadableVariables]]:
    """Yield what runs in parallel within a step: the name, its steps, and what it can read."""
    each = step.for_each
    if each is None:
        for number, branch in enumerate(step.parallel or [], 1):
            yield f"branch_{number}", branch, scope
        return
    if not isinstance(each.items, list) or not each.items:
        raise UnsupportedInAirflowError("for_each with items that are not in the plan")
    if each.stop_at_failure or (each.concurrency or len(each.items)) < len(each.items):
        raise UnsupportedInAirflowError("for_each with concurrency or stop_at_failure")
    for number, item in enumerate(each.items, 1):
        known = {**scope.saved, each.as_: describe_given(item)}
        yield f"item_{number}", each.steps, ReadableVariables(known, scope.run)


def _list_tasks(nodes: Sequence[Node]) -> Iterator[OperatorTask]:
    for node in nodes:
        match node:
            case OperatorTask():
                yield node
            case TaskGroup():
                yield from _list_tasks(node.body)


def _list_variables(plan: FlowPlan, dag_id: str) -> dict[str, str]:
    """Return the Airflow variables that the steps read."""
    steps = list(list_steps(plan.steps))
    found: dict[str, str] = {}
    for kind, export in STEP_EXPORTS.items():
        if own := [step for step in steps if step.kind == kind]:
            found |= export.list_variables(plan, own, dag_id)
    return found
