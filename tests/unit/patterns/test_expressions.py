"""What the machines' expressions come to, evaluated as Step Functions does.

A machine's way through its states is seen where it runs; here stands what each expression makes of what it is given.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.asl import serialize_graph
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from tests.jsonata_engine import evaluate

MASTER, CHILD = (
    serialize_graph(machine.graph)["States"] for machine in build_workflow(build_default_plan()).machines[:2]
)
(GOES_ON,) = (
    serialize_graph(machine.graph)["States"]
    for machine in build_workflow(parse_plan("pattern: dynamic\ncontinue_on_failure: true\n")).machines
)

GLUE_CAUSE = json.dumps(
    {
        "AllocatedCapacity": 10,
        "Arguments": {"--mode": "full"},
        "ErrorMessage": 'Column "x" is missing in C:\\data',
        "Id": "jr_0123abc",
        "JobName": "b",
        "JobRunState": "FAILED",
        "LogGroupName": "/aws-glue/jobs-etl-encrypted",
        "MaxCapacity": 10.0,
    }
)


def resolved(given: Any) -> dict[str, Any]:
    """The variables after ResolveJobs for an execution's input."""
    return evaluate(CHILD["ResolveJobs"]["Assign"], states={"input": given})


def checked(given: Any, at_deploy: str = "") -> tuple[str, Any]:
    """Where CheckJobs goes, and the jobs that it settles."""
    variables = {**resolved(given), "atDeploy": at_deploy}
    for rule in CHILD["CheckJobs"]["Choices"]:
        if evaluate(rule["Condition"], **variables) is True:
            return rule["Next"], evaluate(rule["Assign"], **variables)["jobs"]
    return CHILD["CheckJobs"]["Default"], None


PLANNED = ("glue-job-1-a", ["glue-job-1-a", "glue-job-1-b", "glue-job-1-c", "glue-job-1-d"])


@pytest.mark.parametrize(
    ("given", "at_deploy", "expected"),
    [
        ({}, "", PLANNED),
        ({}, " , ", PLANNED),
        ({"glueJobs": None}, "", PLANNED),
        ({}, "a", ("RunGivenJobs", ["a"])),
        ({}, " a , b c,, d  d ", ("RunGivenJobs", ["a", "b c", "d  d"])),
        ({"glueJobs": "x, y"}, "a,b", ("RunGivenJobs", ["x", "y"])),
        ({"glueJobs": ["x"]}, "a,b", ("RunGivenJobs", ["x"])),
        ({"glueJobs": [" x ", "y"]}, "", ("RunGivenJobs", ["x", "y"])),
        ({"glueJobs": []}, "a", ("InvalidInput", None)),
        ({"glueJobs": ""}, "", ("InvalidInput", None)),
        ({"glueJobs": " , "}, "", ("InvalidInput", None)),
        ({"glueJobs": ["x", ""]}, "", ("InvalidInput", None)),
        ({"glueJobs": ["x", 1]}, "", ("InvalidInput", None)),
        ({"glueJobs": [["x"]]}, "", ("InvalidInput", None)),
        ({"glueJobs": {"a": 1}}, "", ("InvalidInput", None)),
        ({"glueJobs": 5}, "", ("InvalidInput", None)),
        ({"glueJobs": True}, "", ("InvalidInput", None)),
    ],
)
def test_where_the_jobs_come_from(given: Any, at_deploy: str, expected: tuple[str, Any]):
    assert checked(given, at_deploy) == expected


@pytest.mark.parametrize(("given", "thread"), [({}, "child-1"), ({"threadId": "X"}, "X"), ({"threadId": 7}, 7)])
def test_the_thread_of_a_child(given: Any, thread: Any):
    assert resolved(given)["threadId"] == thread


def test_wrong_input_is_told_with_what_would_do():
    assert evaluate(CHILD["InvalidInput"]["Cause"], given=["x", 1]) == (
        "glueJobs must be a list of names or a string, 'a,b'; got [\"x\",1]"
    )


