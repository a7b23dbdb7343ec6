"""Definitions without a template: `simulate`, `graph` and `lint`, whole, with substitutions, types and inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sfnorch.delivery.rules import DELIVERY_RULES
from sfnorch.linter.rules import RULES
from tests.conftest import Run

ORDERS = """\
{
  "StartAt": "Get",
  "States": {
    "Get": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${GetFunction}", "Payload.$": "$"},
      "ResultPath": null,
      "Next": "Each"
    },
    "Each": {
      "Type": "Map",
      "MaxConcurrency": ${Limit},
      "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": true}}},
      "End": true
    }
  }
}
"""
GIVEN = ("--substitution", "GetFunction=get", "--substitution", "Limit=3")
MOCKED = (*GIVEN, "--mock", 'Get={"Payload": {}}')
PASS = '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}'
PLAYED = """\
T+00s  orders starts
T+00s  orders SUCCEEDED

orders █ 00s SUCCEEDED

orders SUCCEEDED
  [1, 2]

wall time          00s
critical path      no job run
job runs           00s in all, at most 0 at once
state transitions  4, $0.000100 (us-east-1, November 2026; excluding Glue)
longest history    19 of 25,000 events
"""
DRAWN = """\
orders
├── Get  Task lambda:invoke  → Each
└── Each  Map, 1 at once
    └── each item
        └── Keep  Pass
