"""The roles of a CI in an account: who can assume each, what it can do, and what it can't."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from sfnorch.delivery.account.names import DeliveryTarget, refuse_stack_names
from sfnorch.delivery.account.render import render_account_roles
from sfnorch.delivery.account.trust import TRUSTS
from sfnorch.errors import SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.iam import AccessRequest, PolicySet, evaluate, read_statements
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from tests.golden.artifacts import lint_findings

ACCOUNT, PIPELINES = "123456789012", "999999999999"
GIVEN = {
    "github": {"Repository": "team/etl", "Environment": "prod"},
    "gitlab": {"Repository": "team/data/etl"},
    "codepipeline": {"PipelineAccount": PIPELINES, "PipelineStackName": "etl-pipeline"},
}
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/etl-prod/0a1b"
NEIGHBOUR = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/etl/0a1b"
CREATION = f"arn:aws:iam::{ACCOUNT}:role/etl-prod-ci-create"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/etl-prod-ci-boundary"
NAME, ROLE = "cloudformation:ChangeSetName", "cloudformation:RoleArn"
CHANGE_SETS = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:changeSet"


@cache
def text_of(ci: str) -> str:
    return render_account_roles([build_workflow(parse_plan("pattern: dynamic"))], ci)


@cache
def stack_of(ci: str, **more: str) -> Template:
    where = StackEnvironment(account=ACCOUNT, stack_name="etl-prod-ci")
    given = {"StackName": "etl-prod", **GIVEN[ci], **more}
    return evaluate_template(parse_template(text_of(ci), "roles"), given, where)


def becomes_of(ci: str, role: str, action: str, resource: str, context: dict[str, Any]) -> str:
    """The decision of IAM about a call of a role."""
    (found,) = (each for each in stack_of(ci).roles.values() if each.name == role)
    policies = PolicySet(name="the role's policies", statements=found.statements)
    return evaluate(
        AccessRequest(action=action, resource=resource, context=context, complete=True), policies
    ).outcome.value


def assumed(ci: str, role: str, principal: str, context: dict[str, Any], **parameters: str) -> str:
    """The decision of IAM about a principal that assumes a role."""
    template = stack_of(ci, **parameters)
    document = template.stack.get_section("Resources")[role]["Properties"]["AssumeRolePolicyDocument"]
    policy = PolicySet(name="trust", statements=tuple(read_statements(template.stack.evaluate_node(document), ())))
    request = AccessRequest(
        action="sts:AssumeRole" if ci == "codepipeline" else "sts:AssumeRoleWithWebIdentity",
        resource=template.stack.resolve_attribute(role, "Arn"),
        context=context,
        complete=True,
        principals=(principal,),
        account=principal.split(":")[4],
    )
    anything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    document = parse_template(json.dumps({"Resources": {}, "Metadata": anything}), "policy").data["Metadata"]
    own = PolicySet(name="its own policies", statements=tuple(read_statements(document, ())))
    return evaluate(request, own, resource=policy, needs_resource=True).outcome.value


def github(sub: str, **claims: str) -> dict[str, str]:
    """The claims of a token of GitHub."""
    given = {"aud": "sts.amazonaws.com", "sub": sub, "repository": "team/etl", **claims}
    return {f"{GITHUB}:{name}": value for name, value in given.items()}


def gitlab(sub: str) -> dict[str, str]:
    """The claims of a token of GitLab."""
    return {f"{GITLAB}:aud": "https://gitlab.com", f"{GITLAB}:sub": sub}


MAIN = {"ref": "refs/heads/main"}
PROD = {**MAIN, "environment": "prod"}
NUMBERED = "repo:team@12/etl@345"
TOKENS = {
    "a pull request": github("repo:team/etl:pull_request", ref="refs/pull/7/merge"),
    "a pull request, with numbers": github(f"{NUMBERED}:pull_request", ref="refs/pull/7/merge"),
    "main": github("repo:team/etl:ref:refs/heads/main", **MAIN),
    "main, with numbers": github(f"{NUMBERED}:ref:refs/heads/main", **MAIN),
    "a branch": github("repo:team/etl:ref:refs/heads/other", ref="refs/heads/other"),
    "prod on main": github("repo:team/etl:environment:prod", **PROD),
    "prod on main, with numbers": github(f"{NUMBERED}:environment:prod", **PROD),
    "prod on a branch": github("repo:team/etl:environment:prod", ref="refs/heads/other", environment="prod"),
    "dev on main": github("repo:team/etl:environment:dev", **MAIN, environment="dev"),
    "another repository": github("repo:team/other:pull_request", repository="team/other"),
    "another repository that imitates": github(
        "repo:team@12/other@9:environment:x/etl@9:pull_request", repository="team/other"
    ),
    "another repository whose environment imitates": github(
        "repo:team@12/other@9:environment:x/etl@9:environment:prod", **PROD, repository="team/other"
    ),
}
ALLOWED = {
    "PreviewRole": {"a pull request", "a pull request, with numbers"},
    "ReviewRole": {"main", "main, with numbers"},
    "DeployRole": {"prod on main", "prod on main, with numbers"},
}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_job_of_github_assumes_only_the_role_of_its_event(role: str):
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    got = {
        name
        for name, claims in TOKENS.items()
        if assumed("github", role, provider, claims, ProviderArn=provider) == "allowed"
    }
    assert got == ALLOWED[role]


@pytest.mark.parametrize(
    ("sub", "roles"),
    [
        ("project_path:team/data/etl:ref_type:branch:ref:main", ["PreviewRole", "ReviewRole", "DeployRole"]),
        ("project_path:team/data/etl:ref_type:branch:ref:other", ["PreviewRole"]),
        ("project_path:team/data/etl:ref_type:tag:ref:main", []),
        ("project_path:fork/etl:ref_type:branch:ref:main", []),
    ],
)
def test_a_job_of_gitlab_assumes_the_roles_of_its_branch(sub: str, roles: list[str]):
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITLAB}"
    got = [
        role for role in ALLOWED if assumed("gitlab", role, provider, gitlab(sub), ProviderArn=provider) == "allowed"
    ]
    assert got == roles


@pytest.mark.parametrize(
    ("principal", "roles"),
    [
        ("etl-pipeline-review", ["ReviewRole"]),
        ("etl-pipeline-pipeline", ["DeployRole"]),
        ("etl-pipeline-BuildRole-0123456789AB", []),
        ("other-pipeline-pipeline", []),
    ],
)
def test_a_role_of_a_pipeline_assumes_its_own_part(principal: str, roles: list[str]):
    arn = f"arn:aws:iam::{PIPELINES}:role/{principal}"
    context = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": PIPELINES}
    got = [role for role in ("ReviewRole", "DeployRole") if assumed("codepipeline", role, arn, context) == "allowed"]
    assert got == roles


DEEDS = {
    "a pull request compares": ("PreviewRole", "CreateChangeSet", STACK, {NAME: "sfnorch-preview-1"}),
    "a pull request deletes its change set": (
        "PreviewRole",
        "DeleteChangeSet",
        STACK,
        {NAME: f"{CHANGE_SETS}/sfnorch-preview-1/0a1b"},
    ),
    "the review creates a change set": ("ReviewRole", "CreateChangeSet", STACK, {ROLE: CREATION, NAME: "sfnorch-a-b"}),
    "the deployment executes it": ("DeployRole", "ExecuteChangeSet", STACK, {NAME: "sfnorch-a-b"}),
    "the deployment executes it by its ARN": (
        "DeployRole",
        "ExecuteChangeSet",
        STACK,
        {NAME: f"{CHANGE_SETS}/sfnorch-a-b/0a1b"},
    ),
}
ATTACKS = {
    "a pull request creates a change set that a deployment executes": (
        *("PreviewRole", "CreateChangeSet", STACK),
        {NAME: "sfnorch-a-b", ROLE: CREATION},
    ),
    "a pull request deletes the change set that was reviewed": (
        *("PreviewRole", "DeleteChangeSet", STACK),
        {NAME: "sfnorch-a-b"},
    ),
    "a pull request executes a change set": ("PreviewRole", "ExecuteChangeSet", STACK, {NAME: "sfnorch-preview-1"}),
    "a pull request deletes the stack": ("PreviewRole", "DeleteStack", STACK, {}),
    "a pull request compares the neighbour": ("PreviewRole", "CreateChangeSet", NEIGHBOUR, {NAME: "sfnorch-preview-1"}),
    "the review executes its change set": ("ReviewRole", "ExecuteChangeSet", STACK, {NAME: "sfnorch-a-b"}),
    "the review acts by the role of an administrator": (
        *("ReviewRole", "CreateChangeSet", STACK),
        {ROLE: f"arn:aws:iam::{ACCOUNT}:role/admin"},
    ),
    "the deployment creates a change set": (
        "DeployRole",
        "CreateChangeSet",
        STACK,
        {NAME: "sfnorch-a-b", ROLE: CREATION},
    ),
    "the deployment executes the change set of a pull request": (
        *("DeployRole", "ExecuteChangeSet", STACK),
        {NAME: "sfnorch-preview-1"},
    ),
    "the deployment executes the change set of a pull request by its ARN": (
        *("DeployRole", "ExecuteChangeSet", STACK),
        {NAME: f"{CHANGE_SETS}/sfnorch-preview-1/0a1b"},
    ),
    "the deployment executes a change set that was created by hand": (
        *("DeployRole", "ExecuteChangeSet", STACK),
        {NAME: "by-hand"},
    ),
    "the deployment executes a change set of the neighbour": (
        *("DeployRole", "ExecuteChangeSet", NEIGHBOUR),
        {NAME: "sfnorch-a-b"},
    ),
    "the deployment updates the stack": ("DeployRole", "UpdateStack", STACK, {}),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_a_job_does_is_allowed(name: str):
    role, action, resource, context = DEEDS[name]
    assert becomes_of("github", role, f"cloudformation:{action}", resource, context) == "allowed"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_denied(name: str):
    role, action, resource, context = ATTACKS[name]
    assert becomes_of("github", role, f"cloudformation:{action}", resource, context) == "denied"


@pytest.mark.parametrize("ci", TRUSTS)
@pytest.mark.parametrize(
    ("boundary", "outcome"), [(BOUNDARY, "allowed"), (f"{BOUNDARY}-2", "denied"), (None, "denied")]
)
def test_cloudformation_creates_roles_within_the_boundary_only(ci: str, boundary: str | None, outcome: str):
    role = f"arn:aws:iam::{ACCOUNT}:role/etl-prod/a"
    context = {"iam:PermissionsBoundary": boundary}
    assert becomes_of(ci, "CloudFormationRole", "iam:CreateRole", role, context) == outcome
    assert becomes_of(ci, "CloudFormationRole", "iam:DeleteRolePermissionsBoundary", role, {}) == "denied"


@pytest.mark.slow
@pytest.mark.parametrize("ci", TRUSTS)
def test_lint_finds_nothing(ci: str):
    assert lint_findings(text_of(ci), "roles.yaml") == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Nightly-etl", "the stack name Nightly-etl has capital letters"),
        ("e" * 45, f"the stack name {'e' * 45} has more than 44 characters"),
        ("e" * 44, ""),
    ],
)
def test_names_of_stacks_that_do_not_fit_into_names_of_buckets_are_refused(name: str, fault: str):
    targets = [DeliveryTarget(stack_name=name)]
    if not fault:
        refuse_stack_names(targets)
        return
    with pytest.raises(SfnorchError) as caught:
        refuse_stack_names(targets)
    assert caught.value.message == fault
    assert caught.value.hint.endswith("set another name or stack_name in the plan")


def test_environments_whose_jobs_would_have_one_name_are_refused():
    targets = [DeliveryTarget(environment=name, stack_name=f"etl-{name[-1].lower()}") for name in ("test.a", "Test_A")]
    with pytest.raises(SfnorchError, match=r"the environments test\.a and Test_A have jobs with the same name: Test_A"):
        refuse_stack_names(targets)
