"""`sfnorch lint`, whole: what it prints, and its exit code, for good and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from tests.conftest import Run

ALARM = """\
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/States
      MetricName: ExecutionsFailed
      Dimensions: [{Name: StateMachineArn, Value: !Ref M}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      AlarmActions: [arn:aws:sns:us-east-1:123456789012:oncall]
"""
HEAD = """\
Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
"""
GOOD = f"{HEAD}      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}\n"
WARNED = f"{HEAD}      Definition: {{StartAt: A, States: {{A: {{Type: Task, Resource: !Sub 'arn:${{AWS::Partition}}:states:::lambda:invoke', End: true}}}}}}\n"
BAD = f"{HEAD}      Definition: {{StartAt: B, States: {{A: {{Type: Succeed}}}}}}\n"


def test_the_plans_rendering(run: Run):
    done = run("lint")
    assert (done.code, done.out, done.err) == (
        0,
        "the default plan, rendered: 6 state machines, nothing found.\n",
        "",
    )
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    assert run("lint").out == "sfnorch.yaml, rendered: 1 state machine, nothing found.\n"
    Path("other.yaml").write_text("pattern: master-child\nchildren: [{jobs: [a]}]\n")
    assert run("lint", "--plan", "other.yaml").out == "other.yaml, rendered: 2 state machines, nothing found.\n"


def test_a_plans_errors_are_the_plans(run: Run):
    Path("p.yaml").write_text("pattern: dinamic\n")
    done = run("lint", "--plan", "p.yaml")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        "Error: pattern: unknown pattern 'dinamic'; did you mean dynamic? (p.yaml, line 1)\n",
    )


@pytest.mark.smoke
def test_warnings_end_well_and_errors_do_not(run: Run):
    Path("warned.yaml").write_text(WARNED)
    Path("bad.yaml").write_text(BAD)
    Path("good.yaml").write_text(GOOD)
    done = run("lint", "warned.yaml")
    assert (done.code, done.err, done.out) == (
        0,
        "",
        """\
warned.yaml:2: warning: if A fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
warned.yaml:6: info: the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template [permission-unknown]
  at Resources.M.Properties.Definition.States.A.Resource
warned.yaml: 1 state machine, 1 warning, 1 info.
""",
    )
    done = run("lint", "bad.yaml", "good.yaml", "warned.yaml")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        """\
bad.yaml:6: error: Missing 'Next' target: B [refused-definition]
  at Resources.M.Properties.Definition.StartAt
  use the name of a state in the same scope
warned.yaml:2: warning: if A fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
warned.yaml:6: info: the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template [permission-unknown]
  at Resources.M.Properties.Definition.States.A.Resource
3 templates, 1 error, 1 warning, 1 info.
""",
    )


def test_json(run: Run):
    Path("bad.yaml").write_text(BAD)
    done = run("lint", "--output", "json", "bad.yaml")
    assert (done.code, json.loads(done.out)) == (
        1,
        {
            "version": 1,
            "findings": [
                {
                    "rule": "refused-definition",
                    "severity": "error",
                    "file": "bad.yaml",
                    "line": 6,
                    "path": "Resources.M.Properties.Definition.StartAt",
                    "message": "Missing 'Next' target: B",
                    "hint": "use the name of a state in the same scope",
                }
            ],
        },
    )
    assert json.loads(run("lint", "--output", "json").out) == {"version": 1, "findings": []}


def test_a_rule_that_is_ignored(run: Run):
    Path("bad.yaml").write_text(BAD)
    done = run("lint", "bad.yaml", "--ignore", "statelint", "--ignore", "E3601")
    assert (done.code, done.out) == (0, "bad.yaml: 1 state machine, nothing found.\n")


@pytest.mark.smoke
def test_a_template_in_json_with_a_definition_in_a_file(run: Run):
    folder = Path("etl")
    folder.mkdir()
    (folder / "machine.asl.json").write_text('{\n  "StartAt": "A",\n  "States": {"B": {"Type": "Succeed"}}\n}\n')
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "M": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "machine.asl.json"}}
        },
    }
    (folder / "t.json").write_text(json.dumps(template, indent=2))
    assert run("lint", "etl/t.json").out == (
        "etl/machine.asl.json:2: error: Missing 'Next' target: A [refused-definition]\n"
        "  at Resources.M.Properties.DefinitionUri.StartAt\n  use the name of a state in the same scope\n"
        "etl/t.json: 1 state machine, 1 error.\n"
    )


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
INPUTS: dict[str, tuple[str | bytes, int, str]] = {
    "a binary": (
        b"\x00\x01\xff\xfe",
        1,
        "t.yaml:1: error: byte 0xff is not UTF-8 [template]\n  save the template as UTF-8\nt.yaml, 1 error.\n",
    ),
    "no machines": (
        "Resources: {T: {Type: AWS::SNS::Topic}}\n",
        0,
        "t.yaml: no state machines, nothing found.\n",
    ),
    "no JSON in a definition": (
        f'{HEAD}      DefinitionString: |\n        {{"StartAt": "A",\n        "States": }}\n',
        1,
        (
            "t.yaml:8: error: the definition is not JSON: Expecting value at line 2 of the definition [definition]\n"
            "  at Resources.M.Properties.DefinitionString\nt.yaml: 1 state machine, 1 error.\n"
        ),
    ),
    "an unknown tag": (
        GOOD.replace("arn:aws:iam::123456789012:role/r", "!Get x"),
        1,
        "t.yaml:5: error: unknown tag !Get [template]\n  did you mean !GetAtt?\n",
    ),
    "a bomb": (
        BOMB,
        1,
        (
            "t.yaml:1: error: its aliases expand to 1,234,567,900 values [template]\n"
            "  write the values without aliases\nt.yaml, 1 error.\n"
        ),
    ),
    "a circle of names": (
        (
            "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt B.TopicName}}\n"
            "  B: {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt A.TopicName}}\n"
        ),
        1,
        "t.yaml:2: error: Circular Dependencies for resource A. Circular dependency with [B] [E3004]\n",
    ),
    "a file that isn't one": (
        "just words",
        1,
        (
            "t.yaml:1: error: a template must be a mapping of sections [template]\n  add a Resources section\n"
            "t.yaml, 1 error.\n"
        ),
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_bad_input(name: str, run: Run):
    content, code, begins = INPUTS[name]
    Path("t.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run("lint", "t.yaml")
    assert (done.code, done.err, done.out[: len(begins)]) == (code, "", begins)


def test_no_file_and_a_directory(run: Run):
    Path("folder").mkdir()
    done = run("lint", "none.yaml", "folder")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        """\
none.yaml: error: The template none.yaml does not exist [template]
  sfnorch render creates one
folder: error: folder is a directory; a template must be a file [template]
  specify a file in it
2 templates, 2 errors.
""",
    )


USAGES = {
    ("--ignore", "mising-permission", "--ignore", "E36O1", "--ignore", "zzz"): (
        "--ignore: unknown rule 'mising-permission', did you mean missing-permission?; unknown rule 'E36O1', "
        "did you mean E3691?; unknown rule 'zzz' (available rules: --list-rules)"
    ),
    ("t.yaml", "--plan", "p.yaml"): "A template and --plan exclude each other; pass one of them.",
}


@pytest.mark.parametrize("arguments", USAGES)
def test_wrong_usage(arguments: tuple[str, ...], run: Run):
    done = run("lint", *arguments)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", f"Error: {USAGES[arguments]}")


def test_the_list_of_rules_as_data(run: Run):
    rules = json.loads(run("lint", "--list-rules", "--output", "json").out)["rules"]
    assert all(set(rule) == {"rule", "severity", "title", "why", "source"} for rule in rules)
    assert all(rule["source"].startswith("https://") for rule in rules)
    assert len({rule["rule"] for rule in rules}) == len(rules) > 20


def test_our_own_rendering_without_sam(run: Run):
    Path("t.yaml").write_text(render_template(build_workflow(build_default_plan()), "cfn"))
    assert run("lint", "t.yaml").out == "t.yaml: 6 state machines, nothing found.\n"


@pytest.mark.slow
def test_the_largest_plan_with_a_dashboard(run: Run):
    """The dashboard refers to every state machine many times, so cfn-lint's calls are counted."""
    children = [{"name": f"child-{number}", "jobs": [f"job-{number}"], "max_duration": "1h"} for number in range(40)]
    plan = {"pattern": "master-child", "schedule": "cron(0 2 * * ? *)", "dashboard": True, "children": children}
    Path("t.yaml").write_text(render_template(build_workflow(parse_plan(json.dumps(plan))), "cfn"))
    assert run("lint", "t.yaml").out == "t.yaml: 41 state machines, nothing found.\n"


NOT_MAPPINGS = {
    "Parameters": ("Parameters: x\n", "t.yaml:2: error: Parameters must be a mapping [template]\n"),
    "Resources": ("Resources: [T]\n", "t.yaml:2: error: Resources must be a mapping [template]\n"),
    "a type with a brace": (
        "Resources: {T: {Type: 'AWS::{env}::Topic'}}\n",
        "t.yaml:1: error: cfn-lint cannot check this template [template]\n",
    ),
}


@pytest.mark.parametrize("name", NOT_MAPPINGS)
def test_what_cfn_lint_stumbles_over(name: str, run: Run):
    section, begins = NOT_MAPPINGS[name]
    Path("t.yaml").write_text(f"Transform: AWS::Serverless-2016-10-31\n{section}")
    done = run("lint", "t.yaml")
    assert (done.code, done.err, done.out[: len(begins)]) == (1, "", begins)


@pytest.mark.parametrize("body", ["10", "text", "[]", "", "{Type: String, AllowedPattern: 1, Default: a}"])
def test_a_parameter_that_is_no_declaration_is_an_error_of_the_template(run: Run, body: str):
    Path("t.yaml").write_text(f"Parameters:\n  Often: {body}\nResources: {{Topic: {{Type: AWS::SNS::Topic}}}}\n")
    done = run("lint", "t.yaml")
    assert done.code == 1, done
    assert "error: " in done.out


@pytest.mark.parametrize("kind", ["[Schedule]", "{a: Schedule}", "1"])
def test_an_event_whose_type_is_no_text_is_an_error_of_the_template(run: Run, kind: str):
    event = f"{{Type: {kind}, Properties: {{Schedule: rate(1 day)}}}}"
    body = f"Type: AWS::Serverless::StateMachine, Properties: {{Events: {{Daily: {event}}}}}"
    Path("t.yaml").write_text(f"Transform: AWS::Serverless-2016-10-31\nResources: {{Machine: {{{body}}}}}\n")
    done = run("lint", "t.yaml")
    assert (done.code, "error: " in done.out) == (1, True), done


def test_an_operator_that_jsonata_does_not_know(run: Run):
    Path("t.yaml").write_text(
        GOOD.replace("{StartAt: A,", "{QueryLanguage: JSONata, StartAt: A,").replace(
            "{Type: Succeed}", "{Type: Succeed, Output: '{% 1 ! 2 %}'}"
        )
    )
    done = run("lint", "t.yaml")
    assert done.code == 1
    assert "Unknown operator: '!' [jsonata-syntax]" in done.out


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\n", "add the resources of the stack, or specify another file"),
        ("pattern: dag\n", "it is a plan; pass it as --plan FILE"),
    ],
)
def test_a_file_that_is_not_a_template(run: Run, text: str, hint: str):
    Path("t.yaml").write_text(text)
    done = run("lint", "t.yaml")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        f"t.yaml:1: error: the template has no Resources [template]\n  {hint}\nt.yaml: no state machines, 1 error.\n"
    )