"""


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.fixture
def orders(run: Run) -> Run:
    Path("orders.asl.json").write_text(ORDERS)
    return run


@pytest.mark.smoke
def test_a_definition_is_simulated(orders: Run):
    done = orders("simulate", "orders.asl.json", *MOCKED, "--input", "[1, 2]")
    assert (done.code, done.err, lines(done.out)) == (0, "", lines(PLAYED))


def test_a_definition_is_drawn(orders: Run):
    done = orders("graph", "orders.asl.json")
    assert (done.code, done.err, lines(done.out)) == (0, "", lines(DRAWN))


def test_a_definition_is_linted_by_the_rules_about_definitions(orders: Run):
    text = ORDERS.replace("lambda:invoke", "glue:startJobRun").replace('"Next": "Each"', '"Next": "Eech"')
    text = text.replace('"FunctionName": "${GetFunction}", "Payload.$": "$"', '"JobName": "${GetJob}"')
    Path("orders.asl.json").write_text(text)
    done = orders("lint", "orders.asl.json")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        (
            "orders.asl.json:4: warning: Get does not retry transient errors of Glue [glue-start-not-retried]\n"
            "  at States.Get\n"
            "  retry Glue.ConcurrentRunsExceededException and Glue.AWSGlueException, with a delay and jitter\n"
            "orders.asl.json:6: warning: Get starts a Glue job and does not wait until the job ends "
            "[glue-job-not-waited]\n"
            "  at States.Get.Resource\n"
            "  use arn:${AWS::Partition}:states:::glue:startJobRun.sync\n"
            "orders.asl.json:9: error: Missing 'Next' target: Eech [refused-definition]\n"
            "  at States.Get.Next\n"
            "  did you mean 'Each'?\n"
            "orders.asl.json: 1 state machine, 1 error, 2 warnings.\n"
        ),
    )


def test_the_value_of_a_substitution_is_not_linted(orders: Run):
    Path("orders.asl.json").write_text(ORDERS.replace("arn:aws:states:::lambda:invoke", "${GetArn}"))
    done = orders("lint", "orders.asl.json")
    assert (done.code, done.out) == (0, "orders.asl.json: 1 state machine, nothing found.\n")
    wrong = {"Type": "Pass", "Output": "{% ${Value} %}", "End": True}
    Path("m.asl.json").write_text(json.dumps({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": wrong}}))
    done = orders("lint", "m.asl.json")
    assert (done.code, done.out) == (
        0,
        (
            "m.asl.json:1: warning: ${Value} is substituted as text inside an expression, so its value becomes code "
            "[substitution-in-expression]\n"
            "  at States.P.Output\n"
            "  write it as a separate string in Assign, and use the variable in the expression\n"
            "m.asl.json: 1 state machine, 1 warning.\n"
        ),
    )


@pytest.mark.parametrize("name", ["m.json", "m.yaml", "m.asl.yml", "M.ASL.JSON"])
def test_a_definition_has_any_name_if_it_has_states(run: Run, name: str):
    Path(name).write_text(PASS if "json" in name.lower() else "StartAt: P\nStates:\n  P: {Type: Pass, End: true}\n")
    for command in ("simulate", "graph", "lint"):
        done = run(command, name)
        assert (done.code, done.err) == (0, "")
    assert done.out == f"{name}: 1 state machine, nothing found.\n"


def test_a_definition_in_yaml_with_a_fault_has_its_line(run: Run):
    Path("m.asl.yaml").write_text("StartAt: P\nStates:\n  P: {Type: Pass, Next: Q}\n  P: {Type: Pass}\n")
    for command in ("simulate", "graph"):
        done = run(command, "m.asl.yaml")
        assert (done.code, done.out, done.err) == (
            1,
            "",
            "Error: duplicate key 'P'; the first is on line 3 (m.asl.yaml, line 4)\n",
        )
    assert run("lint", "m.asl.yaml").out == (
        "m.asl.yaml:4: error: duplicate key 'P' [definition]\n  the first is on line 3\nm.asl.yaml, 1 error.\n"
    )


BAD_FILES = {
    ("m.asl.json", "{"): "this is not JSON: Expecting property name enclosed in double quotes (m.asl.json, line 1)",
    ("m.json", '{"StartAt": "A",\n "States": {,}}'): (
        "this is not JSON: Expecting property name enclosed in double quotes (m.json, line 2)"
    ),
    ("m.asl.json", ""): "the file is empty; write an object with StartAt and States (m.asl.json, line 1)",
    (
        "m.asl.json",
        "[]",
    ): "a definition must be an object; write an object with StartAt and States (m.asl.json, line 1)",
    ("m.asl.json", '{"States": []}'): (
        "the definition has no StartAt; a definition is an object with StartAt and States (m.asl.json, line 1)"
    ),
    ("m.asl.json", '{"StartAt": "A",\n"States": []}'): (
        "States must be an object; write each state with its name (m.asl.json, line 2)"
    ),
    ("m.asl.yaml", "Resources: {}\n"): (
        "the definition has no StartAt and no States; it is a template; give it another name than *.asl.json and "
        "*.asl.yaml (m.asl.yaml, line 1)"
    ),
    ("m.yaml", "a: 1\n"): "neither a template with Resources nor a definition with StartAt and States (m.yaml, line 1)",
    ("m.yaml", "pattern: dag\n"): (
        "neither a template with Resources nor a definition with StartAt and States; it is a plan; pass it as "
        "--plan FILE (m.yaml, line 1)"
    ),
    ("m.json", '{"StateMachines": {}, "MockedResponses": {}}'): (
        "neither a template with Resources nor a definition with StartAt and States; it is a file of mocks; sfnorch "
        "simulate reads it with --mocks FILE (m.json, line 1)"
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
@pytest.mark.parametrize("command", ["simulate", "graph"])
def test_a_file_that_is_neither_a_template_nor_a_definition(run: Run, command: str, case: tuple[str, str]):
    Path(case[0]).write_text(case[1])
    done = run(command, case[0])
    assert (done.code, done.out, done.err) == (1, "", f"Error: {BAD_FILES[case]}\n")


def test_all_substitutions_without_a_value_are_listed(orders: Run):
    done = orders("simulate", "orders.asl.json", "--substitution", "Limmit=3", "--parameter-overrides", "A=b")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: unknown parameter A; a definition has no parameters, but substitutions\n"
            "Error: unknown substitution Limmit; did you mean Limit?\n"
            "Error: the substitution GetFunction has no value (orders.asl.json, line 7)\n"
            "Error: the substitution Limit has no value (orders.asl.json, line 13)\n"
            "  set substitutions with --substitution GetFunction=VALUE --substitution Limit=1\n"
        ),
    )


def test_the_example_for_a_resource_is_an_arn(run: Run):
    task = {"Type": "Task", "Resource": "${GetArn}", "ResultPath": "$.order", "End": True}
    Path("m.asl.json").write_text(json.dumps({"StartAt": "T", "States": {"T": task}}))
    done = run("simulate", "m.asl.json")
    option = "--substitution GetArn=arn:aws:lambda:us-east-1:123456789012:function:GetArn"
    assert (done.code, done.err) == (
        1,
        (f"Error: the substitution GetArn has no value (m.asl.json, line 1)\n  set substitutions with {option}\n"),
    )
    assert run("simulate", "m.asl.json", *option.split(), "--mock", "T=1").code == 0


def test_a_missing_mock_is_named_with_its_option(orders: Run):
    Path("orders.asl.json").write_text(ORDERS.replace('"ResultPath": null', '"ResultPath": "$.order"'))
    done = orders("simulate", "orders.asl.json", *GIVEN)
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: orders: Get calls lambda:invoke, which cannot be simulated\n"
            "  specify its result: --mock 'Get={\"Payload\": {}}'\n"
        ),
    )


TEMPLATE = """\
Parameters:
  Bucket: {Type: String}
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Count: {Type: Number}
  Known: {Type: String, Default: x}
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: m
      Role: arn:aws:iam::123456789012:role/r
      DefinitionSubstitutions: {Where: !Ref Bucket, Unused: u}
      Definition:
        QueryLanguage: JSONata
        StartAt: P
        States: {P: {Type: Pass, Output: '${Where} ${Other}', End: true}}
