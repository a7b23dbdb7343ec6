"""Tasks: what the stand-ins answer, when they fail, and what a role may not do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import run_machine as play_template
from sfnorch.simulator.run import simulate
from sfnorch.simulator.world import MAX_EXECUTIONS

ROLE = "arn:aws:iam::123456789012:role/r"
HERE = "us-east-1:123456789012"
GLUE = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Arguments": {"JobName": "orders"}}


def machine(states: dict[str, Any], **properties: Any) -> dict[str, Any]:
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    return {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {"Role": ROLE, "Definition": definition, **properties},
    }


def play(
    states: dict[str, Any], behaviour: Behaviour | None = None, given: Any = None, more: Any = None, **options: Any
) -> Run:
    resources = {"M": machine(states, Name="m"), **(more or {})}
    return simulate(json.dumps({"Resources": resources}), given, behaviour, machine="M", **options)


def one(state: dict[str, Any], behaviour: Behaviour | None = None, more: Any = None) -> Run:
    """The run of a machine of one state."""
    return play({"T": {**state, "End": True}}, behaviour, more=more)


def failure(run: Run) -> tuple[str, str]:
    return run.first.error, run.first.cause


def test_a_job_run_as_glue_describes_it():
    run = one({**GLUE, "Arguments": {"JobName": "orders", "Arguments": {"--a": "b"}, "WorkerType": "G.1X"}})
    assert (run.first.status, run.first.ended) == ("SUCCEEDED", 300.0)
    (job,) = run.job_runs
    assert run.first.output == {
        "AllocatedCapacity": 10,
        "Arguments": {"--a": "b"},
        "Attempt": 0,
        "CompletedOn": 1767225900000,
        "ExecutionTime": 300,
        "Id": job.run_id,
        "JobName": "orders",
        "JobRunState": "SUCCEEDED",
        "LastModifiedOn": 1767225900000,
        "LogGroupName": "/aws-glue/jobs",
        "MaxCapacity": 10.0,
        "PredecessorRuns": [],
        "StartedOn": 1767225600000,
        "Timeout": 2880,
        "WorkerType": "G.1X",
    }
    assert (job.job, job.started, job.ended, job.status, job.arguments) == ("orders", 0, 300, "SUCCEEDED", {"--a": "b"})


def test_a_job_run_that_begins_later():
    state = {**GLUE, "End": True}
    run = play({"W": {"Type": "Wait", "Seconds": 100, "Next": "T"}, "T": state}, Behaviour(seconds={"orders": 60}))
    times = ("ExecutionTime", "StartedOn", "LastModifiedOn", "CompletedOn")
    assert [run.first.output[key] for key in times] == [60, 1767225700000, 1767225760000, 1767225760000]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"SecurityConfiguration": "kms"}, "/aws-glue/jobs-ROLE-kms"),
        ({"Arguments": {"--custom-logGroup-prefix": "/etl"}}, "/etl"),
        ({"Arguments": {"--custom-logGroup-prefix": ""}}, "/aws-glue/jobs"),
    ],
)
def test_a_job_run_names_its_log_group(given: dict[str, Any], expected: str):
    run = one({**GLUE, "Arguments": {"JobName": "orders", **given}}, Behaviour(faults=[Fault(job="orders")]))
    described = json.loads(failure(run)[1])
    assert described["LogGroupName"] == expected
    assert {key: described.get(key) for key in given} == given


def test_a_run_that_fails():
    run = one(GLUE, Behaviour(faults=[Fault(job="ord*", message="no such table")], seconds={"orders": 60}))
    error, cause = failure(run)
    described = json.loads(cause)
    assert (error, described["JobRunState"], described["ErrorMessage"], run.first.ended) == (
        "States.TaskFailed",
        "FAILED",
        "no such table",
        60.0,
    )


def test_a_run_that_takes_longer_than_its_timeout():
    run = one({**GLUE, "Arguments": {"JobName": "orders", "Timeout": 2}})
    assert (run.first.error, run.first.ended, run.job_runs[0].status) == ("States.TaskFailed", 120.0, "TIMEOUT")


@pytest.mark.parametrize(("minutes", "status"), [(4, "TIMEOUT"), (5, "SUCCEEDED"), (6, "SUCCEEDED")])
def test_a_run_of_five_minutes_and_its_timeout(minutes: int, status: str):
    assert one({**GLUE, "Arguments": {"JobName": "orders", "Timeout": minutes}}).job_runs[0].status == status


@pytest.mark.parametrize("until", ["2026-01-01T00:01:30Z", "2026-01-01T00:01:30.000Z", "2026-01-01T02:01:30+02:00"])
def test_a_wait_until_a_time(until: str):
    assert one({"Type": "Wait", "Timestamp": until}).first.ended == 90.0


def test_a_map_that_fails_stops_the_items_that_run():
    fails = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 1 %}", "Next": "F"}], "Default": "J"}
    states = {"C": fails, "F": {"Type": "Fail", "Error": "E"}, "J": {**GLUE, "End": True}}
    run = one({"Type": "Map", "Items": [2, 1], "ItemProcessor": {"StartAt": "C", "States": states}})
    assert (run.first.error, run.first.ended) == ("E", 0.0)
    assert [(job.status, job.ended) for job in run.job_runs] == [("STOPPED", 0.0)]


def test_a_job_that_glue_does_not_know():
    run = one(GLUE, Behaviour(unknown=["orders"]))
    message = "Failed to start job run due to missing metadata: orders"
    assert failure(run) == ("Glue.EntityNotFoundException", message)
    assert run.job_runs == []


def test_arguments_that_are_no_texts_never_reach_glue():
    run = one({**GLUE, "Arguments": {"JobName": "orders", "Arguments": {"--a": "b", "--n": "{% 5 %}"}}})
    given = '{"JobName":"orders","Arguments":{"--a":"b","--n":5}}'
    assert failure(run) == (
        "States.Runtime",
        (
            "An error occurred while executing the state 'T' (entered at the event id #2). "
            f"The Parameters '{given}' could not be used to start the Task: [The value for the field '--n' must be a STRING]"
        ),
    )
    assert run.first.history == 3
    assert run.job_runs == []


RETRY = {"Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 10, "BackoffRate": 1.0}]}


def test_starts_that_are_throttled_and_tried_again():
    run = one({**GLUE, **RETRY}, Behaviour(throttles={"orders": 2}))
    assert (run.first.status, run.first.ended, run.first.retries) == ("SUCCEEDED", 320.0, 2)
    assert failure(one(GLUE, Behaviour(throttles={"orders": 1})))[0] == "Glue.AWSGlueException"


def test_jitter_is_drawn_by_the_seed_which_is_0_unless_set():
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "JitterStrategy": "FULL"}]
    states = {"T": {**GLUE, "Retry": retry, "End": True}}

    def ended(**options: int) -> float | None:
        return play(states, Behaviour(throttles={"orders": 1}), **options).first.ended

    assert ended() == ended(seed=0) != ended(seed=1)
    assert 300.0 <= (ended() or 0) <= 400.0


def test_runs_that_fail_the_first_times():
    run = one({**GLUE, **RETRY}, Behaviour(faults=[Fault(job="orders", times=2)]))
    assert [job.status for job in run.job_runs] == ["FAILED", "FAILED", "SUCCEEDED"]
    assert run.first.ended == 920.0


BOTH = {
    "P": {
        "Type": "Parallel",
        "Branches": [{"StartAt": name, "States": {name: {**GLUE, "End": True}}} for name in ("A", "B")],
        "End": True,
    }
}


def test_a_job_has_one_run_at_once_unless_told():
    run = play(BOTH)
    assert failure(run) == ("Glue.ConcurrentRunsExceededException", "Concurrent runs exceeded for orders")
    assert [job.status for job in run.job_runs] == ["STOPPED"]
    run = play(BOTH, Behaviour(concurrent_runs={"orders": 2}))
    assert [job.status for job in run.job_runs] == ["SUCCEEDED", "SUCCEEDED"]


def test_a_branch_that_fails_stops_its_siblings_runs():
    states = {
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {**GLUE, "End": True}}},
                {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "Next": "F"}, "F": {"Type": "Fail"}}},
            ],
            "End": True,
        }
    }
    run = play(states)
    assert [(job.status, job.ended) for job in run.job_runs] == [("STOPPED", 5.0)]
    assert (run.first.status, run.first.ended) == ("FAILED", 5.0)


def test_a_task_that_takes_too_long():
    run = one({**GLUE, "TimeoutSeconds": 7})
    assert (run.first.status, run.first.error, run.first.ended) == ("FAILED", "States.Timeout", 7.0)
    assert run.job_runs[0].status == "STOPPED"
    run = one({**GLUE, "TimeoutSeconds": "{% 100 * 4 %}"})
    assert (run.first.status, run.first.ended) == ("SUCCEEDED", 300.0)


def test_an_execution_that_takes_too_long_stops_what_it_waits_for():
    resources = {"M": machine({"T": {**GLUE, "End": True}})}
    resources["M"]["Properties"]["Definition"]["TimeoutSeconds"] = 30
    run = simulate(json.dumps({"Resources": resources}))
    assert (run.first.status, run.first.ended, run.job_runs[0].status) == ("TIMED_OUT", 30.0, "STOPPED")


def test_a_job_that_is_not_waited_for_and_asked_after():
    states = {
        "S": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun",
            "Arguments": {"JobName": "orders"},
            "Assign": {"run": "{% $states.result.JobRunId %}"},
            "Next": "W",
        },
        "W": {"Type": "Wait", "Seconds": 200, "Next": "G"},
        "G": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun",
            "Arguments": {"JobName": "orders", "RunId": "{% $run %}"},
            "Next": "C",
        },
        "C": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.JobRun.JobRunState = 'RUNNING' %}", "Next": "W"}],
            "Default": "D",
        },
        "D": {"Type": "Succeed", "Output": "{% $states.input.JobRun.JobRunState %}"},
    }
    run = play(states)
    assert (run.first.output, run.first.states) == ("SUCCEEDED", ["S", "W", "G", "C", "W", "G", "C", "D"])
    unknown = one(
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun",
            "Arguments": {"JobName": "j", "RunId": "x"},
        }
    )
    assert unknown.first.error == "Glue.EntityNotFoundException"


def start(way: str = ".sync:2", **arguments: Any) -> dict[str, Any]:
    given = {"StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:child", **arguments}
    return {"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution{way}", "Arguments": given}


CHILD = {"Child": machine({"C": {"Type": "Pass", "Output": {"n": 1}, "End": True}}, Name="child")}
FAILING = {"Child": machine({"C": {"Type": "Fail", "Error": "E", "Cause": "c"}}, Name="child")}


def test_a_child_that_is_waited_for():
    run = one(start(Input={"a": 1}), more=CHILD)
    child = run.executions[1]
    assert run.first.output == {
        "ExecutionArn": child.arn,
        "Input": {"a": 1},
        "InputDetails": {"Included": True},
        "Name": child.name,
        "Output": {"n": 1},
        "OutputDetails": {"Included": True},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StartDate": 1767225600000,
        "StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:child",
        "Status": "SUCCEEDED",
        "StopDate": 1767225600000,
    }
    assert (child.parent, child.title) == (run.first.arn, "child")
    assert one(start(".sync", Input={"a": 1}), more=CHILD).first.output["Output"] == '{"n":1}'


def test_a_child_that_fails():
    error, cause = failure(one(start(), more=FAILING))
    described = json.loads(cause)
    assert error == "States.TaskFailed"
    assert described == {
        "Cause": "c",
        "Error": "E",
        "ExecutionArn": described["ExecutionArn"],
        "Input": "{}",
        "InputDetails": {"Included": True},
        "Name": described["Name"],
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE",
        "StartDate": 1767225600000,
        "StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:child",
        "Status": "FAILED",
        "StopDate": 1767225600000,
    }


def test_a_child_without_an_input_gets_an_empty_one():
    assert one(start(Input=None), more=CHILD).executions[1].input == {}


def test_a_child_that_is_not_waited_for_goes_on():
    slow = {"Child": machine({"C": {"Type": "Wait", "Seconds": 60, "End": True}}, Name="child")}
    run = one(start(""), more=slow)
    assert set(run.first.output) == {"ExecutionArn", "SdkHttpMetadata", "SdkResponseMetadata", "StartDate"}
    assert [(execution.status, execution.ended) for execution in run.executions] == [
        ("SUCCEEDED", 0.0),
        ("SUCCEEDED", 60.0),
    ]


def test_a_child_is_stopped_with_its_parent():
    slow = {"Child": machine({"C": {**GLUE, "End": True}}, Name="child")}
    run = one({**start(), "TimeoutSeconds": 10}, more=slow)
    assert [(execution.status, execution.ended) for execution in run.executions] == [
        ("FAILED", 10.0),
        ("ABORTED", 10.0),
    ]
    assert run.job_runs[0].status == "STOPPED"


def test_a_name_starts_one_execution_which_others_join():
    slow = {"Child": machine({"C": {"Type": "Wait", "Seconds": 60, "Output": 7, "End": True}}, Name="child")}
    branches = [{"StartAt": name, "States": {name: {**start(Name="same"), "End": True}}} for name in ("A", "B")]
    after = {**start(Name="same"), "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}], "End": True}
    states = {
        "P": {"Type": "Parallel", "Branches": branches, "Output": "{% $states.result.Output %}", "Next": "L"},
        "L": after,
        "E": {"Type": "Pass", "End": True},
    }
    run = play(states, more=slow)
    assert len(run.executions) == 2
    arn = f"arn:aws:states:{HERE}:execution:child:same"
    assert run.first.output == {
        "Error": "StepFunctions.ExecutionAlreadyExistsException",
        "Cause": f"Execution Already Exists: '{arn}'",
    }
    other = {"P": states["P"], "L": {"Type": "Pass", "End": True}}
    other["P"] = {
        **states["P"],
        "Branches": [
            branches[0],
            {"StartAt": "B", "States": {"B": {**start(Name="same", Input={"x": 1}), "End": True}}},
        ],
    }
    assert play(other, more=slow).first.error == "StepFunctions.ExecutionAlreadyExistsException"


def test_describing_an_execution():
    states = {
        "S": {**start(""), "Assign": {"arn": "{% $states.result.ExecutionArn %}"}, "Next": "D"},
        "D": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sfn:describeExecution",
            "Arguments": {"ExecutionArn": "{% $arn %}"},
            "Output": "{% $states.result.Status %}",
            "End": True,
        },
    }
    slow = {"Child": machine({"C": {"Type": "Wait", "Seconds": 60, "End": True}}, Name="child")}
    assert play(states, more=slow).first.output == "RUNNING"
    missing = {"Type": "Task", "Resource": states["D"]["Resource"], "Arguments": {"ExecutionArn": "x"}}
    assert one(missing).first.error == "Sfn.ExecutionDoesNotExistException"


PUBLISH = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish"}


def test_messages():
    run = one(
        {**PUBLISH, "Arguments": {"TopicArn": "t", "Subject": "s", "Message": {"a": 1}, "MessageAttributes": {"b": {}}}}
    )
    (message,) = run.messages
    assert (message.topic, message.subject, message.message, message.attributes, message.sender, message.at) == (
        "t",
        "s",
        '{"a":1}',
        {"b": {}},
        "m",
        0.0,
    )
    assert set(run.first.output) == {"MessageId", "SdkHttpMetadata", "SdkResponseMetadata"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"Message": ""},
        {"Message": "m", "Subject": "s" * 100},
        {"Message": "m", "Subject": "a\nb"},
    ],
)
def test_messages_that_sns_does_not_take(arguments: dict[str, Any]):
    assert one({**PUBLISH, "Arguments": {"TopicArn": "t", **arguments}}).first.error == "SNS.InvalidParameterException"


def alarm(arn: str) -> dict[str, Any]:
    metric = {"MetricName": "ExecutionsFailed", "Dimensions": [{"Name": "StateMachineArn", "Value": arn}]}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"AlarmName": "a", "AlarmActions": ["arn:aws:sns:x:1:t"], **metric},
    }


def set_alarm(value: str, following: str) -> dict[str, Any]:
    arguments = {"AlarmName": "a", "StateValue": value, "StateReason": f"it is {value}"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:cloudwatch:setAlarmState",
        "Arguments": arguments,
        **({"Next": following} if following else {"End": True}),
    }


def test_an_alarm_acts_on_a_change_only():
    states = {
        "A": set_alarm("ALARM", "B"),
        "B": set_alarm("ALARM", "C"),
        "C": set_alarm("OK", "D"),
        "D": set_alarm("ALARM", ""),
    }
    run = play(states, more={"Alarm": alarm("x")})
    assert [(change.before, change.after, change.told) for change in run.alarms] == [
        ("INSUFFICIENT_DATA", "ALARM", ("arn:aws:sns:x:1:t",)),
        ("ALARM", "OK", ()),
        ("OK", "ALARM", ("arn:aws:sns:x:1:t",)),
    ]
    assert [message.subject for message in run.messages] == ['ALARM: "a" in us-east-1'] * 2
    assert one(set_alarm("OK", "")).first.error == "CloudWatch.ResourceNotFoundException"


def test_a_failed_execution_raises_the_alarm_on_its_metric_a_minute_later():
    run = play({"F": {"Type": "Fail"}}, more={"Alarm": alarm(f"arn:aws:states:{HERE}:stateMachine:m")})
    assert [(change.at, change.after, change.reason) for change in run.alarms] == [
        (60.0, "ALARM", "Threshold Crossed: ExecutionsFailed of m is 1")
    ]


def role(*statements: dict[str, Any]) -> dict[str, Any]:
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "Policies": [policy]}}


def test_what_the_role_does_not_allow():
    states = {"T": {**GLUE, "Arguments": {"JobName": "{% $states.input.job %}"}, "End": True}}
    allow = {"Effect": "Allow", "Action": "glue:*", "Resource": "arn:aws:glue:*:*:job/ord*"}
    more = {"R": role(allow)}
    assert play(states, given={"job": "orders"}, more=more).first.status == "SUCCEEDED"
    refused = play(states, given={"job": "customers"}, more=more)
    assert failure(refused) == (
        "Glue.AccessDeniedException",
        (
            "User: arn:aws:sts::123456789012:assumed-role/R is not authorized to perform: glue:StartJobRun on resource: "
            f"arn:aws:glue:{HERE}:job/customers because no identity-based policy allows the glue:StartJobRun action"
        ),
    )
    free = play(states, Behaviour(enforce_permissions=False), {"job": "customers"}, more)
    assert free.first.status == "SUCCEEDED"


MOCKS = {
    "a result": ({"a": 1}, ("SUCCEEDED", {"a": 1}, "", "")),
    "a returned result": ({"Return": {"Throw": {}}}, ("SUCCEEDED", {"Throw": {}}, "", "")),
    "an error": ({"Throw": {"Error": "E", "Cause": "c"}}, ("FAILED", None, "E", "c")),
    "an error without a name": ({"Throw": {}}, ("FAILED", None, "States.TaskFailed", "")),
}


@pytest.mark.parametrize("name", MOCKS)
def test_mocked_tasks(name: str):
    mock, expected = MOCKS[name]
    lambda_task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}}
    first = one(lambda_task, Behaviour(mocks={"T": mock})).first
    assert (first.status, first.output, first.error, first.cause) == expected


UNPLAYABLE = {
    "no stand-in": (
        {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True},
        "m: T calls lambda:invoke, which cannot be simulated",
        "specify its result: --mock 'T={\"Payload\": {}}'",
    ),
    "a callback": (
        {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True},
        "m: T waits for an answer to its task token, which cannot be simulated",
        "specify its result: --mock 'T={}'",
    ),
    "another template's machine": (
        {**start(), "End": True},
        "m: T starts a machine that is not in the template: arn:aws:states:us-east-1:123456789012:stateMachine:child",
        "specify its result: --mock 'T={\"Output\": {}}'",
    ),
    "a reader of items": (
        {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject"},
            "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}},
            "End": True,
        },
        "m: the ItemReader of T reads objects that are not specified",
        "specify the object, --object s3://BUCKET/KEY=FILE, or the items, --mock 'T=[]'",
    ),
}


@pytest.mark.parametrize("name", UNPLAYABLE)
def test_what_can_not_be_played(name: str):
    state, message, hint = UNPLAYABLE[name]
    with pytest.raises(UnsupportedSimulationError) as error:
        play({"T": state})
    assert (error.value.message, error.value.hint) == (message, hint)


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}


def distributed(**more: Any) -> dict[str, Any]:
    check = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "F"}], "Default": "G"}
    states = {"C": check, "F": {"Type": "Fail", "Error": "E"}, "G": {"Type": "Pass", "End": True}}
    body = {
        "Type": "Map",
        "Items": "{% [1, 2, 3, 4] %}",
        "ItemProcessor": {**DISTRIBUTED, "StartAt": "C", "States": states},
    }
    return {**body, **more}


def test_a_distributed_map_has_child_executions_and_may_tolerate_failures():
    run = one(distributed(ToleratedFailureCount=1))
    assert (run.first.status, run.first.output) == (
        "SUCCEEDED",
        [1, {"Status": "FAILED", "Error": "E", "Cause": ""}, 3, 4],
    )
    assert [execution.status for execution in run.executions[1:]] == ["SUCCEEDED", "FAILED", "SUCCEEDED", "SUCCEEDED"]
    run = one(distributed(ToleratedFailurePercentage=24))
    assert failure(run) == (
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
    assert one(distributed(ToleratedFailurePercentage=25)).first.status == "SUCCEEDED"


def test_a_distributed_map_in_batches_whose_results_are_written():
    states = {
        "B": {
            "Type": "Pass",
            "Output": "{% {'n': $count($states.input.Items), 'x': $states.input.BatchInput.x} %}",
            "End": True,
        }
    }
    body = {
        "Type": "Map",
        "Items": "{% [1..5] %}",
        "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}"},
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"x": "{% 7 %}"}},
        "ItemProcessor": {**DISTRIBUTED, "StartAt": "B", "States": states},
    }
    run = one(body)
    assert run.first.output == [{"n": 2, "x": 7}, {"n": 2, "x": 7}, {"n": 1, "x": 7}]
    assert run.executions[1].input == {"Items": [{"v": 1}, {"v": 2}], "BatchInput": {"x": 7}}
    by_size = {**body, "ItemBatcher": {**body["ItemBatcher"], "MaxItemsPerBatch": 5, "MaxInputBytesPerBatch": 50}}
    assert [len(execution.input["Items"]) for execution in one(by_size).executions[1:]] == [2, 2, 1]
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "b", "Prefix": "p"}}
    written = {**body, "ResultWriter": writer}
    output = one(written).first.output
    name = output["MapRunArn"].rpartition(":")[2]
    assert output["ResultWriterDetails"] == {"Bucket": "b", "Key": f"p/{name}/manifest.json"}


def test_a_distributed_map_over_mocked_items_sees_no_variable_from_outside():
    inner = {"B": {"Type": "Pass", "Output": "{% $exists($x) %}", "End": True}}
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "T"},
        "T": {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject"},
            "MaxConcurrency": 1,
            "ItemProcessor": {**DISTRIBUTED, "StartAt": "B", "States": inner},
            "End": True,
        },
    }
    assert play(states, Behaviour(mocks={"T": ["a", "b"]})).first.output == [False, False]


def test_choosing_a_machine():
    two = json.dumps(
        {"Resources": {"A": machine({"P": {"Type": "Succeed"}}), "B": machine({"P": {"Type": "Succeed"}})}}
    )
    with pytest.raises(SfnorchError) as error:
        simulate(two)
    assert (error.value.message, error.value.hint) == (
        "template has several state machines",
        "specify one with --machine: A, B",
    )
    assert simulate(two, machine="b").first.title.startswith("B-")
    with pytest.raises(SfnorchError, match="template: no state machine found"):
        simulate('{"Resources": {}}')
    parent = {"Resources": {"M": machine({"T": {**start(), "End": True}}), **CHILD}}
    assert simulate(json.dumps(parent)).first.states == ["T"]


def test_what_is_stopped_has_ended_before_anything_else_begins():
    again = {**GLUE, "TimeoutSeconds": 10, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "B"}], "End": True}
    run = play({"A": again, "B": {**GLUE, "End": True}})
    assert [(job.status, job.started, job.ended) for job in run.job_runs] == [
        ("STOPPED", 0.0, 10.0),
        ("SUCCEEDED", 10.0, 310.0),
    ]
    slow = {"Child": machine({"C": {"Type": "Wait", "Seconds": 100, "End": True}}, Name="child")}
    states = {
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "S", "States": {"S": {**start(Name="n"), "End": True}}},
                {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "Next": "F"}, "F": {"Type": "Fail"}}},
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "N"}],
            "End": True,
        },
        "N": {**start("", Name="n"), "End": True},
    }
    run = play(states, more=slow)
    assert [execution.status for execution in run.executions] == ["FAILED", "ABORTED"]
    assert run.first.error == "StepFunctions.ExecutionAlreadyExistsException"


def test_what_ends_at_the_very_moment_of_its_timeout_is_in_time():
    assert one({**GLUE, "TimeoutSeconds": 300}).first.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "arguments", "events"),
    [
        ("glue:startJobRun.sync", {"JobName": "orders"}, 4),
        ("glue:startJobRun", {"JobName": "orders"}, 3),
        ("states:startExecution.sync:2", {"StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:child"}, 4),
        ("sns:publish", {"TopicArn": "t", "Message": "m"}, 3),
    ],
)
def test_a_task_adds_its_events_to_the_history(resource: str, arguments: dict[str, Any], events: int):
    """TaskScheduled, TaskStarted, with .sync TaskSubmitted, TaskSucceeded; an execution has two more, and so has a state.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    run = one(state, more=CHILD)
    assert (run.first.status, run.first.history) == ("SUCCEEDED", 2 + 2 + events)


