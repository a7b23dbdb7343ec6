"""The pipeline's template: what must hold whatever plan it is of."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.delivery.pipeline.boundary import REQUIRED_ACTIONS
from sfnorch.delivery.pipeline.creation import CREATED
from sfnorch.delivery.pipeline.render import render_pipeline
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS
from sfnorch.delivery.reading import read_projects
from sfnorch.errors import SfnorchError
from sfnorch.partitions import CONSOLES, find_partition
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.iam import can_allow
from sfnorch.template.reader import Source, parse_template
from sfnorch.template.resources import StackEnvironment
from sfnorch.workflow import Workflow
from tests.golden.artifacts import PLANS

EVERY_PLAN = sorted(PLANS.glob("*.plan.yaml"))
NAMED = {
    "AWS::Events::Rule": ("events:PutRule", "Name", "rule/"),
    "AWS::SQS::Queue": ("sqs:CreateQueue", "QueueName", ""),
    "AWS::Scheduler::ScheduleGroup": ("scheduler:CreateScheduleGroup", "Name", "schedule-group/"),
}
"""What creates a resource, the key of its name, and the beginning of the last part of its ARN."""

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"


@cache
def built(plan: str) -> Workflow:
    """The plan's workflow: no test changes what is kept here and below."""
    return build_workflow(parse_plan(plan, folder=PLANS))


@cache
def rendered(plan: str) -> Source:
    """The plan's template, read."""
    return parse_template(render_template(built(plan), "cfn"), "plan")


@cache
def pipeline_of(plan: str, source: str = "connection", **parameters: str) -> Template:
    return evaluate_template(_pipeline(plan, source), parameters)


@cache
def _pipeline(plan: str, source: str) -> Source:
    text = render_pipeline(built(plan), source, stack_name="etl", approval=True)
    return parse_template(text, "pipeline")


def statements(template: Template, role: str) -> list[Any]:
    (found,) = (known for known in template.roles.values() if known.name == role)
    return list(found.statements)


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1", "us-isof-south-1"])
def test_the_message_of_a_stage_that_failed_leads_into_the_console_of_its_partition(region: str):
    template = evaluate_template(_pipeline("pattern: dynamic", "connection"), where=StackEnvironment(region=region))
    (target,) = template.source.data["Resources"]["StageFailed"]["Properties"]["Targets"]
    message = template.stack.evaluate_text(target["InputTransformer"]["InputTemplate"])
    console = CONSOLES[find_partition(region).name]
    assert f" https://{region}.{console}/codesuite/codepipeline/pipelines/<pipeline>/" in message
    assert message.endswith(f'?region={region}"')


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.name)
def test_cloudformation_may_make_every_type_of_resource_that_is_rendered(path: Any):
    kinds = {resource["Type"] for resource in rendered(path.read_text()).data["Resources"].values()}
    assert kinds <= set(CREATED)


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.name)
def test_every_name_that_is_rendered_is_one_that_cloudformation_may_give(path: Any):
    plan = path.read_text()
    granted = statements(pipeline_of(plan, StackName="etl"), "CloudFormationRole")
    made = evaluate_template(rendered(plan), where=StackEnvironment(stack_name="etl"))
    for machine in made.machines:
        assert can_allow(granted, "states:CreateStateMachine", machine.arn)
    for alarm in made.alarms:
        assert can_allow(
            granted, "cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{alarm.name}"
        )
    for resource in made.source.data["Resources"].values():
        given = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            assert made.stack.evaluate_text(given["Path"]) == "/etl/"
        if resource["Type"] == "AWS::Logs::LogGroup":
            group = made.stack.evaluate_text(given["LogGroupName"])
            assert can_allow(granted, "logs:CreateLogGroup", f"arn:aws:logs:us-east-1:123456789012:log-group:{group}")
        if resource["Type"] == "AWS::Scheduler::Schedule":
            group = made.stack.evaluate_text(given.get("GroupName", "default"))
            name = f"schedule/{group}/{made.stack.evaluate_text(given['Name'])}"
            assert can_allow(granted, "scheduler:CreateSchedule", f"arn:aws:scheduler:us-east-1:123456789012:{name}")
        if created := NAMED.get(resource["Type"]):
            action, key, name = created
            service = action.partition(":")[0]
            arn = f"arn:aws:{service}:us-east-1:123456789012:{name}{made.stack.evaluate_text(given[key])}"
            assert can_allow(granted, action, arn)


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole", "iam:DeleteRole"])
def test_cloudformation_makes_roles_under_the_stacks_path_alone(action: str):
    granted = statements(pipeline_of("pattern: dynamic", StackName="etl"), "CloudFormationRole")
    account = "arn:aws:iam::123456789012:role"
    assert [can_allow(granted, action, f"{account}/{name}") for name in ("etl/a", "etl2/a", "a", "admin/etl/a")] == [
        *(True, False, False, False)
    ]


