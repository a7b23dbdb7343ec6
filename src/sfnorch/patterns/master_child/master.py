"""The master state machine: it starts all children in parallel, waits for all of them, and sends notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    Fail,
    Graph,
    Parallel,
    Pass,
    Rule,
    Substitution,
    Succeed,
    Value,
    jsonata,
)
from sfnorch.integrations import child_execution, notification
from sfnorch.naming import child_key
from sfnorch.patterns.job_failure import any_error
from sfnorch.patterns.master_child import message
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.protocol.master_child import CHILDREN_FAILED, MASTER, MasterState, MasterVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.resume_command import resume_line
from sfnorch.workflow import ENVIRONMENT, Alarm, MachineArn, ParameterValue, StackName, StateMachine, TopicArn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfnorch.plan.models import MasterChildPlan
    from sfnorch.workflow import Bound


# A thread selects its child by `child`, or else by a threadId that is a child's name or T<n>, or else by its position.
# A T<n> after the last child selects no child.
_CHILD_OF_THREAD = r"""(
    $id := $thread.threadId;
    $n := $type($id) = "string" ? $match($id, /^T[1-9][0-9]*$/)[0].$number($substring(match, 1));
    $exists($thread.child) ? $thread.child : $id in $children ? $id : $exists($n) ? $children[$n - 1] : $children[$i]
  )"""

_VALID = f"""(
  $named := [$map($threads, function($thread, $i) {{ {_CHILD_OF_THREAD} }})];
  $good := $threads[$type($) = "object"][$exists(skip) ? $type(skip) = "boolean" : true];
  $all := $count($threads);
  $type($threads) = "array" and $count($good) = $all and $count($distinct($named[$ in $children])) = $all
)"""

_THREAD_OF_EACH_CHILD = f"""[$map($children, function($child, $k) {{
    $merge([
      {{"threadId": "T" & ($k + 1)}},
      $filter($threads, function($thread, $i) {{ {_CHILD_OF_THREAD} = $child }}),
      {{"{STARTED_BY}": $states.context.Execution.Id}}
    ])
  }})]"""

_WHAT_WOULD_DO = """"threads must be a list of objects {threadId, glueJobs, child, skip}, each for a different child"
    & " of " & $join($children, ", ") & "; got " & $substring($string($threads), 0, 500)"""


def machine(plan: MasterChildPlan, children: Sequence[StateMachine]) -> StateMachine:
    """Return the master of these child state machines."""
    substitutions: dict[str, Bound] = {}
    if plan.notify != "never":
        substitutions |= {"Environment": ParameterValue(ENVIRONMENT), "TopicArn": TopicArn()}
        if plan.name is None:
            substitutions["Name"] = StackName()
    substitutions |= {child.key: MachineArn(child.key) for child in children}
    telling = notification.permissions() if plan.notify != "never" else ()
    return StateMachine(
        key="Master",
        name=MASTER,
        physical_name=StackName(MASTER),
        graph=_graph(plan),
        substitutions=substitutions,
        permissions=(*child_execution.permissions(children), *telling),
        alarm=Alarm(
            name=StackName(f"{MASTER}-failed"),
            description="The master failed",
        ),
    )


def _graph(plan: MasterChildPlan) -> Graph:
    ending = SharedState.DONE if plan.on_child_failure == "succeed" else MasterState.CHILDREN_FAILED
    states: list[AnyState] = [_resolve(plan), _check(), _run_children(plan)]
    if plan.notify != "never":
        well = SharedState.DONE if plan.notify == "failure" else SharedState.NOTIFY_SUCCESS
        states += [_any_failed(SharedState.NOTIFY_FAILURE, well, told=True), *message.failure_states(ending)]
        if plan.notify == "always":
            states.append(message.success_state(SharedState.DONE))
    elif ending != SharedState.DONE:
        states.append(_any_failed(ending, SharedState.DONE, told=False))
    states.append(Succeed(name=SharedState.DONE))
    if ending != SharedState.DONE:
        states.append(_children_failed())
    states.append(Fail(name=SharedState.INVALID_INPUT, error=INVALID_INPUT_ERROR, cause=jsonata(_WHAT_WOULD_DO)))
    return Graph(*states, comment="Starts all children in parallel, waits for all, and reports which failed.")


def _resolve(plan: MasterChildPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = {"environment": Substitution("Environment"), "name": plan.name or Substitution("Name")}
    assign |= {
        MasterVariable.CHILDREN: [child.name for child in plan.children],
        MasterVariable.THREADS: jsonata("$exists($states.input.threads) ? $states.input.threads : []"),
    }
    return Pass(name=MasterState.RESOLVE_THREADS, assign=assign, next=MasterState.CHECK_THREADS)


def _check() -> Choice:
    return Choice(
        name=MasterState.CHECK_THREADS,
        rules=(
            Rule(
                condition=jsonata(_VALID),
                assign={MasterVariable.THREADS: jsonata(_THREAD_OF_EACH_CHILD)},
                next=MasterState.RUN_CHILDREN,
            ),
        ),
        default=SharedState.INVALID_INPUT,
    )


def _run_children(plan: MasterChildPlan) -> Parallel:
    # No branch fails, so an error that is caught here is unexpected. The outcomes of the children are unknown, and each
    # child is reported as failed with this error.
    unforeseen = '{"children": [$children.{"child": $, "status": "FAILED", "error": $states.errorOutput.Error}]}'
    after = (
        SharedState.DONE
        if plan.notify == "never" and plan.on_child_failure == "succeed"
        else MasterState.ANY_CHILD_FAILED
    )
    return Parallel(
        name=MasterState.RUN_CHILDREN,
        branches=tuple(_branch(index, child_key(child.name)) for index, child in enumerate(plan.children)),
        catch=any_error(after, output=jsonata(unforeseen)),
        output=jsonata(_OUTCOMES),
        next=after,
    )


# The result of a branch is {executionArn, jobCount}, the caught {Error, Cause}, or {} for a skipped child.
_OUTCOMES = """{"children": [$map($states.result, function($end, $i) { $merge([
    {"child": $children[$i], "status": $end.Error ? "FAILED" : $end.jobCount ? "SUCCEEDED" : "SKIPPED"},
    $end.Error ? {"error": $end.Error, "cause": $end.Cause} : $end
  ]) })]}"""


def _branch(index: int, key: str) -> Graph:
    number = index + 1
    skip = Rule(condition=jsonata("$threads[<<index>>].skip = true", index=index), output={}, next=f"EndChild{number}")
    return Graph(
        Choice(name=f"CheckChild{number}", rules=(skip,), default=f"RunChild{number}"),
        child_execution.run_child(
            f"RunChild{number}",
            machine=Substitution(key),
            child_input=jsonata("$threads[<<index>>]", index=index),
            catch=any_error(f"EndChild{number}"),
            output=jsonata('$states.result.{"executionArn": ExecutionArn, "jobCount": Output.jobCount}'),
        ),
        Pass(name=f"EndChild{number}"),
    )


_FAILED = '$states.input.children[status = "FAILED"]'
_SUMMARY = f'$count({_FAILED}) & " of " & $count($children) & " child workflows failed"'


def _any_failed(failed: str, well: str, *, told: bool) -> Choice:
    resume = {"resume": jsonata(resume_line(MASTER))} if told else {}
    return Choice(
        name=MasterState.ANY_CHILD_FAILED,
        rules=(
            Rule(
                condition=jsonata('"FAILED" in $states.input.children.status'),
                assign={"failed": jsonata(f"[{_FAILED}]"), "summary": jsonata(_SUMMARY), **resume},
                next=failed,
            ),
        ),
        default=well,
    )


def _children_failed() -> Fail:
    cause = """$substring($summary & ": "
    & $join(
      $states.input.children[status = "FAILED"].(child & ($exists(job) ? " at " & job) & " (" & error & ")"), ", "
    ), 0, 30000)"""
    return Fail(name=MasterState.CHILDREN_FAILED, error=CHILDREN_FAILED, cause=jsonata(cause))
