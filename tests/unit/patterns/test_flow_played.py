"""Flows played through: what each kind of step promises, what failures do, where a run is resumed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

THROW = {"Throw": {"Error": "ValueError", "Cause": '{"errorMessage":"no \\"good\\"","errorType":"ValueError"}'}}


def play(steps: list[dict[str, Any]], given: Any = None, behaviour: Behaviour | None = None, **more: Any) -> Run:
    plan = {"pattern": "flow", "name": "nightly", "steps": steps, **more}
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    return simulate(text, given, behaviour)


def failing(*names: str, times: int = 99) -> Behaviour:
    return Behaviour(faults=[Fault(job=name, times=times, message=f"{name} is broken") for name in names])


def answers(**mocks: Any) -> Behaviour:
    """What functions return, by the step's name."""
    return Behaviour(mocks={name: answer if answer is THROW else {"Payload": answer} for name, answer in mocks.items()})


def function(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "lambda": "elsewhere", "save_as": name, **more}


def test_steps_run_one_after_another_and_keep_what_came_before():
    run = play([function("a"), function("b")], {"source": "demo.run"}, answers(a={"n": 1}, b=[1, [2]]))
    assert (run.first.status, run.first.output) == (
        "SUCCEEDED",
        {"source": "demo.run", "a": {"n": 1}, "b": [1, [2]]},
    )
    outcome = ["MakeOutcome", "MakeOutcome (merge)"]
    assert run.first.states == ["ResolveInput", "CheckInput", "a", "b", *outcome, "ClearAlarm", "Done"]
    assert run.messages == []


def test_a_function_is_given_the_input_and_what_was_saved_unless_told():
    plan = {"pattern": "flow", "steps": [function("a"), function("b"), function("c", input={})]}
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    given = re.findall(r"Payload: (.*)\}$", text, re.MULTILINE)
    assert given == ["'{% $input %}'", "'{% $merge([$input, {\"a\": $a}]) %}'", "{}"]


JOB = {"name": "load", "glue_job": "load-orders", "arguments": {"--id": "{% $a.id %}", "--n": 3}, "save_as": "load"}


def test_a_glue_job_gets_arguments_that_are_known_when_it_starts():
    run = play([function("a"), JOB], {}, answers(a={"id": "x-1"}))
    (job,) = run.job_runs
    assert (job.job, job.arguments, job.status) == ("load-orders", {"--id": "x-1", "--n": "3"}, "SUCCEEDED")
    assert run.first.output["load"] == {"job": "load-orders", "runId": job.run_id, "seconds": 300}


def test_what_a_glue_job_is_given_is_made_text():
    given = {"--n": "{% $input.n %}", "--list": "{% $input.list %}", "--text": "{% $input.text %}"}
    run = play([JOB | {"arguments": given}], {"n": 5, "list": [1, {"a": True}], "text": "x"})
    (job,) = run.job_runs
    assert (job.arguments, job.status) == ({"--n": "5", "--list": '[1,{"a":true}]', "--text": "x"}, "SUCCEEDED")


def test_a_step_that_fails_stops_the_flow_raises_its_alarm_and_is_told():
    run = play([JOB | {"arguments": {}}, function("b")], behaviour=failing("load-orders"))
    (job,) = run.job_runs
    assert (run.first.status, run.first.error) == ("FAILED", "StepFailed")
    assert json.loads(run.first.cause) == {
        "step": "load",
        "at": "load",
        "error": "States.TaskFailed",
        "runId": job.run_id,
        "logGroup": "/aws-glue/jobs",
        "message": "load-orders is broken",
    }
    by_alarm, by_flow = run.messages
    assert json.loads(by_alarm.message)["NewStateReason"] == "Step load failed: load-orders is broken"
    assert by_flow.subject == "[dev] nightly: a step failed"
    logs = "logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3D"
    console = "https://us-east-1.console.aws.amazon.com"
    assert by_flow.message == (
        "Step load failed in nightly (dev).\n\n"
        "States.TaskFailed: load-orders is broken\n"
        f"Job run: {job.run_id}\n"
        f"Logs: {console}/cloudwatch/home?region=us-east-1#{logs}{job.run_id}\n\n"
        f"Execution: {console}/states/home?region=us-east-1#/v2/executions/details/{run.first.arn}\n"
        f"Resume: sfnorch resume {run.first.arn.rpartition(':')[2]} --stack-name stack"
    )


