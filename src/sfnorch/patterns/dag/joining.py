"""The states that start or join tasks in parallel, for the master and for tasks that need others.

An outcome is `{task, status}`: SUCCEEDED; FAILED with `{job, runId, logGroup, error, message}`; or BLOCKED with `by`,
the failed task that is the cause. Variables: `run`, the ARN of the master execution, which is part of every name and
input; `done`, the tasks that succeeded in an earlier run.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Catcher, Expression, Graph, Map, Value, jsonata, read_program
from sfnorch.integrations import joined_execution
from sfnorch.protocol.dag import TaskVariable
from sfnorch.protocol.executions import STARTED_BY

MAX_CONCURRENCY = 40
"""The largest number of concurrent iterations of a Map (documented).

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

_NAME = '<{key}> & "-" & $substring($hash($master, "SHA-256"), 0, 16)'
_MESSAGE = jsonata("$message")


def cut_message(message: Expression) -> Expression:
    """Return the expression for a task's message, cut so that 200 messages fit into 256 KiB in any script."""
    return jsonata(r"$substring(<{message}>, 0, $contains(<{message}>, /[^ -~\s]/) ? 100 : 300)", message=message)


def join_tasks(
    name: str,
    *,
    tasks: Expression,
    machine: Value,
    machine_arn: Expression,
    context: Mapping[str, Value],
    catch: tuple[Catcher, ...],
    next_state: str,
) -> Map:
    """Return a Map over the names that `tasks` yields; its output is `{"outcomes": [one of each task]}`.

    A Map runs at most 40 iterations concurrently. Therefore an outer Map runs over groups of 40 tasks.
    """
    own = jsonata(
        "$filter(<{tasks}>, function($task, $i) { $floor($i / <<at_once>>) = $group })",
        tasks=tasks,
        at_once=MAX_CONCURRENCY,
    )
    groups = jsonata(  # other linters require Items in one line
        '[$map([0..$ceil($count(<{tasks}>) / <<at_once>>) - 1], function($group) { {"tasks": [<{own}>]} })]',
        tasks=tasks,
        at_once=MAX_CONCURRENCY,
        own=own,
    )
    execution = jsonata(
        '$replace(<{machine}>, ":stateMachine:", ":execution:") & ":" & <{name}>',
        machine=machine_arn,
        name=jsonata(_NAME, key=jsonata("$key")),
    )
    lost = read_program(__package__, "lost_task").fill(message=cut_message(_MESSAGE))
    states = joined_execution.join_states(
        machine=machine,
        name=jsonata(_NAME, key=jsonata("$states.input")),
        child_input={
            TaskVariable.TASK: jsonata("$states.input"),
            TaskVariable.MASTER: jsonata("$master"),
            TaskVariable.DONE: jsonata("$done"),
            **context,
            STARTED_BY: jsonata("$master"),
        },
        arn=execution,
        outcome=read_program(__package__, "failed_task").fill(lost=lost),
        lost=lost,
        count=jsonata("$count(<{tasks}>)", tasks=tasks),
    )
    each = Map(name=f"{name}OfGroup", items=jsonata("$states.input.tasks"), processor=Graph(*states))
    return Map(
        name=name,
        items=groups,
        processor=Graph(each),
        catch=catch,
        output={"outcomes": jsonata("[$reduce($states.result, $append, [])]")},
        next=next_state,
    )
