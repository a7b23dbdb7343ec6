"""`continuous`: a Glue workflow that runs in a loop, with an execution of the state machine for each workflow run.

An execution starts a workflow run, polls it until it has ended, and starts the next execution of the same state
machine. Before its history is full, it hands the run over to a new execution, which continues to poll. Seed: the
continuous running Glue workflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch import workflow as flow
from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    Fail,
    Graph,
    Pass,
    Rule,
    Substitution,
    Succeed,
    Task,
    Value,
    Wait,
    jsonata,
)
from sfnorch.integrations import alarm_state, glue_workflow, next_execution, notification
from sfnorch.patterns import stack_parameters
from sfnorch.patterns.job_failure import alarm_raised, any_error, clear_alarm
from sfnorch.patterns.message import OWN_EXECUTION, link_to, told
from sfnorch.protocol.continuous import ERROR, MACHINE, LoopState, LoopVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.resume_command import resume_line

if TYPE_CHECKING:
    from sfnorch.plan.continuous import ContinuousPlan

CONTINUE = "Continue"
"""The stack parameter that stops the loop after the current run."""

_WORKFLOW, _RUN_ID = jsonata("$workflow"), jsonata("$runId")
_SO_FAR = '{"workflow": $workflow, "runId": $runId, "runs": $runs}'
_ENDED = f'$merge([{_SO_FAR}, {{"ended": <<why>>}}])'


def workflow(plan: ContinuousPlan) -> flow.Workflow:
    """Return the workflow of a continuous plan: one state machine with its role and its alarm."""
    told = plan.notify != "never"
    return flow.Workflow(
        description=f"{plan.name or 'Glue workflow'}: a state machine that runs a Glue workflow in a loop.",
        machines=(_machine(plan),),
        topic=stack_parameters.topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.environment(plan),
            _continue(),
            *stack_parameters.topic_parameters(plan, published_by_machine=told),
            stack_parameters.allowed_workflows(plan),
            stack_parameters.boundary(),
        ),
        outputs=(
            flow.Output(name="StateMachineArn", value=flow.MachineArn("")),
            flow.Output(name="AlarmTopicArn", value=flow.TopicArn()),
        ),
        logging=stack_parameters.logging(plan),
        tracing=plan.tracing,
        schedule=stack_parameters.schedule(plan, ""),
        tags=plan.tags,
    )


def _continue() -> flow.Parameter:
    return flow.Parameter(
        name=CONTINUE,
        description="Whether the loop continues; false stops it after the current run",
        default="true",
        pattern="^(true|false)$",
        constraint="true or false",
    )


def _machine(plan: ContinuousPlan) -> flow.StateMachine:
    told = plan.notify != "never"
    alarm_name = flow.StackName(f"{MACHINE}-failed")
    substitutions: dict[str, flow.Bound] = {CONTINUE: flow.ParameterValue(CONTINUE), "AlarmName": alarm_name}
    if told:
        substitutions |= {"Environment": flow.ParameterValue(flow.ENVIRONMENT), "TopicArn": flow.TopicArn()}
        if plan.name is None:
            substitutions["Name"] = flow.StackName()
    return flow.StateMachine(
        key="",
        name=MACHINE,
        physical_name=flow.StackName(MACHINE),
        graph=_graph(plan),
        substitutions=substitutions,
        permissions=(
            *glue_workflow.permissions(
                [plan.workflow] if plan.workflow else [], allowed=stack_parameters.ALLOWED_WORKFLOWS
            ),
            *next_execution.permissions(flow.StackName(MACHINE)),
            *alarm_state.permissions(alarm_name),
            *(notification.permissions() if told else ()),
        ),
        alarm=flow.Alarm(name=alarm_name, description="The loop stopped after a failure"),
        runs=f"the Glue workflow {plan.workflow or 'from its input'} in a loop",
    )


def _graph(plan: ContinuousPlan) -> Graph:
    told = plan.notify != "never"
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    following = LoopState.PAUSE_BETWEEN_RUNS if plan.pause else LoopState.START_NEXT
    states: list[AnyState] = [
        _resolve(plan),
        _check_input(plan),
        glue_workflow.start_run(
            LoopState.START_RUN,
            workflow=_WORKFLOW,
            catch=_start_refused(),
            variable=LoopVariable.RUN_ID,
            next_state=LoopState.WAIT_FOR_RUN,
        ),
        Wait(name=LoopState.WAIT_FOR_RUN, seconds=plan.poll_every, next=LoopState.GET_RUN),
        glue_workflow.get_run(
            LoopState.GET_RUN,
            workflow=_WORKFLOW,
            run_id=_RUN_ID,
            catch=_caught(),
            counter="polls",
            next_state=LoopState.CHECK_RUN,
        ),
        _check_run(plan.polls_per_execution),
        _hand_over(),
        clear_alarm(next_state=LoopState.CHECK_LOOP, output={}),
        _check_loop(plan, following=following, well=well),
    ]
    if plan.pause:
        states.append(Wait(name=LoopState.PAUSE_BETWEEN_RUNS, seconds=plan.pause, next=LoopState.START_NEXT))
    states.append(_start_next())
    if plan.notify == "always":
        states.append(_notify_success())
    states += [
        Succeed(name=SharedState.DONE),
        _raise_alarm(next_state=SharedState.NOTIFY_FAILURE if told else LoopState.LOOP_FAILED),
    ]
    if told:
        states.append(_notify_failure())
    states += [
        Fail(name=LoopState.LOOP_FAILED, error=ERROR, cause=jsonata(_CAUSE)),
        Fail(name=SharedState.INVALID_INPUT, error=INVALID_INPUT_ERROR, cause=jsonata(_WHAT_WOULD_DO)),
    ]
    return Graph(*states, comment="Runs the Glue workflow, polls until the run has ended, starts the next execution.")


def _resolve(plan: ContinuousPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = {"environment": Substitution("Environment"), "name": plan.name or Substitution("Name")}
    given = "$exists($states.input.<<key>>) ? $states.input.<<key>> : <<default>>"
    named = {
        LoopVariable.WORKFLOW: ("workflow_name", plan.workflow),
        LoopVariable.RUN_ID: ("run_id", None),
        LoopVariable.RUNS: ("runs", 0),
    }
    assign |= {name: jsonata(given.replace("<<key>>", key), default=default) for name, (key, default) in named.items()}
    return Pass(
        name=LoopState.RESOLVE_RUN,
        assign={**assign, "polls": 0, "goesOn": Substitution(CONTINUE)},
        next=LoopState.CHECK_INPUT,
    )


_VALID = """(
  $named := $type($workflow) = "string" ? $length($workflow) > 0 : false;
  $known := $type($runId) = "string" ? $length($runId) > 0 : $type($runId) = "null";
  $named and $known and $type($runs) = "number"
)"""

_WHAT_WOULD_DO = """"the input must have workflow_name, a string; it can have run_id, a run to continue, and runs, the"
    & " number of runs so far; got " & $substring($string($states.input), 0, 500)"""


def _check_input(plan: ContinuousPlan) -> Choice:
    rules = [
        Rule(condition=jsonata(f"$not({_VALID})"), next=SharedState.INVALID_INPUT),
        # the execution that handed the run over has just polled it
        Rule(condition=jsonata('$type($runId) = "string"'), next=LoopState.WAIT_FOR_RUN),
        Rule(
            condition=jsonata('$goesOn = "false" and $runs > 0'),
            output=jsonata(_ENDED, why="Continue is false"),
            next=SharedState.DONE,
        ),
    ]
    if plan.max_runs is not None:  # resumed after the last run
        rules.append(
            Rule(
                condition=jsonata("$runs >= <<most>>", most=plan.max_runs),
                output=jsonata(_ENDED, why="all runs are done"),
                next=SharedState.DONE,
            )
        )
    return Choice(name=LoopState.CHECK_INPUT, rules=tuple(rules), default=LoopState.START_RUN)


_CAUGHT = '$states.errorOutput.{"error": Error, "message": [Cause, ""][0]}'


def _caught() -> tuple[Catcher, ...]:
    return any_error(SharedState.RAISE_ALARM, output=jsonata(_CAUGHT))


def _start_refused() -> tuple[Catcher, ...]:
    """Return the catchers of StartRun. For the error of MaxConcurrentRuns, they explain the cause in the message."""
    words = """$states.errorOutput.{"error": Error, "message": "it is already running, and its MaxConcurrentRuns does"
    & " not allow another run; another loop, a trigger or a person started it"}"""
    return (
        Catcher(errors=(glue_workflow.RUNS_ALREADY,), output=jsonata(words), next=SharedState.RAISE_ALARM),
        *_caught(),
    )


def _check_run(most_polls: int) -> Choice:
    going_on = f"$states.input.status in {jsonata('<<statuses>>', statuses=list(glue_workflow.GOING_ON)).code}"
    each = ", ".join(f'{key} > 0 ? {key} & " {words}"' for key, words in glue_workflow.BAD.items())
    what = f"""$states.input.{{
    "error": <<error>>, "status": status, "counts": counts,
    "message": $join([
      bad > 0 ? bad & " of " & counts.total & " actions did not succeed: " & counts.$join([{each}], ", "),
      status != "COMPLETED" ? "the run ended " & status,
      message
    ], "; ")
  }}"""
    rules = (
        Rule(condition=jsonata(f"{going_on} and $polls < <<most>>", most=most_polls), next=LoopState.WAIT_FOR_RUN),
        Rule(condition=jsonata(going_on), next=LoopState.HAND_OVER),
        Rule(
            condition=jsonata('$states.input.status = "COMPLETED" and $states.input.bad = 0'),
            assign={LoopVariable.RUNS: jsonata("$runs + 1")},
            next=SharedState.CLEAR_ALARM,
        ),
    )
    return Choice(
        name=LoopState.CHECK_RUN, rules=rules, default=SharedState.RAISE_ALARM, output=jsonata(what, error=ERROR)
    )


def _hand_over() -> Task:
    """Return the state that hands the run over to a new execution, because the history of this one is nearly full."""
    return next_execution.start_next(
        LoopState.HAND_OVER,
        name=jsonata('"poll-" & $toMillis($states.context.Execution.StartTime) & "-" & $substring($runId, 0, 60)'),
        given={
            "workflow_name": _WORKFLOW,
            "run_id": _RUN_ID,
            "runs": jsonata("$runs"),
        },
        output=f'$merge([{_SO_FAR}, {{"ended": "handed over"}}])',
        catch=_caught(),
        next_state=SharedState.DONE,
    )


def _check_loop(plan: ContinuousPlan, *, following: str, well: str) -> Choice:
    rules = [Rule(condition=jsonata('$goesOn = "false"'), output=jsonata(_ENDED, why="Continue is false"), next=well)]
    if plan.max_runs is not None:
        rules.insert(
            0,
            Rule(
                condition=jsonata("$runs >= <<most>>", most=plan.max_runs),
                output=jsonata(_ENDED, why="all runs are done"),
                next=well,
            ),
        )
    return Choice(name=LoopState.CHECK_LOOP, rules=tuple(rules), default=following)


def _start_next() -> Task:
    """Return the state that starts the execution of the next run.

    The name of this execution derives from the id of the previous run, so that a retry does not start it twice.
    """
    return next_execution.start_next(
        LoopState.START_NEXT,
        name=jsonata('"after-" & $substring($runId, 0, 74)'),
        given={"workflow_name": _WORKFLOW, "runs": jsonata("$runs")},
        output=_SO_FAR,
        catch=_caught(),
        next_state=SharedState.DONE,
    )


def _raise_alarm(*, next_state: str) -> Task:
    return alarm_raised('"Glue workflow " & $workflow & " failed: " & message', next_state=next_state)


_MESSAGE = f"""(
  {link_to(OWN_EXECUTION)}
  $join([
    "The Glue workflow " & $workflow & " failed in " & $name & " (" & $environment & "), and the loop has stopped.",
    "\\n" & $states.input.message & ($exists($states.input.counts) ? "" : " (" & $states.input.error & ")"),
    $runId = null ? "No run was started." : "Workflow run: " & $runId,
    "Successful runs before: " & $runs,
    "\\nExecution: " & $link("states", "/v2/executions/details/" & {OWN_EXECUTION}),
    {resume_line(MACHINE)}
  ], "\\n")
)"""


def _notify_failure() -> Task:
    subject = '"Glue workflow failed"'
    return told(
        SharedState.NOTIFY_FAILURE, "FAILED", subject=subject, message=_MESSAGE, next_state=LoopState.LOOP_FAILED
    )


def _notify_success() -> Task:
    words = '"The loop of " & $workflow & " succeeded after " & $runs & " runs: " & $states.input.ended & "."'
    subject = '"the loop succeeded"'
    return told(SharedState.NOTIFY_SUCCESS, "SUCCEEDED", subject=subject, message=words, next_state=SharedState.DONE)


_CAUSE = f"""$string($merge([
    {_SO_FAR}, $states.input, {{"message": $substring($states.input.message, 0, 1000)}}
  ]))"""