SECURE = {"name": "load", "glue_job": "load-orders", "security_configuration": "kms"}
OF_A_MACHINE = {
    "ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:other-flow:x",
    "Cause": json.dumps({"step": "load", "error": "E", "runId": "jr_1", "logGroup": "/aws-glue/jobs-ROLE-kms"}),
}
NESTED = {"Throw": {"Error": "States.TaskFailed", "Cause": json.dumps(OF_A_MACHINE)}}


@pytest.mark.parametrize(
    ("steps", "behaviour"),
    [
        ([SECURE], failing("load-orders")),
        ([{"name": "both", "parallel": [[SECURE], [function("b")]]}], replace(failing("load-orders"), mocks={"b": {}})),
        ([{"name": "each", "for_each": {"items": [1], "steps": [SECURE]}}], failing("load-orders")),
        ([{"name": "m", "state_machine": "publish"}], Behaviour(mocks={"m": NESTED})),
    ],
)
def test_a_failure_from_anywhere_leads_to_the_runs_own_log_group(steps: list[Any], behaviour: Behaviour):
    run = play(steps, {}, behaviour)
    assert json.loads(run.first.cause)["logGroup"] == "/aws-glue/jobs-ROLE-kms"
    group = "log-group/$252Faws-glue$252Fjobs-ROLE-kms$252Ferror$3FlogStreamNameFilter$3Djr_"
    assert group in run.messages[-1].message


def test_a_functions_exception_is_told_by_its_class_and_message():
    run = play([function("a")], behaviour=answers(a=THROW))
    cause = json.loads(run.first.cause)
    assert (cause["error"], cause["message"], "runId" in cause) == ("ValueError", 'no "good"', False)


@pytest.mark.parametrize(
    ("retry", "runs"),
    [
        (2, 3),
        ({"errors": ["States.TaskFailed"], "attempts": 1}, 2),
        ([{"errors": ["Other"], "attempts": 5}], 1),
        ([{"errors": ["Other"], "attempts": 5}, {"errors": ["States.TaskFailed"], "attempts": 1}, 3], 2),
    ],
)
def test_a_step_is_tried_again_as_its_retriers_say(retry: Any, runs: int):
    run = play([JOB | {"arguments": {}, "retry": retry}], behaviour=failing("load-orders"))
    assert (len(run.job_runs), run.first.status) == (runs, "FAILED")


def test_what_passes_by_itself_is_waited_out_and_what_would_come_again_is_not_tried_again():
    throttled = Behaviour(throttles={"load-orders": 5})
    assert play([JOB | {"arguments": {}, "retry": 1}], behaviour=throttled).first.status == "SUCCEEDED"
    unknown = Behaviour(unknown=["load-orders"])
    run = play([JOB | {"arguments": {}, "retry": 3}], behaviour=unknown)
    assert (run.first.retries, json.loads(run.first.cause)["error"]) == (0, "Glue.EntityNotFoundException")


def test_a_job_that_takes_too_long_is_stopped():
    run = play([JOB | {"arguments": {}, "timeout": "1m"}])
    assert (run.job_runs[0].status, run.job_runs[0].ended, json.loads(run.first.cause)["error"]) == (
        "STOPPED",
        60.0,
        "States.Timeout",
    )


CONTINUE: dict[str, Any] = {"then": "continue"}


def test_on_error_a_flow_may_go_on_with_null_for_what_failed():
    run = play([function("a", on_error=CONTINUE), function("b")], {"x": 1}, answers(a=THROW, b=2))
    failure = {"step": "a", "at": "a", "error": "ValueError", "message": 'no "good"'}
    assert (run.first.status, run.first.output) == ("SUCCEEDED", {"x": 1, "a": None, "b": 2, "failure": failure})
    assert run.alarms == [] or run.alarms[0].after == "OK"


def test_what_was_handled_is_no_part_of_an_outcome_without_failure():
    run = play([function("a", on_error=CONTINUE)], {}, answers(a=1))
    assert run.first.output == {"a": 1}