def failed(error: str, cause: str, done: int) -> tuple[str, dict[str, Any]]:
    """The alarm's reason and the child's cause for what was caught."""
    variables = {
        "states": {"input": {"Error": error, "Cause": cause}},
        "jobs": ["a", "b", "c"],
        "done": done,
        "child": "orders",
        "threadId": "T1",
    }
    reason = evaluate(CHILD["RaiseAlarm"]["Arguments"]["StateReason"], **variables)
    return reason, json.loads(evaluate(CHILD["ChildFailed"]["Cause"], **variables))


def test_a_failed_run_is_told_by_glues_own_message():
    assert failed("States.TaskFailed", GLUE_CAUSE, 1) == (
        'Job b of orders failed: Column \\"x\\" is missing in C:\\\\data',
        {
            "child": "orders",
            "threadId": "T1",
            "job": "b",
            "runId": "jr_0123abc",
            "logGroup": "/aws-glue/jobs-etl-encrypted",
            "error": "States.TaskFailed",
            "message": 'Column "x" is missing in C:\\data',
            "remaining": ["b", "c"],
        },
    )


def test_a_job_that_could_not_be_started_is_told_by_the_refusal():
    assert failed("Glue.EntityNotFoundException", "Failed to start job run", 2) == (
        "Job c of orders failed: Failed to start job run",
        {
            "child": "orders",
            "threadId": "T1",
            "job": "c",
            "error": "Glue.EntityNotFoundException",
            "message": "Failed to start job run",
            "remaining": ["c"],
        },
    )


def test_a_cause_that_was_cut_off_is_searched_all_the_same():
    _, told = failed("States.TaskFailed", GLUE_CAUSE.partition(', "MaxCapacity')[0], 0)
    assert (told["runId"], told["logGroup"]) == ("jr_0123abc", "/aws-glue/jobs-etl-encrypted")
    assert told["message"] == 'Column "x" is missing in C:\\data'
    _, told = failed("States.TaskFailed", GLUE_CAUSE.partition("-encrypted")[0], 0)
    assert (told["runId"], "logGroup" in told) == ("jr_0123abc", False)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ('{"Arguments":{"LogGroupName":"/mine"},"LogGroupName":"/aws-glue/python-jobs"}', "/aws-glue/python-jobs"),
        (json.dumps({"ErrorMessage": '"LogGroupName":"/mine"', "LogGroupName": "/etl/#1"}), "/etl/#1"),
        (json.dumps({"ErrorMessage": '"LogGroupName":"/mine"'}), None),
        ("Failed to start job run", None),
    ],
)
def test_the_log_group_is_the_runs_own(cause: str, expected: str | None):
    assert failed("States.TaskFailed", cause, 0)[1].get("logGroup") == expected


def test_long_messages_are_cut():
    reason, told = failed("States.TaskFailed", json.dumps({"ErrorMessage": "m" * 5_000}), 0)
    assert (len(reason), told["message"]) == (1_000, "m" * 1_000)


def test_an_items_failure_comes_out_of_the_map_with_its_job():
    caught = {"Error": "States.TaskFailed", "Cause": GLUE_CAUSE}
    given = CHILD["RunGivenJobs"]
    item = given["ItemProcessor"]["States"]
    jobs = ["a", "b", "c"]
    kept = evaluate(item["RunJob"]["Catch"][0]["Output"], states={"input": 1, "errorOutput": caught})
    raised = {
        "Error": item["JobFailed"]["Error"],
        "Cause": evaluate(item["JobFailed"]["Cause"], states={"input": kept}, jobs=jobs),
    }
    done = evaluate(given["Catch"][1]["Assign"]["done"], states={"errorOutput": raised}, jobs=jobs)
    assert (raised["Error"], done) == ("GlueJobFailed", 1)
    assert raised["Cause"].startswith("#1 States.TaskFailed b\n{")
    assert failed(raised["Error"], raised["Cause"], done) == failed("States.TaskFailed", GLUE_CAUSE, 1)
    refused = "#2 Glue.EntityNotFoundException c\nFailed to start job run"
    assert failed("GlueJobFailed", refused, 2) == failed("Glue.EntityNotFoundException", "Failed to start job run", 2)


