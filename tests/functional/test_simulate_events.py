"""`sfnorch simulate --event`: which rule an event matches, the input that it creates, and what is said otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

PLAN = """\
pattern: flow
name: etl
parameters:
  source_key: {default: none}
  mode: {type: enum, values: [full, delta], default: full}
  rows: {type: integer, default: 0}
starts:
- name: orders
  s3: {bucket: our-landing-zone, prefix: in/, suffix: .csv}
  params: {mode: delta}
  params_from: {source_key: key, rows: size}
- name: ready
  event: {source: [our.shop], detail: {state: [{anything-but: draft}]}}
  params_from:
    source_key: $.detail.table
- name: nightly
  schedule: rate(1 day)
steps:
- {name: load, glue_job: load, arguments: {--key: '{% $params.source_key %}', --mode: '{% $params.mode %}', --date: '{% $run.date %}'}}
"""
EVENT = {
    "version": "0",
    "source": "aws.s3",
    "detail-type": "Object Created",
    "time": "2026-11-27T03:00:00Z",
    "detail": {"bucket": {"name": "our-landing-zone"}, "object": {"key": "in/x.csv", "size": 5, "etag": "e"}},
}
MACHINE = """\
  {name}:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: {name}
      RoleArn: !GetAtt Role.Arn
      Definition: {{QueryLanguage: JSONata, StartAt: Done, States: {{Done: {{Type: Succeed}}}}}}
"""
RULE = """\
  {name}:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {{source: [our.shop]}}
      Targets: [{{Id: target, Arn: !Ref {machine}, RoleArn: !GetAtt Role.Arn{more}}}]