def test_on_error_steps_run_before_the_flow_fails():
    handler = {"steps": [function("note", input={"why": "{% $problem.message %}"})], "save_as": "problem"}
    run = play([function("a", on_error=handler), function("b")], {}, answers(a=THROW, note="noted"))
    assert run.first.states[2:] == ["a", "note", "a (given up)", "RaiseAlarm", "NotifyFailure", "FlowFailed"]
    assert json.loads(run.first.cause)["step"] == "a"


NO_GOOD = {"error": "ValueError", "message": 'no "good"'}
BOTH_WORDS = 'no "good"; while handling the failure of a: no "good"'


@pytest.mark.parametrize("on_error", [None, {"save_as": "worse"}, {}])
def test_a_failure_of_a_handler_is_its_own_and_tells_of_the_one_before(on_error: Any):
    more = {} if on_error is None else {"on_error": on_error}
    handler = {"steps": [function("note", **more)]}
    run = play([function("x"), function("a", on_error=handler)], {}, answers(x=1, a=THROW, note=THROW))
    assert json.loads(run.first.cause) == {"step": "note", "at": "a", **NO_GOOD, "message": BOTH_WORDS}
    by_alarm, by_flow = run.messages
    assert json.loads(by_alarm.message)["NewStateReason"] == f"Step note failed: {BOTH_WORDS}"
    assert f"ValueError: {BOTH_WORDS}\n" in by_flow.message


def test_a_failure_of_a_handlers_handler_tells_of_all():
    worse = {"steps": [function("c")], "then": "continue"}
    handler = {"steps": [function("b", on_error=worse)]}
    run = play([function("a", on_error=handler)], {}, answers(a=THROW, b=THROW, c=THROW))
    assert json.loads(run.first.cause) == {
        "step": "c",
        "at": "a",
        **NO_GOOD,
        "message": f'no "good"; while handling the failure of b: {BOTH_WORDS}',
    }


def test_a_failure_that_is_handled_keeps_its_place_beside_one_that_its_handler_handles():
    handler = {"steps": [function("b", on_error=CONTINUE), function("c", input={"seen": "{% $failure.step %}"})]}
    broken = replace(answers(b=THROW, c=1), faults=(Fault(job="load-orders", message="a is broken"),))
    run = play([{"name": "a", "glue_job": "load-orders", "on_error": handler}], {}, broken)
    (job,) = run.job_runs
    assert json.loads(run.first.cause) == {
        "step": "a",
        "at": "a",
        "error": "States.TaskFailed",
        "runId": job.run_id,
        "logGroup": "/aws-glue/jobs",
        "message": "a is broken",
    }
    by_alarm, by_flow = run.messages
    assert json.loads(by_alarm.message)["NewStateReason"] == "Step a failed: a is broken"
    assert by_flow.message.startswith("Step a failed in nightly (dev).\n\nStates.TaskFailed: a is broken\n")


def test_a_failure_within_a_branch_of_a_handler_is_at_the_flows_own_step():
    branch = [function("b", on_error={"steps": [function("c")], "save_as": "worse"})]
    handler = {"steps": [{"name": "p", "parallel": [branch]}]}
    run = play([function("a", on_error=handler)], {}, answers(a=THROW, b=THROW, c=THROW))
    within = 'no "good"; while handling the failure of b: no "good"'
    assert json.loads(run.first.cause) == {
        "step": "c",
        "at": "a",
        **NO_GOOD,
        "message": f'{within}; while handling the failure of a: no "good"',
    }


def test_a_step_that_took_too_long_says_so():
    run = play([JOB | {"arguments": {}, "timeout": "1m", "on_error": CONTINUE}], {})
    failure = {"step": "load", "at": "load", "error": "States.Timeout", "message": "States.Timeout"}
    assert run.first.output == {"load": None, "failure": failure}


PARALLEL = {
    "name": "both",
    "parallel": [[function("a"), function("b")], [function("c")]],
    "save_as": "both",
}


def test_branches_run_side_by_side_and_what_they_saved_is_joined():
    run = play([PARALLEL], {}, answers(a=1, b=2, c=3))
    assert run.first.output == {"both": [{"a": 1, "b": 2}, {"c": 3}]}


