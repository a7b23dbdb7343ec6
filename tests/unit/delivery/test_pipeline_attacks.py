"""Attacks on the pipeline: IAM denies each by the rendered policies, and allows it once its guard is removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.delivery.pipeline.render import render_pipeline
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.iam import AccessRequest, PolicySet, evaluate, read_statements
from sfnorch.template.reader import parse_template

ACCOUNT = "123456789012"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/stack-RoleBoundary-XXXXXXXXXXXX"
STACK, NEIGHBOUR = (f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{name}/0a1b" for name in ("etl", "etl-prod"))
ROLE, NEIGHBOURS_ROLE, ADMIN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("etl/a", "etl-prod/a", "admin"))
CLOUDFORMATION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/stack-CloudFormationRole-XXXXXXXXXXXX"
FOREIGN_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b"
ARTIFACTS, DEPLOYMENTS = "ArtifactBucket", "DeploymentBucket"
TAG = "aws:ResourceTag/aws:cloudformation:stack-name"

Data = dict[str, Any]
Guard = Callable[[Data], None]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """What one of the pipeline's roles, or a service, tries; `guard` removes from the template what denies it."""

    role: str
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)
    guard: Guard


@cache
def pipeline() -> str:
    """The pipeline of the default plan, as JSON."""
    text = render_pipeline(build_workflow(build_default_plan()), "connection", stack_name="etl")
    return json.dumps(parse_template(text, "pipeline").data)


@cache
def rendered() -> str:
    """The template of the default plan."""
    return render_template(build_workflow(build_default_plan()), "cfn")


def template_data() -> Data:
    """The pipeline's template, for a test to change."""
    return dict(json.loads(pipeline()))


@cache
def read(text: str) -> Template:
    """The contents of a template."""
    return evaluate_template(parse_template(text, "pipeline"))


def statements_of(data: Data, role: str) -> list[Data]:
    """The statements of a role's policy, as the template has them."""
    (policy,) = data["Resources"][role]["Properties"]["Policies"]
    return list(policy["PolicyDocument"]["Statement"])


def statement_of(data: Data, role: str, sid: str) -> Data:
    """The statement with this Sid."""
    (found,) = (each for each in statements_of(data, role) if each.get("Sid") == sid)
    return found


def without_condition(role: str, sid: str) -> Guard:
    """Removes the condition of a statement."""
    return lambda data: statement_of(data, role, sid).pop("Condition") and None


def without_statement(role: str, sid: str) -> Guard:
    """Removes a statement."""

    def remove(data: Data) -> None:
        (policy,) = data["Resources"][role]["Properties"]["Policies"]
        policy["PolicyDocument"]["Statement"].remove(statement_of(data, role, sid))

    return remove


def for_all_resources(role: str, sid: str) -> Guard:
    """Lets a statement hold for every resource."""
    return lambda data: statement_of(data, role, sid).update(Resource="*")


def as_one_role(role: str, other: str, *sids: str) -> Guard:
    """Gives the role statements of another one, as if both were the same."""

    def merge(data: Data) -> None:
        (policy,) = data["Resources"][role]["Properties"]["Policies"]
        policy["PolicyDocument"]["Statement"] += [statement_of(data, other, sid) for sid in sids]

    return merge


def with_roles_unbounded(data: Data) -> None:
    """Sets the parameter that does without a boundary."""
    data["Parameters"]["RolesWithoutBoundary"]["Default"] = "true"


def all_of(*guards: Guard) -> Guard:
    """Removes several guards."""
    return lambda data: [guard(data) for guard in guards] and None


def without_bucket_policy(data: Data) -> None:
    """Removes the deployment bucket's statement about who writes."""
    policy = data["Resources"]["DeploymentBucketPolicy"]["Properties"]["PolicyDocument"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "OnlyReviewWrites"]