"""
ROLE = """\
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: [states.amazonaws.com, events.amazonaws.com]}, Action: 'sts:AssumeRole'}]
"""
DATA = [
    'in/{"a": 1}.csv',
    "in/<aws.events.event>.csv",
    "in/<source_key>.csv",
    'in/"\\ \t\n.csv',
    "in/{% $now() %}.csv",
    "in/${Environment}é\u2028.csv",
]


@pytest.fixture
def plan(run: Run) -> Run:
    Path("sfnorch.yaml").write_text(PLAN)
    return run


def template(*rules: tuple[str, str, str]) -> None:
    parts = [MACHINE.format(name=name) for name in ("First", "Second")]
    parts += [RULE.format(name=name, machine=machine, more=more) for name, machine, more in rules]
    Path("t.yaml").write_text("Resources:\n" + ROLE + "".join(parts))


def given_input(run: Run, *arguments: str, event: Any) -> Any:
    done = run("simulate", *arguments, "--event", json.dumps(event), "--output", "json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)["executions"][0]["input"]


@pytest.mark.smoke
def test_an_object_starts_the_orchestration_with_its_key(plan: Run):
    Path("event.json").write_text(json.dumps(EVENT))
    done = plan("simulate", "--event", "@event.json", "--output", "json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["executions"][0]["input"] == {
        "params": {"mode": "delta", "source_key": "in/x.csv", "rows": 5},
        "run": {"scheduledAt": "2026-11-27T03:00:00Z"},
    }


@pytest.mark.parametrize("key", DATA)
def test_a_key_stays_data(plan: Run, key: str):
    detail = {"bucket": {"name": "our-landing-zone"}, "object": {"key": key, "size": 1}}
    done = plan("simulate", "--event", json.dumps({**EVENT, "detail": detail}), "--output", "json")
    assert (done.code, done.err) == (0, "")
    run = json.loads(done.out)
    assert run["executions"][0]["input"]["params"]["source_key"] == key
    assert [each["arguments"] for each in run["jobRuns"]] == [{"--key": key, "--mode": "delta", "--date": "2026-11-27"}]


def test_a_value_that_is_invalid_for_its_parameter(plan: Run):
    detail = {"bucket": {"name": "our-landing-zone"}, "object": {"key": "in/x.csv", "size": "five"}}
    done = plan("simulate", "--event", json.dumps({**EVENT, "detail": detail}), "--output", "json")
    assert (done.code, done.err) == (3, "")
    run = json.loads(done.out)
    assert [(each["error"], each["cause"]) for each in run["executions"]] == [
        ("InvalidInput", "the parameter rows must be a whole number of at most 15 digits; got five")
    ]
    assert run["jobRuns"] == []


def test_eventbridge_adds_fields_and_a_missing_value_is_an_empty_text(plan: Run):
    assert given_input(plan, event={"source": "our.shop", "detail": {"state": "ready"}}) == {
        "params": {"source_key": ""},
        "run": {"scheduledAt": "2026-01-01T00:00:00Z"},
    }


@pytest.mark.parametrize(
    ("event", "hint"),
    [
        (
            {"source": "our.shop", "detail": {"state": "draft"}},
            'ReadyStartRule does not match detail.state: expected [{"anything-but": "draft"}], got "draft"',
        ),
        (
            {**EVENT, "detail": {"bucket": {"name": "our-landing-zone"}, "object": {"key": "in/x.txt"}}},
            'OrdersStartRule does not match detail.object.key: expected [{"wildcard": "in/*.csv"}], got "in/x.txt"',
        ),
        (
            {"source": "aws.s3", "detail-type": "Object Deleted"},
            (
                'ReadyStartRule does not match source: expected ["our.shop"], got "aws.s3"; detail.state: expected '
                '[{"anything-but": "draft"}], got nothing'
            ),
        ),
    ],
)
def test_an_event_that_no_rule_matches(plan: Run, event: Any, hint: str):
    done = plan("simulate", "--event", json.dumps(event))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: sfnorch.yaml, rendered: no rule matches the event; rules that start a state machine: OrdersStartRule and "
        f"ReadyStartRule\n  {hint}\n"
    )


def test_a_plan_without_events(run: Run):
    done = run("simulate", "--event", "{}")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: the default plan, rendered: no EventBridge rule with an event pattern starts a state machine\n"
            "  add a start with s3 or event to the plan, or simulate with an input instead of an event\n"
        ),
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--event", "[]"], '--event: expected a JSON object, such as {"source": "our.shop", "detail": {}}.'),
        (
            ["--event", "{"],
            "--event: invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (["--event", "@none.json"], "--event: none.json can't be read: No such file or directory."),
        (["--event", "{}", "--input", '{"a": 1}'], "--event: an event and an input exclude each other."),
    ],
)
def test_wrong_usage(plan: Run, arguments: list[str], said: str):
    done = plan("simulate", *arguments)
    assert (done.code, done.err.splitlines()[-1]) == (2, f"Error: {said}")


def test_a_foreign_template_whose_rules_start_two_machines(run: Run):
    template(("One", "First", ""), ("Two", "Second", ", Input: '{\"a\": [1]}'"))
    done = run("simulate", "t.yaml", "--event", '{"source": "our.shop"}')
    assert (done.code, done.err) == (
        1,
        (
            "Error: t.yaml: the event starts 2 executions: One starts First, Two starts Second\n"
            "  choose one with --machine: First, Second\n"
        ),
    )
    assert given_input(run, "t.yaml", "--machine", "Second", event={"source": "our.shop"}) == {"a": [1]}
    assert given_input(run, "t.yaml", "--machine", "First", event={"source": "our.shop", "detail": {"x": 1}})[
        "detail"
    ] == {"x": 1}


def test_two_rules_that_start_one_machine(run: Run):
    template(("One", "First", ""), ("Two", "First", ""))
    done = run("simulate", "t.yaml", "--event", '{"source": "our.shop"}')
    assert (done.code, done.err) == (
        1,
        (
            "Error: t.yaml: the event starts 2 executions: One starts First, Two starts First\n"
            "  change the patterns so that only one rule matches, or simulate each execution with its input\n"
        ),
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (", InputPath: $.detail", None),
        (", InputPath: $.none", "One: the event has no value at the InputPath $.none"),
        (", InputPath: $..a", "One: the input of the target is invalid: EventBridge does not evaluate the path $..a"),
        (
            ", Input: '{'",
            "One: the input of the target is invalid: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (
            ", InputTransformer: {InputTemplate: '{\"a\": <b>}'}",
            (
                "One: the input template contains the invalid placeholder <b>\n"
                "  EventBridge would start no execution; correct the input transformer"
            ),
        ),
    ],
)
def test_the_input_of_a_foreign_rule(run: Run, target: str, said: str | None):
    template(("One", "First", target))
    event = {"source": "our.shop", "detail": {"x": 1}}
    if said is None:
        assert given_input(run, "t.yaml", event=event) == {"x": 1}
        return
    done = run("simulate", "t.yaml", "--event", json.dumps(event))
    assert (done.code, done.err) == (1, f"Error: {said}\n")


def test_a_rule_that_is_disabled(run: Run):
    template(("One", "First", ""))
    path = Path("t.yaml")
    path.write_text(path.read_text().replace("      EventPattern", "      State: DISABLED\n      EventPattern"))
    done = run("simulate", "t.yaml", "--event", '{"source": "our.shop"}')
    assert (done.code, done.err) == (
        1,
        (
            "Error: t.yaml: no rule matches the event; rules that start a state machine: One\n"
            "  One matches, but its State is DISABLED\n"
        ),
    )


def test_an_event_of_sam(run: Run):
    events = "{Ready: {Type: EventBridgeRule, Properties: {Pattern: {source: [our.shop]}, InputPath: $.detail}}}"
    Path("t.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        + ROLE
        + MACHINE.format(name="First")
        .replace("AWS::StepFunctions", "AWS::Serverless")
        .replace("StateMachineName", "Name")
        .replace("RoleArn", "Role")
        + f"      Events: {events}\n"
    )
    assert given_input(run, "t.yaml", event={"source": "our.shop", "detail": {"x": 1}}) == {"x": 1}