"""


def test_all_parameters_without_a_value_are_listed(run: Run):
    Path("t.yaml").write_text(TEMPLATE)
    done = run("simulate", "t.yaml", "--parameter-overrides", "Stage=test", "Knwn=y")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: Stage cannot be 'test': it must be one of dev, prod\n"
            "Error: unknown parameter Knwn; did you mean Known?\n"
            "Error: the parameter Bucket has no default; specify a value\n"
            "Error: the parameter Count has no default; specify a value\n"
            "  set parameters with --parameter-overrides Bucket=VALUE Count=1\n"
        ),
    )
    assert run("simulate", "t.yaml").err.splitlines()[-1] == (
        "  set parameters with --parameter-overrides Bucket=VALUE Stage=dev Count=1"
    )


def test_substitutions_of_a_template_are_overridden(run: Run):
    Path("t.yaml").write_text(TEMPLATE)
    values = ("--parameter-overrides", "Bucket=b", "Stage=dev", "Count=1", "--output", "json")

    def play(*given: str) -> str:
        return json.loads(run("simulate", "t.yaml", *given, *values).out)["executions"][0]["output"]

    assert play() == "b ${Other}"
    assert play("--substitution", "Where=c=d", "--substitution", "Other=e", "--substitution", "Unused=f") == "c=d e"
    done = run("simulate", "t.yaml", "--substitution", "Wher=c", "--substitution", "zzz=", *values)
    assert (done.code, done.err) == (
        1,
        (
            "Error: unknown substitution Wher; did you mean Where?\n"
            "Error: unknown substitution zzz; available: Other, Unused, Where\n"
            "  set substitutions with --substitution NAME=VALUE\n"
        ),
    )


@pytest.mark.parametrize(
    "value", ["null", "true", "1", "-1.5e3", '"text"', "[]", "[1, null]", "{}", '"\\ud83d\\ude00"']
)
def test_the_input_is_any_json_value(run: Run, value: str):
    Path("m.asl.json").write_text(PASS)
    Path("input.json").write_text(value)
    for given in (value, "@input.json"):
        done = run("simulate", "m.asl.json", "--input", given, "--output", "json")
        (execution,) = json.loads(done.out)["executions"]
        assert (done.code, execution["input"], execution["output"]) == (0, json.loads(value), json.loads(value))


def test_an_input_that_aws_rejects_because_of_its_size(run: Run):
    Path("m.asl.json").write_text(PASS)
    fits = json.dumps("x" * 262_142)
    assert run("simulate", "m.asl.json", "--input", fits, "--output", "json").code == 0
    Path("blank.json").write_text(fits + " ")
    Path("large.json").write_text(json.dumps(["é" * 1000] * 5_000, ensure_ascii=False))  # 10 MB
    for given in ("@blank.json", "@large.json", json.dumps("é" * 131_072, ensure_ascii=False)):
        done = run("simulate", "m.asl.json", "--input", given)
        assert (done.code, done.out, done.err.splitlines()[-1]) == (
            2,
            "",
            (
                "Error: --input: the input has more than 262,144 bytes, so StartExecution rejects it; store the data in "
                "Amazon S3, and pass its location."
            ),
        )


def test_a_file_with_an_input_that_is_not_utf_8(run: Run):
    Path("m.asl.json").write_text(PASS)
    Path("input.json").write_bytes(b'"\xff"')
    done = run("simulate", "m.asl.json", "--input", "@input.json")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        (
            "Error: --input: input.json can't be read: 'utf-8' codec can't decode byte 0xff in position 1: invalid "
            "start byte."
        ),
    )


WAIT = '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": true}}}'
EXPRESS = """\
T+00s  m starts
T+05m  m TIMED_OUT

  T+00s        T+01m        T+02m       T+03m        T+04m