def test_an_error_of_the_map_that_is_no_items_names_no_job():
    done = evaluate(
        CHILD["RunGivenJobs"]["Catch"][1]["Assign"]["done"],
        states={"errorOutput": {"Error": "States.Runtime", "Cause": "odd"}},
        jobs=["a", "b"],
    )
    _, told = failed("States.Runtime", "odd", 3)
    assert done == 2
    assert told == {"child": "orders", "threadId": "T1", "error": "States.Runtime", "message": "odd", "remaining": []}


def test_a_run_that_did_not_succeed_is_an_error_of_its_task():
    output = CHILD["glue-job-1-a"]["Output"]
    assert evaluate(output, states={"result": {"JobRunState": "SUCCEEDED", "Id": "jr_1"}}) == {}
    with pytest.raises(Exception, match="Job run jr_1 ended STOPPED"):
        evaluate(output, states={"result": {"JobRunState": "STOPPED", "Id": "jr_1"}})


CHILDREN = ["child-1", "child-2", "child-3", "child-4", "child-5"]
EXECUTION = {"Execution": {"Id": "arn:aws:states:eu-west-1:1:execution:etl-master:e"}}


def threads(given: Any) -> Any:
    """What CheckThreads makes of the threads; None where it goes to InvalidInput."""
    (rule,) = MASTER["CheckThreads"]["Choices"]
    variables = {
        "threads": evaluate(MASTER["ResolveThreads"]["Assign"]["threads"], states={"input": given}),
        "children": CHILDREN,
        "states": {"context": EXECUTION},
    }
    if evaluate(rule["Condition"], **variables) is not True:
        return None
    return evaluate(rule["Assign"], **variables)["threads"]


def started(**thread: Any) -> dict[str, Any]:
    return {**thread, "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": EXECUTION["Execution"]["Id"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [started(threadId=f"T{n}") for n in range(1, 6)]),
        ({"threads": []}, [started(threadId=f"T{n}") for n in range(1, 6)]),
        (
            {"threads": [{"threadId": "A", "glueJobs": ["x"]}]},
            [started(threadId="A", glueJobs=["x"]), *(started(threadId=f"T{n}") for n in range(2, 6))],
        ),
        (
            {"threads": [{"child": "child-4", "skip": True}, {"threadId": "B", "glueJobs": "p,q"}]},
            [
                started(threadId="T1"),
                started(threadId="B", glueJobs="p,q"),
                started(threadId="T3"),
                started(threadId="T4", child="child-4", skip=True),
                started(threadId="T5"),
            ],
        ),
        (
            {"threads": [{"threadId": "T2", "glueJobs": ["a"]}, {"threadId": "child-1", "skip": True}]},
            [
                started(threadId="child-1", skip=True),
                started(threadId="T2", glueJobs=["a"]),
                *(started(threadId=f"T{n}") for n in range(3, 6)),
            ],
        ),
        (
            {"threads": [{"threadId": "T1", "child": "child-2"}]},
            [
                started(threadId="T1"),
                started(threadId="T1", child="child-2"),
                *(started(threadId=f"T{n}") for n in range(3, 6)),
            ],
        ),
        (
            {"threads": [{"threadId": 2}, {"threadId": "T02"}, {"threadId": "t3"}]},
            [
                started(threadId=2),
                started(threadId="T02"),
                started(threadId="t3"),
                *(started(threadId=f"T{n}") for n in range(4, 6)),
            ],
        ),
        ({"threads": [{"threadId": "T6"}]}, None),
        ({"threads": [{"threadId": "T2"}, {}]}, None),
        ({"threads": [{"threadId": "T2"}, {"threadId": "child-2"}]}, None),
        ({"threads": "T1"}, None),
        ({"threads": {"threadId": "T1"}}, None),
        ({"threads": None}, None),
        ({"threads": ["T1"]}, None),
        ({"threads": [{}, {}, {}, {}, {}, {}]}, None),
        ({"threads": [{"child": "child-9"}]}, None),
        ({"threads": [{"child": 1}]}, None),
        ({"threads": [{"child": "child-2"}, {}]}, None),
        ({"threads": [{"skip": "yes"}]}, None),
    ],
)
def test_which_thread_is_for_which_child(given: Any, expected: Any):
    assert threads(given) == expected


