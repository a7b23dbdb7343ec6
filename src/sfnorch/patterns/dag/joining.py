"""How tasks are started and joined, all at once, by the master and by whoever needs them.

An outcome is `{task, status}`: SUCCEEDED, or FAILED with `{job, runId, logGroup, error, message}`, or BLOCKED by the
task at the root, `by`. Variables: `run`, the master's execution ARN, which every name and input bears; `done`, the
tasks that an earlier run has done.
"""

from __future__ import annotations

from sfnorch.asl import Catcher, Graph, Map, Value, jsonata
from sfnorch.integrations import joined_execution
from sfnorch.integrations.child_execution import STARTED_BY

AT_ONCE = 40
"""How many iterations a Map runs side by side: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

CUT = r"$substring(<<message>>, 0, $contains(<<message>>, /[^ -~\s]/) ? 100 : 300)"
"""A task's message as its outcome has it: those of two hundred tasks fit into 256 KiB, whatever they are written in."""

_NAME = '<<key>> & "-" & $substring($hash($run, "SHA-256"), 0, 16)'

# What a failed task's own Fail state says is a flat object; what AWS says is none, and stands as it is.
_LOST = (
    f"""{{"task": $key, "status": "FAILED", "error": $error, "message": {CUT.replace("<<message>>", "$message")}}}"""
)
_FAILED = rf"""$merge([{_LOST}, $contains($message, /^\{{"task":.*\}}$/) ? $parse($message) : {{}}])"""


def join_tasks(
    name: str, *, tasks: str, machine: Value, machine_arn: str, catch: tuple[Catcher, ...], next_state: str
) -> Map:
    """Return a Map over the names that the JSONata `tasks` yields, which gives `{"outcomes": [an outcome of each]}`.

    A Map runs forty iterations side by side, so that it stands within another, over groups of forty.
    """
    last = f"$ceil($count({tasks}) / {AT_ONCE}) - 1"
    own = f"$filter({tasks}, function($task, $i) {{ $floor($i / {AT_ONCE}) = $group }})"
    group = f'[$map([0..{last}], function($group) {{ {{"tasks": [{own}]}} }})]'  # statelint wants Items in one line
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
