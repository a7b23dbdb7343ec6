"""The states that start or join tasks in parallel, for the master and for tasks that need others.

An outcome is `{task, status}`: SUCCEEDED; FAILED with `{job, runId, logGroup, error, message}`; or BLOCKED with `by`,
the failed task that is the cause. Variables: `run`, the ARN of the master execution, which is part of every name and
input; `done`, the tasks that succeeded in an earlier run.
"""

from __future__ import annotations

from sfnorch.asl import Catcher, Graph, Map, Value, jsonata
from sfnorch.integrations import joined_execution
from sfnorch.protocol.executions import STARTED_BY

AT_ONCE = 40
"""The largest number of concurrent iterations of a Map (documented).

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

CUT = r"$substring(<<message>>, 0, $contains(<<message>>, /[^ -~\s]/) ? 100 : 300)"
"""JSONata: a task's message, cut so that the messages of 200 tasks fit into 256 KiB in any script."""

_NAME = '<<key>> & "-" & $substring($hash($run, "SHA-256"), 0, 16)'

# The cause of a task's Fail state is a flat object. A cause from AWS is not an object, and becomes the message.
_LOST = (
    f"""{{"task": $key, "status": "FAILED", "error": $error, "message": {CUT.replace("<<message>>", "$message")}}}"""
)
_FAILED = rf"""$merge([{_LOST}, $contains($message, /^\{{"task":.*\}}$/) ? $parse($message) : {{}}])"""


def join_tasks(
    name: str, *, tasks: str, machine: Value, machine_arn: str, catch: tuple[Catcher, ...], next_state: str
) -> Map:
    """Return a Map over the names that the JSONata `tasks` yields; its output is `{"outcomes": [one of each task]}`.

    A Map runs at most 40 iterations concurrently. Therefore an outer Map runs over groups of 40 tasks.
    """
    last = f"$ceil($count({tasks}) / {AT_ONCE}) - 1"
    own = f"$filter({tasks}, function($task, $i) {{ $floor($i / {AT_ONCE}) = $group }})"
    group = f'[$map([0..{last}], function($group) {{ {{"tasks": [{own}]}} }})]'  # statelint requires Items in one line
    execution = (
        f"""$replace({machine_arn}, ":stateMachine:", ":execution:") & ":" & {_NAME.replace("<<key>>", "$key")}"""
    )
    states = joined_execution.join_states(
        machine=machine,
        name=jsonata(_NAME.replace("<<key>>", "$states.input")),
        child_input={
            "task": jsonata("$states.input"),
            "run": jsonata("$run"),
            "done": jsonata("$done"),
            STARTED_BY: jsonata("$run"),
        },
        arn=jsonata(execution),
        outcome=_FAILED,
        lost=_LOST,
        count=f"$count({tasks})",
    )
    each = Map(name=f"{name}OfGroup", items=jsonata("$states.input.tasks"), processor=Graph(*states))
    return Map(
        name=name,
        items=jsonata(group),
        processor=Graph(each),
        catch=catch,
        output={"outcomes": jsonata("[$reduce($states.result, $append, [])]")},
        next=next_state,
    )