def test_wrong_threads_are_told_with_what_would_do():
    assert evaluate(MASTER["InvalidInput"]["Cause"], threads=[{"child": "x"}], children=["a", "b"]) == (
        "threads must be a list of objects {threadId, glueJobs, arguments, child, skip}, each for a different child of "
        "a, b; arguments are {--NAME: text}; "
        'got [{"child":"x"}]'
    )


def execution_cause(**fields: Any) -> str:
    """The cause of a child's failure as the master's task gets it."""
    return json.dumps({"ExecutionArn": "arn:aws:states:eu-west-1:1:execution:c:1", "Input": "{}", **fields})


ENDS = [
    {"executionArn": "arn:ok", "jobCount": 4},
    {
        "Error": "States.TaskFailed",
        "Cause": execution_cause(
            Status="FAILED",
            Error="GlueJobFailed",
            Cause=json.dumps(
                {
                    "child": "child-2",
                    "threadId": "T2",
                    "job": "b",
                    "runId": "jr_9",
                    "logGroup": "/aws-glue/jobs-etl-encrypted",
                    "error": "States.TaskFailed",
                    "message": "It broke",
                    "remaining": ["b", "c"],
                }
            ),
        ),
    },
    {},
    {"Error": "States.TaskFailed", "Cause": execution_cause(Status="ABORTED")},
    {"Error": "StepFunctions.ExecutionLimitExceeded", "Cause": "Too many"},
]
OUTCOMES = {
    "children": [
        {"child": "child-1", "status": "SUCCEEDED", "executionArn": "arn:ok", "jobCount": 4},
        {"child": "child-2", "status": "FAILED", "error": "States.TaskFailed", "cause": ENDS[1]["Cause"]},
        {"child": "child-3", "status": "SKIPPED"},
        {"child": "child-4", "status": "FAILED", "error": "States.TaskFailed", "cause": ENDS[3]["Cause"]},
        {"child": "child-5", "status": "FAILED", "error": "StepFunctions.ExecutionLimitExceeded", "cause": "Too many"},
    ]
}


def test_what_the_branches_end_with_makes_the_outcomes():
    assert evaluate(MASTER["RunChildren"]["Output"], states={"result": ENDS}, children=CHILDREN) == OUTCOMES


def telling(state: str) -> dict[str, Any]:
    """A telling state's arguments and output for the outcomes above."""
    (rule,) = MASTER["AnyChildFailed"]["Choices"]
    variables = {
        "states": {"input": OUTCOMES, "context": EXECUTION},
        "children": CHILDREN,
        "name": "nightly",
        "environment": "dev",
    }
    assert evaluate(rule["Condition"], **variables) is True
    variables |= evaluate(rule["Assign"], **variables)
    fields = {"Arguments": MASTER[state]["Arguments"], "Output": MASTER[state]["Output"]}
    return evaluate(fields, **variables)


CONSOLE = "https://eu-west-1.console.aws.amazon.com"
DETAILS = f"{CONSOLE}/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:1:execution:"


def test_the_message_names_what_failed_and_where_to_look():
    told = telling("NotifyFailure")
    assert told["Arguments"] == {
        "TopicArn": "${TopicArn}",
        "Subject": "[dev] nightly: 3 of 5 child workflows failed",
        "Message": f"""\
3 of 5 child workflows failed in nightly (dev).

child-2: job b failed
  It broke
  Job run: jr_9
  Logs: {CONSOLE}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs-etl-encrypted$252Ferror$3FlogStreamNameFilter$3Djr_9
  Execution: {DETAILS}c:1

child-4 failed: States.TaskFailed
  ABORTED
  Execution: {DETAILS}c:1

child-5 failed: StepFunctions.ExecutionLimitExceeded
  Too many

Master: {DETAILS}etl-master:e
Resume: sfnorch resume e --stack-name etl""",
        "MessageAttributes": {
            "status": {"DataType": "String", "StringValue": "FAILED"},
            "failedChildren": {"DataType": "String.Array", "StringValue": '["child-2","child-4","child-5"]'},
        },
    }