def without_keeping_the_boundary(data: Data) -> None:
    """Removes the statement, within an Fn::If, that denies changes of the boundary."""
    (policy,) = data["Resources"]["CloudFormationRole"]["Properties"]["Policies"]
    listed = policy["PolicyDocument"]["Statement"]
    (found,) = (each for each in listed if any(part.get("Sid") == "KeepBoundary" for part in _branches(each)))
    listed.remove(found)


def without_keeping_off_the_pipeline(data: Data) -> None:
    """Removes the boundary's statement about the pipeline's buckets."""
    policy = data["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "KeepOffPipeline"]


def _branches(statement: Data) -> list[Data]:
    return [part for part in statement.get("Fn::If", []) if isinstance(part, dict)]


ATTACKS = {
    # deploy without approval
    "a push executes a change set": Attack(
        role="BuildRole",
        action="cloudformation:ExecuteChangeSet",
        resource=STACK,
        context={"cloudformation:ChangeSetName": "sfnorch-a-b"},
        guard=as_one_role("BuildRole", "PipelineRole", "ExecuteChangeSets"),
    ),
    "a push creates a change set": Attack(
        role="BuildRole",
        action="cloudformation:CreateChangeSet",
        resource=STACK,
        context={"cloudformation:RoleArn": CLOUDFORMATION_ROLE},
        guard=as_one_role("BuildRole", "ReviewRole", "CreateChangeSets"),
    ),
    "a push deletes the change set that was reviewed": Attack(
        role="BuildRole",
        action="cloudformation:DeleteChangeSet",
        resource=STACK,
        guard=as_one_role("BuildRole", "ReviewRole", "SeeStack"),
    ),
    "a push passes CloudFormation's role": Attack(
        role="BuildRole",
        action="iam:PassRole",
        resource=CLOUDFORMATION_ROLE,
        context={"iam:PassedToService": "cloudformation.amazonaws.com"},
        guard=as_one_role("BuildRole", "ReviewRole", "PassRole"),
    ),
    "the review executes its change set": Attack(
        role="ReviewRole",
        action="cloudformation:ExecuteChangeSet",
        resource=STACK,
        context={"cloudformation:ChangeSetName": "sfnorch-a-b"},
        guard=as_one_role("ReviewRole", "PipelineRole", "ExecuteChangeSets"),
    ),
    # execute another change set
    "the pipeline executes a change set that no review created": Attack(
        role="PipelineRole",
        action="cloudformation:ExecuteChangeSet",
        resource=STACK,
        context={"cloudformation:ChangeSetName": "by-hand"},
        guard=without_condition("PipelineRole", "ExecuteChangeSets"),
    ),
    "the pipeline executes a change set of the neighbour": Attack(
        role="PipelineRole",
        action="cloudformation:ExecuteChangeSet",
        resource=NEIGHBOUR,
        context={"cloudformation:ChangeSetName": "sfnorch-a-b"},
        guard=for_all_resources("PipelineRole", "ExecuteChangeSets"),
    ),
    "a change set acts by an administrator's role": Attack(
        role="ReviewRole",
        action="cloudformation:CreateChangeSet",
        resource=STACK,
        context={"cloudformation:RoleArn": ADMIN},
        guard=without_condition("ReviewRole", "CreateChangeSets"),
    ),
    "a change set acts by the review's own permissions": Attack(
        role="ReviewRole",
        action="cloudformation:CreateChangeSet",
        resource=STACK,
        context={"cloudformation:RoleArn": None},
        guard=without_condition("ReviewRole", "CreateChangeSets"),
    ),
    "a change set imports resources": Attack(
        role="ReviewRole",
        action="cloudformation:CreateChangeSet",
        resource=STACK,
        context={
            "cloudformation:RoleArn": CLOUDFORMATION_ROLE,
            "cloudformation:ImportResourceTypes": ["AWS::SNS::Topic"],
        },
        guard=without_statement("ReviewRole", "ImportNothing"),
    ),
    # replace function code, or what is built, between approval and execution
    "a push replaces function code": Attack(
        role="BuildRole",
        action="s3:PutObject",
        resource=f"{DEPLOYMENTS}/functions/0a1b.zip",
        guard=all_of(as_one_role("BuildRole", "ReviewRole", "PutCode"), without_bucket_policy),
    ),
    "a push replaces function code with the statement alone": Attack(
        role="BuildRole",
        action="s3:PutObject",
        resource=f"{DEPLOYMENTS}/functions/Built/0a1b.zip",
        guard=all_of(for_all_resources("BuildRole", "WriteOutput"), without_bucket_policy),
    ),
    "the pipeline replaces function code": Attack(
        role="PipelineRole",
        action="s3:PutObject",
        resource=f"{DEPLOYMENTS}/functions/0a1b.zip",
        guard=all_of(for_all_resources("PipelineRole", "MoveArtifacts"), without_bucket_policy),
    ),
    "a push replaces the source": Attack(
        role="BuildRole",
        action="s3:PutObject",
        resource=f"{ARTIFACTS}/etl-pipeline/Source/0a1b",
        guard=for_all_resources("BuildRole", "WriteOutput"),
    ),
    "a push replaces the template that CloudFormation reads": Attack(
        role="BuildRole",
        action="s3:PutObject",
        resource=f"{DEPLOYMENTS}/templates/etl/0a1b.template",
        guard=all_of(as_one_role("BuildRole", "ReviewRole", "PutTemplate"), without_bucket_policy),
    ),
    "a push writes into the log of the review": Attack(
        role="BuildRole",
        action="logs:PutLogEvents",
        resource=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/codebuild/stack-review:log-stream:a",
        guard=for_all_resources("BuildRole", "WriteLog"),
    ),
    "a template reads the artifacts": Attack(
        role="CloudFormationRole",
        action="s3:GetObject",
        resource=f"{ARTIFACTS}/etl-pipeline/Source/0a1b",
        guard=for_all_resources("CloudFormationRole", "ReadCode"),
    ),
    # create a role without a boundary
    "a template creates a role without a boundary": Attack(
        role="CloudFormationRole",
        action="iam:CreateRole",
        resource=ROLE,
        context={"iam:PermissionsBoundary": None},
        guard=with_roles_unbounded,
    ),
    "a template creates a role within another boundary": Attack(
        role="CloudFormationRole",
        action="iam:CreateRole",
        resource=ROLE,
        context={"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
        guard=without_condition("CloudFormationRole", "MakeRoles"),
    ),
    "a template exchanges the boundary": Attack(
        role="CloudFormationRole",
        action="iam:PutRolePermissionsBoundary",
        resource=ROLE,
        context={"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
        guard=without_condition("CloudFormationRole", "MakeRoles"),
    ),
    "a template removes the boundary": Attack(
        role="CloudFormationRole",
        action="iam:DeleteRolePermissionsBoundary",
        resource=ROLE,
        context={"iam:PermissionsBoundary": BOUNDARY},
        guard=with_roles_unbounded,
    ),
    "a template gives permissions to a role without a boundary": Attack(
        role="CloudFormationRole",
        action="iam:PutRolePolicy",
        resource=ROLE,
        context={"iam:PermissionsBoundary": None},
        guard=with_roles_unbounded,
    ),
    "a template attaches AdministratorAccess": Attack(
        role="CloudFormationRole",
        action="iam:AttachRolePolicy",
        resource=ROLE,
        context={
            "iam:PermissionsBoundary": BOUNDARY,
            "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
        },
        guard=without_condition("CloudFormationRole", "AttachPolicies"),
    ),
    "a template changes the boundary": Attack(
        role="CloudFormationRole",
        action="iam:CreatePolicyVersion",
        resource=BOUNDARY,
        guard=all_of(for_all_resources("CloudFormationRole", "MakePolicies"), without_keeping_the_boundary),
    ),
    "a role in the stack uses IAM": Attack(
        role="RoleBoundary",
        action="iam:CreateUser",
        resource=f"arn:aws:iam::{ACCOUNT}:user/a",
        guard=lambda data: data["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]["Statement"][0].update(
            Action="*"
        ),
    ),
    **{
        f"a role in the stack {does}": Attack(
            role="RoleBoundary",
            action=action,
            resource=resource,
            guard=all_of(without_keeping_off_the_pipeline, without_bucket_policy),
        )
        for does, action, resource in (
            ("replaces what was built", "s3:PutObject", f"{ARTIFACTS}/etl-pipeline/Built/0a1b"),
            ("replaces the source", "s3:PutObject", f"{ARTIFACTS}/etl-pipeline/Source/0a1b"),
            ("reads the source", "s3:GetObject", f"{ARTIFACTS}/etl-pipeline/Source/0a1b"),
            ("replaces function code", "s3:PutObject", f"{DEPLOYMENTS}/functions/0a1b.zip"),
        )
    },
    # pass a role to Lambda
    "the review passes CloudFormation's role to Lambda": Attack(
        role="ReviewRole",
        action="iam:PassRole",
        resource=CLOUDFORMATION_ROLE,
        context={"iam:PassedToService": "lambda.amazonaws.com"},
        guard=without_condition("ReviewRole", "PassRole"),
    ),
    "a template passes an administrator's role to Lambda": Attack(
        role="CloudFormationRole",
        action="iam:PassRole",
        resource=ADMIN,
        context={"iam:PassedToService": "lambda.amazonaws.com"},
        guard=for_all_resources("CloudFormationRole", "PassRoles"),
    ),
    "a template passes a role of the stack to EC2": Attack(
        role="CloudFormationRole",
        action="iam:PassRole",
        resource=ROLE,
        context={"iam:PassedToService": "ec2.amazonaws.com"},
        guard=without_condition("CloudFormationRole", "PassRoles"),
    ),
    # write the neighbour's stack
    "the review creates a change set of the neighbour": Attack(
        role="ReviewRole",
        action="cloudformation:CreateChangeSet",
        resource=NEIGHBOUR,
        context={"cloudformation:RoleArn": CLOUDFORMATION_ROLE},
        guard=for_all_resources("ReviewRole", "CreateChangeSets"),
    ),
    **{
        f"a template calls {action} on the neighbour's {resource}": Attack(
            role="CloudFormationRole",
            action=action,
            resource=f"arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}",
            context={TAG: "etl-prod"},
            guard=without_statement("CloudFormationRole", "KeepOffOtherStacks"),
        )
        for service, action, resource in (
            ("states", "states:UpdateStateMachine", "stateMachine:etl-prod-master"),
            ("states", "states:DeleteStateMachine", "stateMachine:etl-prod-master"),
            ("states", "states:TagResource", "stateMachine:etl-prod-master"),
            ("cloudwatch", "cloudwatch:PutMetricAlarm", "alarm:etl-prod-master-failed"),
            ("cloudwatch", "cloudwatch:DeleteAlarms", "alarm:etl-prod-master-failed"),
            ("lambda", "lambda:UpdateFunctionCode", "function:etl-prod-clean"),
            ("logs", "logs:DeleteLogGroup", "log-group:/aws/lambda/etl-prod-clean"),
            ("events", "events:PutTargets", "rule/etl-start-2-start-new-orders"),
        )
    },
    "a template changes the neighbour's topic": Attack(
        role="CloudFormationRole",
        action="sns:SetTopicAttributes",
        resource=f"arn:aws:sns:us-east-1:{ACCOUNT}:etl-AlarmTopic-2-AlarmTopic-0123456789AB",
        guard=for_all_resources("CloudFormationRole", "MakeTopics"),
    ),
    "a template changes the neighbour's bucket": Attack(
        role="CloudFormationRole",
        action="s3:PutBucketPolicy",
        resource="arn:aws:s3:::etl-results-2-results-0123456789ab",
        guard=for_all_resources("CloudFormationRole", "MakeBuckets"),
    ),
    "a template changes the neighbour's role": Attack(
        role="CloudFormationRole",
        action="iam:UpdateAssumeRolePolicy",
        resource=NEIGHBOURS_ROLE,
        guard=for_all_resources("CloudFormationRole", "KeepRoles"),
    ),
    "a template changes the neighbour's policy": Attack(
        role="CloudFormationRole",
        action="iam:CreatePolicyVersion",
        resource=f"arn:aws:iam::{ACCOUNT}:policy/etl-prod/etl-prod-LogAndTracePolicy-0123456789AB",
        guard=for_all_resources("CloudFormationRole", "MakePolicies"),
    ),
    "a template changes the neighbour's schedule": Attack(
        role="CloudFormationRole",
        action="scheduler:UpdateSchedule",
        resource=f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/etl-prod",
        guard=for_all_resources("CloudFormationRole", "MakeSchedules"),
    ),
    "a template changes a schedule in the neighbour's group": Attack(
        role="CloudFormationRole",
        action="scheduler:UpdateSchedule",
        resource=f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/etl-prod/weekly",
        guard=for_all_resources("CloudFormationRole", "MakeSchedules"),
    ),
    **{
        f"a template {does} of {whose}": Attack(
            role="CloudFormationRole",
            action=action,
            resource=f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{rule}",
            guard=for_all_resources("CloudFormationRole", "MakeRules"),
        )
        for does, whose, action, rule in (
            ("changes a rule", "the neighbour", "events:PutTargets", "etl-prod-start-new-orders"),
            ("deletes a rule", "the pipeline", "events:DeleteRule", "etl-pipeline-StageFailed-0123456789AB"),
        )
    },
    "a template deletes the neighbour's group": Attack(
        role="CloudFormationRole",
        action="scheduler:DeleteScheduleGroup",
        resource=f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/etl-prod",
        guard=for_all_resources("CloudFormationRole", "MakeScheduleGroups"),
    ),
    "a template opens the neighbour's queue": Attack(
        role="CloudFormationRole",
        action="sqs:SetQueueAttributes",
        resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:etl-prod-undelivered-starts",
        guard=for_all_resources("CloudFormationRole", "MakeQueues"),
    ),
    "a template passes a role of the stack to a service that starts nothing": Attack(
        role="CloudFormationRole",
        action="iam:PassRole",
        resource=ROLE,
        context={"iam:PassedToService": "pipes.amazonaws.com"},
        guard=without_condition("CloudFormationRole", "PassRoles"),
    ),
    # bring a foreign key into reach
    "a template tags a foreign key into reach": Attack(
        role="CloudFormationRole",
        action="kms:TagResource",
        resource=FOREIGN_KEY,
        context={
            "aws:RequestTag/sfnorch:key-of": "etl",
            "aws:RequestTag/sfnorch:stack": "etl",
            "aws:TagKeys": ["sfnorch:key-of", "sfnorch:stack"],
        },
        guard=without_statement("CloudFormationRole", "ClaimNoKeys"),
    ),
    "a template deletes a foreign key that bears the stack's tag": Attack(
        role="CloudFormationRole",
        action="kms:ScheduleKeyDeletion",
        resource=FOREIGN_KEY,
        context={"aws:ResourceTag/sfnorch:key-of": "etl"},
        guard=without_condition("CloudFormationRole", "KeepOldKeys"),
    ),
    "a template opens a foreign key": Attack(
        role="CloudFormationRole",
        action="kms:PutKeyPolicy",
        resource=FOREIGN_KEY,
        context={"aws:ResourceTag/sfnorch:key-of": "etl"},
        guard=without_condition("CloudFormationRole", "StartKeys"),
    ),
    "a template gives a role the tag by which keys know the pipeline": Attack(
        role="CloudFormationRole",
        action="iam:TagRole",
        resource=ROLE,
        context={"aws:TagKeys": ["sfnorch:deploys"], "aws:RequestTag/sfnorch:deploys": "etl-prod"},
        guard=without_statement("CloudFormationRole", "KeepTag"),
    ),
    "a template gives a role that tag in another case": Attack(
        role="CloudFormationRole",
        action="iam:CreateRole",
        resource=ROLE,
        context={
            "iam:PermissionsBoundary": BOUNDARY,
            "aws:TagKeys": ["team", "Sfnorch:Deploys"],
            "aws:RequestTag/Sfnorch:Deploys": "etl-prod",
        },
        guard=without_statement("CloudFormationRole", "KeepTag"),
    ),
    "a template tags a foreign key into reach in another case": Attack(
        role="CloudFormationRole",
        action="kms:TagResource",
        resource=FOREIGN_KEY,
        context={
            "aws:RequestTag/sfnorch:key-of": "etl",
            "aws:RequestTag/SFNORCH:STACK": "etl",
            "aws:TagKeys": ["sfnorch:key-of", "SFNORCH:STACK"],
        },
        guard=without_statement("CloudFormationRole", "ClaimNoKeys"),
    ),
}


def becomes_of(attack: Attack, data: Data) -> str:
    """What becomes of the attack on the pipeline of this template, by its roles' and its buckets' policies."""
    template = read(json.dumps(data))
    resource, policy = attack.resource, None
    bucket, _, key = resource.partition("/")
    if bucket in (ARTIFACTS, DEPLOYMENTS):
        resource = f"{template.stack.resolve_attribute(bucket, 'Arn')}/{key}"
        policy = PolicySet(name=f"{bucket}Policy", statements=tuple(_document(template, f"{bucket}Policy")))
    if attack.role == "RoleBoundary":
        identity = tuple(_document(template, "RoleBoundary"))
    else:
        (role,) = (role for role in template.roles.values() if role.name == attack.role)
        identity = tuple(role.statements)
    arn = template.stack.resolve_attribute(attack.role, "Arn")
    request = AccessRequest(
        action=attack.action,
        resource=resource,
        context={"aws:PrincipalArn": arn, "aws:SecureTransport": "true", **attack.context},
        complete=True,
        principals=(arn,),
        account=ACCOUNT,
    )
    return evaluate(request, PolicySet(name=attack.role, statements=identity), resource=policy).outcome.value


def _document(template: Template, logical_id: str) -> Any:
    """The statements of a policy of the template."""
    properties = template.stack.get_section("Resources")[logical_id]["Properties"]
    return read_statements(template.stack.evaluate_node(properties["PolicyDocument"]), ())


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_denied_and_allowed_without_its_guard(name: str):
    attack = ATTACKS[name]
    assert becomes_of(attack, template_data()) == "denied"
    data = template_data()
    attack.guard(data)
    assert becomes_of(attack, data) == "allowed"


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        (
            "BuildRole",
            "codebuild:us-east-1:123456789012:project/stack",
            "codebuild:us-east-1:123456789012:project/mine",
        ),
        ("ReviewRole", "codebuild:us-east-1:123456789012:project/stack-review", "codebuild:us-east-1:9:project/stack"),
    ],
)
def test_a_role_of_a_build_is_assumed_for_its_own_project_alone(role: str, own: str, other: str):
    data = template_data()
    trust = data["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]

    def becomes_of_project(arn: str) -> str:
        template = read(json.dumps(data))
        document = template.stack.get_section("Resources")[role]["Properties"]["AssumeRolePolicyDocument"]
        context = {"aws:SourceArn": f"arn:aws:{arn}", "aws:SourceAccount": ACCOUNT}
        request = AccessRequest(
            action="sts:AssumeRole",
            resource=template.stack.resolve_attribute(role, "Arn"),
            context=context,
            complete=True,
            principals=("codebuild.amazonaws.com",),
        )
        policy = PolicySet(
            name="the trust policy", statements=tuple(read_statements(template.stack.evaluate_node(document), ()))
        )
        none = PolicySet(name="no policy")
        return evaluate(request, none, resource=policy, needs_resource=True).outcome.value

    assert (becomes_of_project(own), becomes_of_project(other)) == ("allowed", "denied")
    del trust["Statement"][0]["Condition"]
    assert becomes_of_project(other) == "allowed"


@pytest.mark.parametrize(("deploys", "outcome"), [("stack", "allowed"), ("stack-prod", "denied"), (None, "denied")])
def test_a_key_lets_itself_be_managed_by_the_role_that_deploys_its_own_stack(deploys: str | None, outcome: str):
    template = read(rendered())
    key = template.stack.get_section("Resources")["AlarmTopicKey"]["Properties"]["KeyPolicy"]
    request = AccessRequest(
        action="kms:PutKeyPolicy",
        resource=template.stack.resolve_attribute("AlarmTopicKey", "Arn"),
        context={"aws:PrincipalAccount": ACCOUNT, "aws:PrincipalTag/sfnorch:deploys": deploys},
        complete=True,
        principals=(CLOUDFORMATION_ROLE,),
        account=ACCOUNT,
    )
    policy = PolicySet(name="the key policy", statements=tuple(read_statements(template.stack.evaluate_node(key), ())))
    none = PolicySet(name="no policy")
    assert evaluate(request, none, resource=policy, needs_resource=True).outcome.value == outcome


DEEDS = {
    "the build reads its source": ("BuildRole", "s3:GetObject", f"{ARTIFACTS}/etl-pipeline/Source/0a1b", {}),
    "the build writes its artifact": ("BuildRole", "s3:PutObject", f"{ARTIFACTS}/etl-pipeline/Built/0a1b", {}),
    "the review reads what was built": ("ReviewRole", "s3:GetObject", f"{ARTIFACTS}/etl-pipeline/Built/0a1b", {}),
    "the review puts code": ("ReviewRole", "s3:PutObject", f"{DEPLOYMENTS}/functions/0a1b.zip", {}),
    "the review puts a template": ("ReviewRole", "s3:PutObject", f"{DEPLOYMENTS}/templates/etl/0a1b.template", {}),
    "the review creates the change set": (
        "ReviewRole",
        "cloudformation:CreateChangeSet",
        STACK,
        {"cloudformation:RoleArn": CLOUDFORMATION_ROLE},
    ),
    "the pipeline executes the change set": (
        "PipelineRole",
        "cloudformation:ExecuteChangeSet",
        STACK,
        {"cloudformation:ChangeSetName": "sfnorch-a-b"},
    ),
    "a template creates a role within the boundary": (
        "CloudFormationRole",
        "iam:CreateRole",
        ROLE,
        {"iam:PermissionsBoundary": BOUNDARY},
    ),
    "a template creates a state machine": (
        "CloudFormationRole",
        "states:CreateStateMachine",
        f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:etl-master",
        {},
    ),
    "a template updates its state machine": (
        "CloudFormationRole",
        "states:UpdateStateMachine",
        f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:etl-master",
        {TAG: "etl"},
    ),
    "a template creates a topic": (
        "CloudFormationRole",
        "sns:CreateTopic",
        f"arn:aws:sns:us-east-1:{ACCOUNT}:etl-AlarmTopic-0123456789AB",
        {},
    ),
    "a template creates a key": ("CloudFormationRole", "kms:CreateKey", "*", {"aws:RequestTag/sfnorch:key-of": "etl"}),
    "a template tags its new key": (
        "CloudFormationRole",
        "kms:TagResource",
        FOREIGN_KEY,
        {"aws:RequestTag/sfnorch:key-of": "etl", "aws:TagKeys": ["sfnorch:key-of", "team"]},
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_each_stage_does_is_allowed(name: str):
    role, action, resource, context = DEEDS[name]
    attack = Attack(role=role, action=action, resource=resource, context=context, guard=lambda _: None)
    assert becomes_of(attack, template_data()) == "allowed"