m ████████████████████████████████████████████████████████████████ 05m TIMED_OUT

m TIMED_OUT

wall time          05m
critical path      no job run
job runs           00s in all, at most 0 at once
state transitions  1, not billed: Express workflows are billed by requests,
                   duration and memory
longest history    3 events
"""


def test_an_express_machine_ends_after_five_minutes(run: Run):
    Path("m.asl.json").write_text(WAIT)
    assert run("simulate", "m.asl.json").code == 0
    done = run("simulate", "m.asl.json", "--type", "express")
    assert (done.code, done.err, lines(done.out)) == (3, "", lines(EXPRESS))


@pytest.mark.slow
def test_the_history_of_an_express_machine_has_no_limit_but_an_endless_loop_ends(run: Run):
    states = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(13_000)}
    states["P13000"] = {"Type": "Succeed"}
    Path("m.asl.json").write_text(json.dumps({"StartAt": "P0", "States": states}))
    assert run("simulate", "m.asl.json", "--type", "express", "--output", "json").code == 0
    ends = {"Variable": "$", "IsNull": True, "Next": "S"}
    loop = {"C": {"Type": "Choice", "Choices": [ends], "Default": "C"}, "S": {"Type": "Succeed"}}
    Path("m.asl.json").write_text(json.dumps({"StartAt": "C", "States": loop}))
    done = run("simulate", "m.asl.json", "--type", "express")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: m: an Express workflow has more than 50,000 transitions\n"
            "  check whether the loop with C ends; on AWS, it ends after five minutes\n"
        ),
    )


def test_the_type_replaces_that_of_the_template(run: Run):
    body = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineType": "EXPRESS"}}
    body["Properties"] |= {"StateMachineName": "m", "RoleArn": "arn:aws:iam::1:role/r", "Definition": json.loads(WAIT)}
    Path("t.json").write_text(json.dumps({"Resources": {"M": body}}))
    assert run("simulate", "t.json").code == 3
    assert run("simulate", "t.json", "--type", "standard").code == 0


def test_rules_that_read_a_template_do_not_check_definitions():
    rules = {rule.id for rule in RULES if not rule.checks_definitions} - {rule.id for rule in DELIVERY_RULES}
    assert rules == {
        *("alarm-topic-key", "bucket-unprotected", "express-execution-waited", "failure-not-notified"),
        *(
            "invalid-schedule",
            "log-group-arn",
            "missing-permission",
            "null-value",
            "permission-unknown",
            "substitution-missing",
        ),
        *("topic-key-access", "unused-permission", "wildcard-resource", "wrong-partition", "yaml-alias"),
    }