def test_the_outcomes_have_their_causes_taken_apart():
    arn = "arn:aws:states:eu-west-1:1:execution:c:1"
    assert telling("NotifyFailure")["Output"] == {
        "children": [
            OUTCOMES["children"][0],
            {
                "child": "child-2",
                "status": "FAILED",
                "executionArn": arn,
                "error": "States.TaskFailed",
                "message": "It broke",
                "threadId": "T2",
                "job": "b",
                "runId": "jr_9",
                "logGroup": "/aws-glue/jobs-etl-encrypted",
                "remaining": ["b", "c"],
            },
            OUTCOMES["children"][2],
            {
                "child": "child-4",
                "status": "FAILED",
                "executionArn": arn,
                "error": "States.TaskFailed",
                "message": "ABORTED",
            },
            {
                "child": "child-5",
                "status": "FAILED",
                "error": "StepFunctions.ExecutionLimitExceeded",
                "message": "Too many",
            },
        ]
    }


def test_the_plain_message_has_the_causes_as_they_are():
    told = telling("NotifyPlainly")
    assert told["Output"] == OUTCOMES
    assert told["Arguments"]["Message"] == (
        "3 of 5 child workflows failed\n"
        f"\nchild-2: States.TaskFailed\n{ENDS[1]['Cause']}\n"
        f"\nchild-4: States.TaskFailed\n{ENDS[3]['Cause']}\n"
        "\nchild-5: StepFunctions.ExecutionLimitExceeded\nToo many\n\nResume: sfnorch resume e --stack-name etl"
    )


def test_a_dynamic_run_that_goes_on_tells_what_became_of_each_job():
    outcomes = {
        "jobs": [
            {"job": "a", "status": "SUCCEEDED", "runId": "jr_1"},
            {"job": "b", "status": "FAILED", "error": "States.TaskFailed", "cause": GLUE_CAUSE},
            {"job": "c", "status": "FAILED", "error": "Glue.EntityNotFoundException", "cause": "No such job"},
        ]
    }
    variables = {"states": {"input": outcomes}, "threadId": "A"}
    assert evaluate(GOES_ON["RaiseAlarm"]["Arguments"]["StateReason"], **variables) == "2 of 3 jobs failed: b, c"
    assert json.loads(evaluate(GOES_ON["ExecutionFailed"]["Cause"], **variables)) == {
        "threadId": "A",
        "remaining": ["b", "c"],
        "jobs": [
            {"job": "a", "status": "SUCCEEDED", "runId": "jr_1"},
            {
                "job": "b",
                "status": "FAILED",
                "runId": "jr_0123abc",
                "logGroup": "/aws-glue/jobs-etl-encrypted",
                "error": "States.TaskFailed",
                "message": 'Column "x" is missing in C:\\data',
            },
            {"job": "c", "status": "FAILED", "error": "Glue.EntityNotFoundException", "message": "No such job"},
        ],
    }


def test_settings_follow_a_job_into_the_map():
    plan = parse_plan(
        "pattern: master-child\njob_states: false\nchildren:\n"
        "  - jobs: [a, {name: b, timeout_minutes: 5, retries: 2}, {name: b, arguments: {--x: y}}]\n"
    )
    child = serialize_graph(build_workflow(plan).machines[1].graph)["States"]
    known = child["ResolveJobs"]["Assign"]["settings"]
    jobs = child["CheckJobs"]["Choices"][0]["Assign"]["jobs"]
    item = child["RunGivenJobs"]["ItemProcessor"]["States"]

    def arguments(position: int) -> Any:
        variables = {"settings": known, "jobs": [*jobs, "other"], "states": {"input": position}}
        (rule,) = item["CheckRetries"]["Choices"]
        state = rule["Next"] if evaluate(rule["Condition"], **variables) else item["CheckRetries"]["Default"]
        return state, evaluate(item[state]["Arguments"], **variables)

    assert jobs == ["a", "b", "b (2)"]
    assert [arguments(position) for position in range(4)] == [
        ("RunJob", {"JobName": "a"}),
        ("RunJobAgain2", {"JobName": "b", "Timeout": 5}),
        ("RunJob", {"JobName": "b", "Arguments": {"--x": "y"}}),
        ("RunJob", {"JobName": "other"}),
    ]
