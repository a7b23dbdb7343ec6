"""`sfnorch simulate --mocks FILE`: test cases of Step Functions Local, results by state, and all faults of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome, Run

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
RETRY = [{"ErrorEquals": ["Lambda.Busy"], "IntervalSeconds": 1, "MaxAttempts": 5}]
DEFINITION = {
    "StartAt": "Get",
    "States": {
        "Get": {**INVOKE, "OutputPath": "$.Payload", "Retry": RETRY, "Next": "Put"},
        "Put": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"},
            "End": True,
        },
    },
}
BUSY = {"Throw": {"Error": "Lambda.Busy", "Cause": "later"}}
MOCKS = {
    "StateMachines": {
        "orders": {
            "TestCases": {
                "HappyPath": {"Get": "GetOrder", "Put": "Sent"},
                "RetryPath": {"Get": "GetBusy", "Put": "Sent"},
                "HybridPath": {"Get": "GetOrder"},
            }
        }
    },
    "MockedResponses": {
        "GetOrder": {"0": {"Return": {"Payload": {"id": 1}}}},
        "GetBusy": {"0": BUSY, "1-2": BUSY, "3": {"Return": {"Payload": {"id": 2}}}},
        "Sent": {"0": {"Return": {"MessageId": "m"}}},
    },
}


@pytest.fixture
def orders(run: Run) -> Run:
    Path("orders.asl.json").write_text(json.dumps(DEFINITION))
    Path("mocks.json").write_text(json.dumps(MOCKS, indent=1))

    def simulate(*arguments: str) -> Outcome:
        return run("simulate", "orders.asl.json", *arguments)

    return simulate


def read(done: Outcome) -> tuple[int, Any, list[str], list[str]]:
    """Return the exit code, and the output, the states and the notes of the first execution."""
    data = json.loads(done.out)
    execution = data["executions"][0]
    return done.code, execution["output"], execution["states"], data["notes"]


@pytest.mark.smoke
def test_the_responses_of_a_test_case(orders: Run):
    done = orders("--mocks", "mocks.json", "--test-case", "HappyPath", "--output", "json")
    assert read(done) == (0, {"MessageId": "m"}, ["Get", "Put"], [])


def test_a_test_case_that_fails_before_it_works(orders: Run):
    done = orders("--mocks", "mocks.json", "--test-case", "RetryPath")
    assert (done.code, done.err) == (0, "")
    assert [line.rstrip() for line in done.out.splitlines()][:9] == [
        "T+00s  orders starts",
        "T+00s  orders: Get is retried in 01s (attempt 2)",
        "T+01s  orders: Get is retried in 02s (attempt 3)",
        "T+03s  orders: Get is retried in 04s (attempt 4)",
        "T+07s  orders SUCCEEDED",
        "",
        "       T+00s            T+02s            T+04s            T+06s",
        "orders ███████████████████████████████████████████████████████████ 07s SUCCEEDED",
        "",
    ]


def test_a_state_that_the_test_case_leaves_out_is_called(orders: Run):
    done = orders("--mocks", "mocks.json", "--test-case", "HybridPath")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: orders: Put calls sqs:sendMessage, which cannot be simulated\n"
            "  specify its result: --mock 'Put={}'\n"
        ),
    )


def test_a_mock_on_the_command_line_replaces_that_of_the_file(orders: Run):
    done = orders("--mocks", "mocks.json", "--test-case", "HybridPath", "--mock", "Put=1", "--output", "json")
    assert read(done)[:2] == (0, 1)
    done = orders("--mocks", "mocks.json", "--test-case", "HappyPath", "--mock", "orders/Put=2", "--output", "json")
    assert read(done)[:2] == (0, 2)


def test_the_only_test_case_needs_no_name(orders: Run):
    cases = MOCKS["StateMachines"]["orders"]["TestCases"]
    only = {"Any": {"TestCases": {"One": cases["HappyPath"]}}}
    Path("one.json").write_text(json.dumps({**MOCKS, "StateMachines": only}))
    for arguments in ((), ("--test-case", "One"), ("--test-case", "Any#One")):
        assert read(orders("--mocks", "one.json", *arguments, "--output", "json"))[:2] == (0, {"MessageId": "m"})


def test_results_by_state(orders: Run):
    Path("results.yaml").write_text("Get: {Payload: 3}\norders/Put:\n  0: {Return: [sent, 2026-01-01]}\n")
    assert read(orders("--mocks", "results.yaml", "--output", "json"))[:2] == (0, ["sent", "2026-01-01"])


CHOICES = {
    (): "several test cases; choose one with --test-case: HappyPath, RetryPath, HybridPath",
    ("--test-case", "Happypath"): (
        "no test case 'Happypath'; did you mean HappyPath? available: HappyPath, RetryPath, HybridPath"
    ),
    ("--test-case", "zz"): "no test case 'zz'; available: HappyPath, RetryPath, HybridPath",
}


@pytest.mark.parametrize("arguments", CHOICES)
def test_a_test_case_that_the_file_does_not_have(orders: Run, arguments: tuple[str, ...]):
    done = orders("--mocks", "mocks.json", *arguments)
    where = "StateMachines.orders.TestCases"
    assert (done.code, done.out, done.err) == (1, "", f"Error: {where}: {CHOICES[arguments]} (mocks.json, line 4)\n")


def test_the_state_machines_of_other_templates(orders: Run):
    machine = MOCKS["StateMachines"]["orders"]
    Path("two.json").write_text(json.dumps({**MOCKS, "StateMachines": {"A": machine, "B": machine}}))
    done = orders("--mocks", "two.json", "--test-case", "HappyPath")
    assert (done.code, done.err) == (
        1,
        (
            "Error: StateMachines: no test cases for orders; choose one with --test-case: A#HappyPath, A#RetryPath, "
            "A#HybridPath, B#HappyPath, B#RetryPath, B#HybridPath (two.json, line 1)\n"
        ),
    )
    assert read(orders("--mocks", "two.json", "--test-case", "B#HappyPath", "--output", "json"))[0] == 0


def test_a_template_with_several_state_machines(run: Run):
    parent = {
        "StartAt": "Put",
        "States": {
            "Put": {**INVOKE, "Next": "Start"},
            "Start": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders"},
                "OutputPath": "$.Output",
                "End": True,
            },
        },
    }
    resources = {
        name: {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": name,
                "RoleArn": "arn:aws:iam::1:role/r",
                "DefinitionString": json.dumps(body),
            },
        }
        for name, body in (("parent", parent), ("orders", DEFINITION))
    }
    Path("t.json").write_text(json.dumps({"Resources": resources}))
    mocks = json.loads(json.dumps(MOCKS))
    mocks["StateMachines"]["parent"] = {"TestCases": {"HappyPath": {"Put": "Sent"}}}
    Path("mocks.json").write_text(json.dumps(mocks))
    done = run("simulate", "t.json", "--mocks", "mocks.json", "--test-case", "HappyPath", "--output", "json")
    assert read(done)[:2] == (0, {"MessageId": "m"})


FAULTS = """\
{
 "StateMachines": {
  "orders": {
   "TestCases": {
    "HappyPath": {"Get": "GetORder", "Put": 1},
    "Other": []
   },
   "Testcases": {}
  },
  "sales": 1
 },
 "Mocked": {},
 "MockedResponses": {
  "GetOrder": {"0": {"Return": 1, "Throw": {}}},
  "GetBusy": {"0": {"Throw": {"Error": 1, "Why": "x"}}, "2-3": {"Return": 2}, "x": {"Return": 2}},
  "Sent": 3
 }
}
"""
FAULTS_FOUND = """\
Error: StateMachines.orders.TestCases.HappyPath.Get: unknown response 'GetORder'; did you mean GetOrder? (mocks.json, line 5)
Error: StateMachines.orders.TestCases.HappyPath.Put: expected the name of a response, got number (mocks.json, line 5)
Error: StateMachines.orders.TestCases.Other: expected an object with names of responses by state, got array (mocks.json, line 6)
Error: StateMachines.orders.Testcases: unknown key 'Testcases'; available: TestCases (mocks.json, line 8)
Error: StateMachines.sales: expected an object with TestCases, got number (mocks.json, line 10)
Error: Mocked: unknown key 'Mocked'; available: StateMachines, MockedResponses (mocks.json, line 12)
Error: MockedResponses.GetOrder.0: not a response; write {"Return": …} or {"Throw": {"Error": "…", "Cause": "…"}} (mocks.json, line 14)
Error: MockedResponses.GetBusy.x: not a number of attempts; write "0", or a range such as "1-2" (mocks.json, line 15)
Error: MockedResponses.GetBusy.0.Throw.Error: expected a string, got number (mocks.json, line 15)
Error: MockedResponses.GetBusy.0.Throw.Why: unknown key; available: Error, Cause (mocks.json, line 15)
Error: MockedResponses.GetBusy.2-3: no response for attempt 1; add it (mocks.json, line 15)
Error: MockedResponses.Sent: expected an object with responses by attempt, got number; write {"0": {"Return": …} or {"Throw": {"Error": "…", "Cause": "…"}}} (mocks.json, line 16)
"""


def test_all_faults_of_a_file_are_reported_with_line_and_key(orders: Run):
    Path("mocks.json").write_text(FAULTS)
    done = orders("--mocks", "mocks.json", "--test-case", "HappyPath")
    assert (done.code, done.out, done.err) == (1, "", FAULTS_FOUND)


FILES = {
    "": "it is empty; write an object with StateMachines and MockedResponses, or with a result for each state",
    "[]": (
        "expected an object, got array; write an object with StateMachines and MockedResponses, or with a result for "
        "each state"
    ),
    "{": "this is not JSON: Expecting property name enclosed in double quotes",
    '{"Get": 1, "Get": 2}': "duplicate key 'Get'; the first is on line 1",
    "Get: {a: [.nan]}": "Get.a[0] is not a JSON number",
    '{"Gett": 1}': "Gett: unknown Task, Map or Parallel state 'Gett'; did you mean Get?",
    '{"Get": {"0": {"Throw": 1}}}': (
        'Get.0: not a response; write {"Return": …} or {"Throw": {"Error": "…", "Cause": "…"}}'
    ),
    '{"MockedResponses": {}}': "StateMachines is missing; add the test cases of a state machine under StateMachines",
    '{"StateMachines": {"orders": {}}}': (
        "StateMachines.orders: TestCases is missing; add a test case with the responses of states"
    ),
    '{"StateMachines": {"orders": {"TestCases": {}}}}': "StateMachines.orders.TestCases: no test cases; add one",
    '{"StateMachines": {}}': "StateMachines: no test cases for orders; add test cases",
    '{"StateMachines": {"o": {"TestCases": {"A": {"Gett": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": 1}}}}': (
        "StateMachines.o.TestCases.A.Gett: orders has no Task, Map or Parallel state 'Gett'; did you mean Get?"
    ),
}


@pytest.mark.parametrize("text", FILES)
def test_a_file_that_is_not_a_file_of_mocks(orders: Run, text: str):
    Path("m.yaml").write_text(text)
    done = orders("--mocks", "m.yaml")
    assert (done.code, done.out, done.err) == (1, "", f"Error: {FILES[text]} (m.yaml, line 1)\n")


def test_a_file_without_test_cases_and_a_missing_file(orders: Run):
    Path("m.yaml").write_text("Get: 1\n")
    done = orders("--mocks", "m.yaml", "--test-case", "A")
    assert (done.code, done.err) == (
        1,
        "Error: the file has no test cases; add StateMachines, or leave out the test case (m.yaml, line 1)\n",
    )
    done = orders("--mocks", "none.json")
    assert (done.code, done.err) == (1, "Error: The mock file none.json does not exist\n")