def test_a_failure_adds_its_events_to_the_history():
    """ExecutionStarted, FailStateEntered, ExecutionFailed; and with .sync four more, TaskFailed the last of them."""
    assert play({"F": {"Type": "Fail"}}).first.history == 3
    assert one(GLUE, Behaviour(faults=[Fault(job="orders")])).first.history == 3 + 4


def test_branches_and_items_add_their_events_to_the_history():
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html"""
    ends, fails = {"Type": "Pass", "End": True}, {"Type": "Fail"}

    def items(inner: dict[str, Any], **more: Any) -> int:
        scope = {"StartAt": "A", "States": {"A": inner}}
        return one({"Type": "Map", "Items": [1, 2], "ItemProcessor": scope, **more}).first.history

    def branches(*inner: dict[str, Any]) -> int:
        scopes = [{"StartAt": f"B{n}", "States": {f"B{n}": state}} for n, state in enumerate(inner)]
        return one({"Type": "Parallel", "Branches": scopes}).first.history

    # the execution, the Map and its run start and end; so does each iteration, and the state within
    assert items(ends) == 3 * 2 + 2 * (2 + 2)
    # MapIterationStarted, FailStateEntered, MapIterationFailed; the Map is not exited
    assert items(fails, MaxConcurrency=1) == 3 * 2 - 1 + 3
    assert branches(ends, ends) == 3 * 2 + 2 * 2
    assert branches(fails) == 3 * 2 - 1 + 1


@pytest.mark.parametrize("condition", ["true", "false", ""])
def test_a_condition_that_is_no_expression_and_no_boolean_fails_its_choice(condition: Any):
    states = {
        "A": {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "B"}], "Default": "B"},
        "B": {"Type": "Succeed"},
    }
    assert play(states).first.error == "States.QueryEvaluationError"


@pytest.mark.slow
def test_runs_that_would_never_end():
    again = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "BackoffRate": 1.0}]
    broken = one({**GLUE, "Arguments": {"JobName": "{% $states.input.nothing %}"}, "Retry": again})
    assert (broken.first.error, broken.first.history) == ("States.Runtime", 25_000)
    backoff = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2000, "MaxDelaySeconds": 1}]
    assert one({**GLUE, "Retry": backoff}, Behaviour(unknown=["*"])).first.retries == 2000
    itself = {**start(""), "Arguments": {"StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m"}}
    with pytest.raises(
        UnsupportedSimulationError, match="the run has more than 200 executions; the next would be one of m"
    ):
        play({"T": {**itself, "End": True}}, most_executions=200)
    defaults = {(function.__kwdefaults__ or {})["most_executions"] for function in (simulate, play_template)}
    assert (defaults, MAX_EXECUTIONS) == ({20_000}, 20_000)
    endless = one({"Type": "Pass", "Output": "{% ($f := function($x) { 1 + $f($x) }; $f(1)) %}"})
    assert endless.first.error == "States.QueryEvaluationError"
    year = play({"A": {"Type": "Wait", "Seconds": 99_999_999, "End": True}})
    assert (year.first.status, year.first.ended) == ("TIMED_OUT", 31_536_000.0)


ODD = {
    "a timeout below zero": {**GLUE, "TimeoutSeconds": "{% -5 %}"},
    "a timeout that is a text": {**GLUE, "TimeoutSeconds": "{% 'x' %}"},
    "half an item at once": {**distributed(), "MaxConcurrency": "{% 0.5 %}"},
    "a wait past the limit of seconds": {"Type": "Wait", "Seconds": "{% 100000000 %}"},
    "a part of a second": {"Type": "Wait", "Seconds": "{% 1.5 %}"},
}


@pytest.mark.parametrize("wait", [{"Seconds": "{% 1000000000000 %}"}, {"Timestamp": "2094-12-18T12:03:18.000Z"}])
def test_a_wait_that_is_too_long_is_an_error_that_nothing_matches(wait: dict[str, Any]):
    execution = one({"Type": "Wait", **wait}).first
    cause = (
        "An error occurred while executing the state 'T' (entered at the event id #2). Wait state delay is too long."
    )
    assert (execution.error, execution.cause) == ("States.Runtime", cause)


@pytest.mark.parametrize("name", ODD)
def test_numbers_that_are_not_taken(name: str):
    assert one(ODD[name]).first.error == "States.QueryEvaluationError"


def test_odd_input():
    assert one({**GLUE, "Arguments": {"JobName": "a", "Timeout": -1}}).first.error == "Glue.InvalidInputException"
    assert play({"A": {"Type": "Pass", "End": True}}, given={"a": "\ud800"}).first.status == "SUCCEEDED"
    assert one(start("", Name="a b"), more=CHILD).first.error == "StepFunctions.InvalidNameException"
    assert one(start("", Name="a" * 81), more=CHILD).first.error == "StepFunctions.InvalidNameException"
    large = {**PUBLISH, "Arguments": {"TopicArn": "t", "Message": "m" * 270_000}}
    assert one(large).first.error == "States.DataLimitExceeded"


def test_jobs_that_are_not_waited_for_fail_in_the_order_of_their_starts():
    branch = {**GLUE, "Resource": "arn:aws:states:::glue:startJobRun", "End": True}
    states = {
        "P": {
            "Type": "Parallel",
            "Branches": [{"StartAt": name, "States": {name: branch}} for name in ("A", "B")],
            "End": True,
        }
    }
    told = Behaviour(faults=[Fault(job="orders", times=1)], concurrent_runs={"orders": 5})
    assert [job.status for job in play(states, told).job_runs] == ["FAILED", "SUCCEEDED"]
    late = {**branch, "Arguments": {"JobName": "orders", "Timeout": 1}}
    run = play({"A": late})
    assert [(job.status, job.ended) for job in run.job_runs] == [("TIMEOUT", 60.0)]


def test_items_that_fail_in_batches_are_counted_each():
    check = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% 3 in $states.input.Items %}", "Next": "F"}],
        "Default": "G",
    }
    body = distributed(
        Items="{% [1..20] %}",
        ItemBatcher={"MaxItemsPerBatch": 5},
        ItemProcessor={
            **DISTRIBUTED,
            "StartAt": "C",
            "States": {"C": check, "F": {"Type": "Fail"}, "G": {"Type": "Pass", "End": True}},
        },
    )
    assert one({**body, "ToleratedFailureCount": 4}).first.error == "States.ExceedToleratedFailureThreshold"
    assert one({**body, "ToleratedFailureCount": 5}).first.status == "SUCCEEDED"
