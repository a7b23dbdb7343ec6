"""The task state machine: an execution of it is a task of one run.

It starts or joins the tasks that its task needs, in parallel. If one of them failed or was blocked, it ends BLOCKED.
Otherwise it does the work of its task, and succeeds or fails with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Pass,
    Succeed,
    Task,
    Value,
    format_value,
    has_expression,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state, joined_execution
from sfnorch.patterns.causes import find_nested_log_group, find_run_id, unquote
from sfnorch.patterns.dag.joining import cut_message, join_tasks
from sfnorch.patterns.job_arguments import list_run_arguments
from sfnorch.patterns.job_failure import CAUSE, NOTHING, build_raise_alarm_state, catch_any_error
from sfnorch.patterns.kinds.part import TaskFrame
from sfnorch.patterns.kinds.registry import TASK_PARTS
from sfnorch.patterns.run_context.states import (
    bind_environment,
    build_context,
    build_context_rules,
    build_missing_context_states,
    read_context,
)
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.dag import TASK, TASK_FAILED, TaskState, TaskVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import Alarm, Permission, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan, DagTask

TASKS = TaskVariable.TASKS
"""The variable with the plan's tasks by name: `{needs, arguments, work}`."""

_OWN_ARN = jsonata("$states.context.StateMachine.Id")
_ARGUMENTS = jsonata("$own.arguments")
_NOTHING = jsonata("{}")
_OWN_TASK = jsonata("$lookup(<{tasks}>, $task)", tasks=Expression(f"${TASKS}"))


def build_machine(plan: DagPlan) -> StateMachine:
    """Return the task state machine of the plan."""
    alarm_name = StackName(f"{TASK}-failed")
    return StateMachine(
        key="Task",
        name=TASK,
        physical_name=StackName(TASK),
        graph=_build_graph(plan),
        substitutions={
            "AlarmName": alarm_name,
            **bind_environment(plan),
        },
        permissions=(
            *joined_execution.list_permissions(StackName(TASK)),
            *_list_work_permissions(plan.tasks),
            *alarm_state.list_permissions(alarm_name),
        ),
        alarm=Alarm(name=alarm_name, description="A task failed"),
        jobs=plan.job_names,
        place="tasks",
    )


def _list_work_permissions(tasks: Sequence[DagTask]) -> Iterator[Permission]:
    for kind, part in TASK_PARTS.items():
        if own := [task for task in tasks if task.kind == kind]:
            yield from part.list_permissions(own)


def _build_graph(plan: DagPlan) -> Graph:
    work = list(dict.fromkeys(map(_describe_work, plan.tasks)))
    states: list[AnyState] = [
        Pass(
            name=TaskState.RESOLVE_TASK,
            assign={
                TaskVariable.TASK: jsonata("$states.input.task"),
                # a master that was started by an earlier version passes its ARN as `run`
                TaskVariable.MASTER: jsonata("[$states.input.master, $states.input.run, null][0]"),
                TaskVariable.DONE: jsonata("$states.input.done"),
                **read_context(plan),
                TASKS: {task.name: _build_entry(task, plan) for task in plan.tasks},
            },
            next=TaskState.CHECK_TASK,
        ),
        Choice(
            name=TaskState.CHECK_TASK,
            rules=(
                *build_context_rules(plan),
                ChoiceRule(
                    condition=jsonata('$exists(<{own}>) and $type($master) = "string"', own=_OWN_TASK),
                    assign={
                        "own": _OWN_TASK,
                        "needs": jsonata("[<{own}>.needs[$not($ in $done)]]", own=_OWN_TASK),
                    },
                    next=TaskState.CHECK_NEEDS,
                ),
            ),
            default=SharedState.INVALID_INPUT,
        ),
        Choice(
            name=TaskState.CHECK_NEEDS,
            rules=(ChoiceRule(condition=jsonata("$count($needs) > 0"), next=TaskState.JOIN_NEEDS),),
            default=TaskState.CHOOSE_WORK,
        ),
        join_tasks(
            TaskState.JOIN_NEEDS,
            tasks=jsonata("$needs"),
            machine=_OWN_ARN,
            machine_arn=_OWN_ARN,
            context=build_context(plan),
            catch=catch_any_error(SharedState.RAISE_ALARM),
            next_state=TaskState.CHECK_OUTCOMES,
        ),
        Choice(
            name=TaskState.CHECK_OUTCOMES,
            rules=(
                ChoiceRule(
                    condition=jsonata('$count($states.input.outcomes[status = "SUCCEEDED"]) < $count($needs)'),
                    next=TaskState.BLOCKED,
                ),
            ),
            default=TaskState.CHOOSE_WORK,
        ),
        Choice(
            name=TaskState.CHOOSE_WORK,
            rules=tuple(
                ChoiceRule(condition=jsonata("$own.work = <<work>>", work=name), next=name) for name, _, _ in work
            ),
            default=SharedState.INVALID_INPUT,
        ),
        *(_build_work_state(plan, *each) for each in work),
        Succeed(name=SharedState.DONE, output={"task": jsonata("$task"), "status": "SUCCEEDED"}),
        Succeed(name=TaskState.BLOCKED, output=read_program(__package__, "blocked_task").fill()),
        _raise_alarm(),
        Fail(name=TaskState.TASK_FAILED, error=TASK_FAILED, cause=_make_cause(plan)),
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=jsonata('"task must be a task of the plan; got " & $substring($string($states.input), 0, 500)'),
        ),
        *build_missing_context_states(plan),
    ]
    return Graph(*states, comment="Starts or joins the tasks that a task needs, waits for them, then runs the task.")