def test_a_branch_that_fails_stops_no_other_and_the_step_names_what_failed():
    steps = [
        {"name": "both", "parallel": [[{"name": "x", "glue_job": "x"}], [{"name": "y", "glue_job": "y"}]]},
        function("b"),
    ]
    run = play(steps, {}, Behaviour(seconds={"x": 60.0}, faults=[Fault(job="x", message="x is broken")]))
    assert [(job.job, job.status) for job in run.job_runs] == [("x", "FAILED"), ("y", "SUCCEEDED")]
    cause = json.loads(run.first.cause)
    assert (cause["step"], cause["at"], cause["message"], cause["runId"]) == (
        "x",
        "both",
        "x is broken",
        run.job_runs[0].run_id,
    )
    both = play(steps, {}, failing("x", "y"))
    assert json.loads(both.first.cause)["message"] == "2 branches failed: x: x is broken; y: y is broken"


def each(**more: Any) -> dict[str, Any]:
    job = {"name": "job", "glue_job": "one", "arguments": {"--n": "{% $string($item) %}"}, "save_as": "ran"}
    return {"name": "each", "for_each": {"items": "{% $input.list %}", "steps": [job], **more}, "save_as": "all"}


TWENTY = Behaviour(concurrent_runs={"one": 20})


@pytest.mark.parametrize("items", [[], ["a"], ["a", "b", "c"], [["a"]], "a", {"k": 1}])
def test_steps_run_for_each_item_of_a_list_however_long_it_is(items: Any):
    run = play([each()], {"list": items}, TWENTY)
    wanted = items if isinstance(items, list) else [items]
    assert len(run.first.output["all"]) == len(run.job_runs) == len(wanted)
    assert {job.arguments["--n"] for job in run.job_runs} == {
        item if isinstance(item, str) else json.dumps(item, separators=(",", ":")) for item in wanted
    }


@pytest.mark.parametrize("given", [{"list": None}, {}, {"lists": [1]}])
def test_items_that_are_nothing_fail_the_step(given: Any):
    run = play([each() | {"on_error": CONTINUE}], given, TWENTY)
    assert (run.first.status, run.job_runs, run.first.output["all"]) == ("SUCCEEDED", [], None)
    failure = run.first.output["failure"]
    assert (failure["step"], failure["error"]) == ("each", "States.QueryEvaluationError")
    assert failure["message"].endswith("the items of each are nothing; put an expression that can find nothing in [ ]")


def test_an_expression_in_brackets_may_find_no_items():
    step = each()
    step["for_each"]["items"] = "{% [$input.list[$ > 5]] %}"
    assert [len(play([step], {"list": given}, TWENTY).job_runs) for given in ([1, 2], [1, 6], [7, 8])] == [0, 1, 2]


def test_so_many_items_run_at_once_as_are_told():
    run = play([each(concurrency=2)], {"list": list(range(6))}, TWENTY)
    assert sorted({job.started for job in run.job_runs}) == [0.0, 300.0, 600.0]
    run = play([each()], {"list": list(range(6))}, TWENTY)
    assert {job.started for job in run.job_runs} == {0.0}


def test_an_item_that_fails_stops_no_other_unless_told():
    behaviour = Behaviour(concurrent_runs={"one": 20}, faults=[Fault(job="one", times=1, message="broken")])
    run = play([each(concurrency=1)], {"list": [1, 2, 3]}, behaviour)
    assert [job.status for job in run.job_runs] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    assert json.loads(run.first.cause)["message"] == "broken"
    run = play([each(concurrency=1, stop_at_failure=True)], {"list": [1, 2, 3]}, behaviour)
    assert [job.status for job in run.job_runs] == ["FAILED"]
    assert json.loads(run.first.cause) | {"runId": ""} == {
        "step": "job",
        "at": "each",
        "error": "States.TaskFailed",
        "message": "broken",
        "runId": "",
        "logGroup": "/aws-glue/jobs",
    }


def test_a_step_of_several_states_is_tried_again_as_a_whole():
    run = play([each() | {"retry": 1}], {"list": [1]}, failing("one", times=1))
    assert (run.first.status, [job.status for job in run.job_runs]) == ("SUCCEEDED", ["FAILED", "SUCCEEDED"])


SQL = {
    "name": "record",
    "redshift_sql": {"sql": "select :n", "database": "d", "cluster": "c", "parameters": {"n": "{% $input.n %}"}},
    "save_as": "record",
}