def test_with_a_boundary_roles_are_made_within_it_and_never_freed_of_it():
    free = pipeline_of("pattern: dynamic", RolesWithoutBoundary="true")
    own = pipeline_of("pattern: dynamic")
    given = pipeline_of("pattern: dynamic", PermissionsBoundaryArn=BOUNDARY, RolesWithoutBoundary="true")
    role = "arn:aws:iam::123456789012:role/etl/a"
    for template, may_unbind in ((free, True), (own, False), (given, False)):
        granted = statements(template, "CloudFormationRole")
        assert can_allow(granted, "iam:DeleteRolePermissionsBoundary", role) is may_unbind
        (make,) = (one for one in granted if one.allow and "iam:CreateRole" in one.actions)
        assert make.conditional is not may_unbind
    assert not can_allow(statements(given, "CloudFormationRole"), "iam:CreatePolicyVersion", BOUNDARY)


@pytest.mark.parametrize(
    ("parameters", "boundary"),
    [
        ({}, "arn:aws:iam::123456789012:policy/stack-RoleBoundary-XXXXXXXXXXXX"),
        ({"PermissionsBoundaryArn": BOUNDARY}, BOUNDARY),
        ({"PermissionsBoundaryArn": BOUNDARY, "RolesWithoutBoundary": "true"}, BOUNDARY),
        ({"RolesWithoutBoundary": "true"}, ""),
    ],
)
def test_the_boundary_in_force_is_handed_on(parameters: dict[str, str], boundary: str):
    template = pipeline_of("pattern: dynamic", **parameters)
    (review,) = (project for project in read_projects(template) if project.logical_id == "Review")
    assert json.loads(review.variables["PARAMETERS"]) == {"PermissionsBoundaryArn": boundary}


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.name)
def test_the_boundary_allows_what_the_roles_that_are_rendered_allow_and_nothing_of_iam(path: Any):
    plan = path.read_text()
    boundary = pipeline_of(plan).source.data["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]
    statement, _ = boundary["Statement"]
    assert len(json.dumps(boundary, separators=(",", ":"))) < 6_144
    made = evaluate_template(rendered(plan))
    used = {action for role in made.roles.values() for one in role.statements for action in one.actions}
    assert used - set(statement["Action"]) == set()
    assert [action for action in statement["Action"] if action.startswith(("iam:", "sts:"))] == []


FUNCTION = """\
pattern: flow
functions:
  - {name: clean, code: clean.py, permissions: [{actions: [%s], resources: ['*']}]}
steps:
  - {name: clean, lambda: clean}
"""


@pytest.mark.parametrize(
    "action",
    [
        "iam:PassRole",
        "iam:*",
        "sts:AssumeRole",
        "account:CloseAccount",
        "codepipeline:PutApprovalResult",
        "cloudformation:ExecuteChangeSet",
    ],
)
def test_a_function_gets_no_action_of_iam_within_the_boundary(tmp_path: Path, action: str):
    (tmp_path / "clean.py").write_text("def handler(event, context):\n    return event\n")
    plan = parse_plan(FUNCTION % f"'{action}', 's3:GetBucketTagging'", folder=tmp_path)
    text = render_pipeline(build_workflow(plan), "connection", stack_name="etl")
    boundary = parse_template(text, "pipeline").data["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]
    assert boundary["Statement"][0]["Action"][len(REQUIRED_ACTIONS) :] == ["s3:GetBucketTagging"]


def test_permissions_of_functions_that_do_not_fit_into_a_boundary_are_refused(tmp_path: Path):
    (tmp_path / "clean.py").write_text("def handler(event, context):\n    return event\n")
    actions = [f"glue:GetSomethingWithALongName{'ABCDEFGHIJKLMNOPQRSTUVWXY'[n % 25]}{n}" for n in range(200)]
    many = "}, {actions: [".join(", ".join(actions[n : n + 50]) + "], resources: ['*']" for n in range(0, 200, 50))
    plan = parse_plan(FUNCTION.replace("%s], resources: ['*']", "%s") % many, folder=tmp_path)
    with pytest.raises(SfnorchError, match=r"would list \d+ actions, too many for a policy"):
        render_pipeline(build_workflow(plan), "connection", stack_name="etl")


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.name)
@pytest.mark.parametrize("source", SOURCE_KINDS)
def test_no_value_of_a_parameter_that_is_handed_on_breaks_the_json_that_it_stands_in(path: Any, source: str):
    declarations = _pipeline(path.read_text(), source).data["Parameters"]
    handed_on = {parameter.name for parameter in built(path.read_text()).parameters}
    for name, declared in declarations.items():
        if name in handed_on:
            taken = [
                text for text in ('a"b', "a\\b", "a\nb", "a\x00b") if re.fullmatch(declared["AllowedPattern"], text)
            ]
            assert taken == []


BRANCHES = {
    **dict.fromkeys(("main", "release/1.2", "a_b-c.d", "7", "_x"), True),
    **dict.fromkeys(
        ("", "a b", "a..b", "a//b", "/a", "a/", "-a", ".a", "a.", "a/.b", "a~1", "a#{b}", "a$b", "a*"), False
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_branches(name: str):
    declared = pipeline_of("pattern: dynamic").stack.get_section("Parameters")["Branch"]
    assert bool(re.fullmatch(declared["AllowedPattern"], name)) is BRANCHES[name]