# Glue, Lambda and Step Functions use different keys for the message in a cause that is JSON. A cause that is not JSON
# is the message, without the text of an expression that failed. \x5c is the backslash, after which JSONata would treat
# the bracket as escaped.
_MESSAGE = jsonata(
    r"""[$match(Cause, /"(ErrorMessage|errorMessage|Cause)": ?"(([^"\x5c]|\x5c.)+)/)[0].groups[1], <{plain}>][0]""",
    plain=jsonata('$substringAfter(Cause, " threw an error during evaluation. ")'),
)


def _make_cause(plan: DagPlan) -> Expression:
    return read_program(__package__, "task_failed").fill(
        run=jsonata('"run": $run.id, ') if has_run_context(plan) else NOTHING,
        message=unquote(_MESSAGE),
        run_id=find_run_id(CAUSE),
        log_group=find_nested_log_group(CAUSE),
        cut=cut_message(jsonata("$message")),
    )


def _raise_alarm() -> Task:
    return build_raise_alarm_state(
        jsonata('"Task " & $task & " failed: " & <{message}>', message=_MESSAGE), next_state=TaskState.TASK_FAILED
    )


def _describe_work(task: DagTask) -> tuple[str, str, int]:
    """Return the name of the state for the task's work, its kind, and its number of retries.

    The Retry of a state is fixed, so that each number of retries needs its own state.
    """
    base = TASK_PARTS[task.kind].state_name
    return (f"{base}Again{task.retries}" if task.retries else base), task.kind, task.retries


def _build_entry(task: DagTask, plan: DagPlan) -> Value:
    """Return the entry of the task in the table of tasks. Only the state that does the work evaluates expressions."""
    fixed = {key: value for key, value in _make_arguments(task, plan).items() if not has_expression(value)}
    return {"needs": list(task.needs), "work": _describe_work(task)[0], "arguments": fixed}


def _make_arguments(task: DagTask, plan: DagPlan) -> Mapping[str, Value]:
    """Return the arguments of the task's call. A job run also gets the arguments of all job runs of the plan."""
    if task.glue_job:
        task = task.model_copy(update={"arguments": {**list_run_arguments(plan), **task.arguments}})
    return TASK_PARTS[task.kind].make_arguments(task)


def _evaluate_arguments(plan: DagPlan, work: str) -> Expression:
    """Return the arguments of the call of `$task`: those in the table of tasks, and those that are expressions."""
    evaluated = _NOTHING
    for task in reversed(plan.tasks):
        own = {key: value for key, value in _make_arguments(task, plan).items() if has_expression(value)}
        if own and _describe_work(task)[0] == work:
            evaluated = jsonata(
                "$task = <<name>> ? <{own}> : <{others}>", name=task.name, own=format_value(own), others=evaluated
            )
    if evaluated == _NOTHING:
        return _ARGUMENTS
    return jsonata("$merge([<{fixed}>, <{evaluated}>])", fixed=_ARGUMENTS, evaluated=evaluated)


def _build_work_state(plan: DagPlan, name: str, kind: str, retries: int) -> AnyState:
    return TASK_PARTS[kind].make_state(
        TaskFrame(
            name=name,
            arguments=_evaluate_arguments(plan, name),
            own_arn=_OWN_ARN,
            retries=retries,
            catch=catch_any_error(SharedState.RAISE_ALARM),
            next_state=SharedState.DONE,
        )
    )