def test_a_statement_is_run_to_its_end_with_sql_parameters():
    run = play([SQL], {"n": "x'); drop table runs; --"})
    (statement,) = run.job_runs
    token = statement.arguments.pop("ClientToken")
    assert len(token) == 36
    assert statement.arguments == {
        "ClusterIdentifier": "c",
        "Database": "d",
        "Parameters": [{"Name": "n", "Value": "x'); drop table runs; --"}],
        "Sql": "select :n",
        "StatementName": "record",
    }
    assert run.first.output["record"] == {"id": statement.run_id, "status": "FINISHED", "rows": 0}


def test_a_statement_that_fails_fails_its_step_and_is_tried_again_as_a_whole():
    run = play([SQL], {"n": 1}, failing("record"))
    cause = json.loads(run.first.cause)
    assert (cause["error"], cause["message"]) == (
        "RedshiftStatementFailed",
        "the statement ended FAILED: record is broken",
    )
    run = play([SQL | {"retry": 1}], {"n": 1}, failing("record", times=1))
    assert [job.status for job in run.job_runs] == ["FAILED", "SUCCEEDED"]
    assert len({job.arguments["ClientToken"] for job in run.job_runs}) == 2


def test_a_statement_that_takes_too_long_is_cancelled():
    run = play([SQL | {"timeout": "1m"}], {"n": 1}, Behaviour(seconds={"record": 7200.0}))
    (statement,) = run.job_runs
    assert (statement.status, 60 <= (statement.ended or 0) < 120) == ("STOPPED", True)
    assert json.loads(run.first.cause)["error"] == "RedshiftStatementTimedOut"


def test_a_parameter_that_is_nothing_fails_the_step_and_not_the_execution():
    run = play([SQL | {"on_error": CONTINUE}], {})
    assert (run.first.status, run.first.output["failure"]["error"]) == ("SUCCEEDED", "States.QueryEvaluationError")


@pytest.mark.parametrize(("seconds", "status"), [(30, "SUCCEEDED"), ("soon", "FAILED")])
def test_a_wait_may_be_an_expression_whose_failure_is_caught(seconds: Any, status: str):
    run = play([{"name": "w", "wait": "{% $input.seconds %}"}], {"seconds": seconds})
    assert (run.first.status, run.first.ended) == (status, 30.0 if status == "SUCCEEDED" else 0.0)


def test_what_was_saved_is_written_to_s3_under_the_executions_name():
    run = play([function("a"), {"name": "w", "s3_object": {}, "save_as": "w"}], {"x": 1}, answers(a=2))
    (stored,) = run.objects
    assert (stored.bucket, stored.key) == ("stack-results-xxxxxxxxxxxx", f"executions/{run.first.name}.json")
    assert json.loads(stored.body) == {"x": 1, "a": 2}
    assert run.first.output["w"]["key"] == stored.key


def test_half_a_character_is_written_as_it_is():
    run = play([{"name": "w", "s3_object": {"body": "{% $input.x %}"}, "save_as": "w"}], {"x": "\ud800"})
    assert (run.first.status, run.objects[0].body) == ("SUCCEEDED", '"\ud800"')


@pytest.mark.parametrize("code", ["$uuid()", "$string($random())"])
def test_the_key_that_is_saved_is_the_one_that_was_written(code: str):
    key = f"{{% {code} & '.json' %}}"
    step = {"name": "w", "s3_object": {"key": key, "body": {"x": 1}, "prefix": "p/"}, "save_as": "w", "retry": 1}
    run = play([step], {})
    (stored,) = run.objects
    assert run.first.output["w"] == {
        "bucket": "stack-results-xxxxxxxxxxxx",
        "key": stored.key,
        "etag": '"ac3ef48caa08fa3ed5e025da69edc645"',
    }
    assert (stored.key[:2], stored.key[-5:], stored.body) == ("p/", ".json", '{"x":1}')


def test_a_message_is_sent_to_the_topic_whatever_its_expressions_yield():
    step = {"name": "t", "notify": {"subject": "{% $input.long %}", "message": "{% $input %}"}}
    run = play([step], {"long": "x" * 200})
    (message,) = run.messages
    assert (message.subject, json.loads(message.message)) == ("x" * 99, {"long": "x" * 200})


def test_telling_always_and_never():
    run = play([function("a")], {}, answers(a=1), notify="always")
    assert [(message.subject, message.message) for message in run.messages] == [
        ("[dev] nightly: all steps succeeded", "1 steps succeeded in nightly (dev): a")
    ]
    run = play([function("a")], {}, answers(a=THROW), notify="never")
    assert [message.sender for message in run.messages] == ["alarm stack-flow-failed"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "[], resumed at null"),
        ("x", "x, resumed at null"),
        ({"resumeAt": {"step": "z"}}, "{}, resumed at z"),
        ({"x": 1, "resumeAt": 5}, '{"x":1}, resumed at no step: 5'),
        ({"resumeAt": "b"}, "{}, resumed at no step: b"),
        ({"resumeAt": None}, "{}, resumed at no step: null"),
        ({"resumeAt": {}}, "{}, resumed at no step: {}"),
        ({"resumeAt": {"Step": "b"}}, '{}, resumed at no step: {"Step":"b"}'),
        ({"resumeAt": {"step": ["b"]}}, '{}, resumed at no step: {"step":["b"]}'),
        ({"resumeAt": [{"step": "b"}]}, '{}, resumed at no step: [{"step":"b"}]'),
        (
            {"resumeAt": {"step": "b", "variables": [{"a": 1}]}},
            '{}, resumed at no step: {"step":"b","variables":[{"a":1}]}',
        ),
    ],
)
def test_inputs_that_a_flow_refuses(given: Any, said: str):
    run = play([function("a"), function("b")], given, answers(a=1, b=2))
    assert (run.first.status, run.first.error) == ("FAILED", "InvalidInput")
    assert run.first.cause == (
        "the input must be an object; to resume a run, its resumeAt is {step, variables}, with a step of a, b; got "
        + said
    )


def test_a_run_is_resumed_at_a_step_with_the_variables_that_it_had():
    steps = [function("a"), function("b"), function("c", input={"both": "{% [$a, $b] %}"})]
    given = {"x": 1, "resumeAt": {"step": "c", "variables": {"a": [1], "b": {"n": [[2]]}}}}
    run = play(steps, given, answers(c=3))
    outcome = ["MakeOutcome", "MakeOutcome (merge)"]
    assert run.first.states == ["ResolveInput", "CheckInput", "c", *outcome, "ClearAlarm", "Done"]
    assert run.first.output == {"x": 1, "a": [1], "b": {"n": [[2]]}, "c": 3}


def test_a_flow_that_cannot_fail_has_no_states_for_failures():
    run = play([{"name": "w", "wait": "5s"}])
    assert (run.first.status, run.first.ended, run.first.output) == ("SUCCEEDED", 5.0, {})


@pytest.mark.parametrize("notify", ["always", "failure"])
def test_an_outcome_that_is_too_large_is_a_failure_that_is_told(notify: str):
    steps = [function(name, on_error=CONTINUE) for name in ("a", "b")]
    run = play(steps, {}, answers(a="x" * 150_000, b="x" * 150_000), notify=notify)
    message = (
        "all steps succeeded, but their results could not be merged into an outcome: The state/task 'MakeOutcome (merge)' "
        "returned a result with a size exceeding the maximum number of bytes service limit."
    )
    assert (run.first.status, run.first.error) == ("FAILED", "StepFailed")
    assert json.loads(run.first.cause) == {
        "step": "MakeOutcome",
        "error": "States.DataLimitExceeded",
        "message": message,
    }
    assert [change.after for change in run.alarms] == ["ALARM"]
    by_alarm, by_flow = run.messages
    assert json.loads(by_alarm.message)["NewStateReason"] == f"Step MakeOutcome failed: {message}"
    assert by_flow.subject == "[dev] nightly: a step failed"


def test_state_machines_of_elsewhere_are_started_and_waited_for():
    steps = [
        {"name": "m", "state_machine": "publish", "input": {"mode": "full"}, "save_as": "m"},
        {"name": "n", "state_machine": "publish", "input": "{% $m %}"},
    ]
    run = play(steps, {}, Behaviour(mocks={"m": {"Output": {"ok": True}}, "n": {"Output": {}}}))
    assert run.first.output == {"m": {"ok": True}}
