"""Render the template of the roles in an environment's account."""

from __future__ import annotations

from collections.abc import Sequence

import troposphere
from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub
from troposphere.iam import Policy, Role

from sfnorch.cfn import yaml_text
from sfnorch.cfn.assembly import Group, assemble_template
from sfnorch.cfn.buckets import build_private_bucket
from sfnorch.cfn.references import refuse_references
from sfnorch.cfn.roles import build_allow_statement, deny
from sfnorch.cfn.values import BOUNDARY, PolicyStatement, TemplateValue
from sfnorch.delivery.account.names import (
    BOUNDARY_NAME,
    CREATION,
    DEPLOY,
    MAX_STACK_NAME,
    PREVIEW,
    PREVIEW_NAMES,
    REVIEW,
    ROLES_STACK,
    STACK_NAME_PATTERN,
)
from sfnorch.delivery.account.names import BUCKET as BUCKET_NAME
from sfnorch.delivery.account.names import PREVIEW_BUCKET as PREVIEW_BUCKET_NAME
from sfnorch.delivery.account.trust import TRUSTS, Trust
from sfnorch.delivery.pipeline.boundary import make_boundary_policy
from sfnorch.delivery.pipeline.creation import allow_sam_transform, make_creation_role
from sfnorch.delivery.pipeline.names import (
    CHANGE_SET_NAMES,
    CREATION_ROLE,
    DEPLOYMENT_BUCKET,
    REVIEW_ROLE,
    STACK_NAME,
    make_account_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.review import make_deployment_bucket, make_review_statements
from sfnorch.origin import RENDERED_BY
from sfnorch.workflow import Workflow

PREVIEW_ROLE, DEPLOY_ROLE, PREVIEW_BUCKET = "PreviewRole", "DeployRole", "PreviewBucket"
"""Logical ids."""

_CHANGE_SET = "cloudformation:ChangeSetName"


def render_account_roles(workflows: Sequence[Workflow], ci: str) -> str:
    """Return the text of the template of the roles; `workflows` are those of the environments, `ci` is one of TRUSTS.

    Raises SfnorchError if the functions need more permissions than the permissions boundary can list.
    """
    trust = TRUSTS[ci]()
    first = workflows[0]
    buckets = [DEPLOYMENT_BUCKET, *([PREVIEW_BUCKET] if trust.preview else ())]
    functions = [function for workflow in workflows for function in workflow.functions]
    boundary = make_boundary_policy(functions, *buckets, name=_name(BOUNDARY_NAME))
    groups: list[Group] = [
        (f"Who the account trusts: {trust.kind}", trust.resources),
        ("Pull requests: compare, and can't change anything", _make_preview(trust)),
        ("Review: creates the change set and can't execute it", [_make_review_role(trust)]),
        ("Deploy: executes a change set and can't create one", [_make_deploy_role(trust)]),
        (
            "CloudFormation: creates the plan's stack, with a permissions boundary for its roles",
            [_name_role(make_creation_role(Ref(BOUNDARY)), CREATION), boundary],
        ),
        ("Templates and function code, which only Review writes", _name_bucket(make_deployment_bucket(), BUCKET_NAME)),
    ]
    data = assemble_template(
        f"The roles with which {trust.kind} deploys a stack of sfnorch. {first.description}",
        parameters=[_make_stack_parameter(), *trust.parameters],
        conditions=dict(trust.conditions),
        groups=groups,
        outputs=_make_outputs(trust),
        tags=first.tags,
        origin=first.origin._replace(part=ROLES_STACK) if first.origin else None,
    )
    refuse_references(data.data)
    command = "sfnorch pipeline render --account-roles" if ci == "codepipeline" else f"sfnorch init --ci {ci}"
    return yaml_text.format_document(data.data, data.headings, head=f"{RENDERED_BY}`{command}`.")


def _name(end: str) -> AWSHelperFn:
    return Sub(f"${{{STACK_NAME}}}-{end}")


def _make_stack_parameter() -> troposphere.Parameter:
    return troposphere.Parameter(
        STACK_NAME,
        Type="String",
        Description="The stack that is deployed",
        AllowedPattern=STACK_NAME_PATTERN,
        ConstraintDescription=f"1 to {MAX_STACK_NAME} lower-case letters, digits and hyphens, starting with a letter",
    )


def _make_preview(trust: Trust) -> list[AWSObject]:
    """Return the role of pull requests and its bucket.

    Everyone who can push a branch can run any command with this role. It creates and deletes the change sets of
    `sfnorch diff` only, which no other role executes or deletes, and has its own bucket for large templates.
    """
    if trust.preview is None:
        return []
    stack = _make_stack_arn()
    see = ("DescribeStacks", "DescribeEvents", "ListChangeSets", "DescribeChangeSet", "GetTemplate")
    statements = [
        build_allow_statement(
            "CompareStack",
            ("cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet"),
            [stack],
            {"StringLike": {_CHANGE_SET: _match_names(PREVIEW_NAMES)}},
        ),
        allow_sam_transform("ExpandSam"),
        build_allow_statement(
            "SeeStack", tuple(f"cloudformation:{action}" for action in (*see, "ListStackResources")), [stack]
        ),
        build_allow_statement("FindBucket", ("s3:ListBucket",), [GetAtt(PREVIEW_BUCKET, "Arn")]),
        build_allow_statement(
            "PutTemplate", ("s3:PutObject", "s3:GetObject"), [Sub(f"${{{PREVIEW_BUCKET}.Arn}}/templates/*")]
        ),
    ]
    bucket = _name_bucket(build_private_bucket(PREVIEW_BUCKET, expires=True), PREVIEW_BUCKET_NAME)
    return [_make_role(PREVIEW_ROLE, PREVIEW, trust.preview, statements), *bucket]


def _make_review_role(trust: Trust) -> Role:
    return _make_role(REVIEW_ROLE, REVIEW, trust.review, make_review_statements())


def _make_deploy_role(trust: Trust) -> Role:
    """Return the role that executes change sets of reviews.

    It is not documented whether the condition key has the ARN of a change set that a call names by its ARN, so both
    forms are here [assumed].
    """
    see = (
        *("DescribeStacks", "DescribeStackEvents", "DescribeEvents", "DescribeChangeSet", "GetTemplate"),
        "ListStackResources",
    )
    execute = "cloudformation:ExecuteChangeSet"
    statements = [
        build_allow_statement("SeeStack", tuple(f"cloudformation:{action}" for action in see), [_make_stack_arn()]),
        build_allow_statement(
            "ExecuteChangeSets",
            (execute,),
            [_make_stack_arn()],
            {"StringLike": {_CHANGE_SET: _match_names(CHANGE_SET_NAMES)}},
        ),
        deny("ExecuteNoPreview", [execute], "*", {"StringLike": {_CHANGE_SET: _match_names(PREVIEW_NAMES)}}),
        *trust.statements,
    ]
    return _make_role(DEPLOY_ROLE, DEPLOY, trust.deploy, statements)


def _match_names(names: str) -> list[TemplateValue]:
    """Return patterns for the names of change sets, and for their ARNs."""
    return [names, make_regional_arn("cloudformation", f"changeSet/{names}")]


def _make_stack_arn() -> AWSHelperFn:
    return make_regional_arn("cloudformation", f"stack/${{{STACK_NAME}}}/*")


def _make_role(logical_id: str, end: str, trust: TemplateValue, statements: Sequence[PolicyStatement]) -> Role:
    document = {"Version": "2012-10-17", "Statement": statements}
    role = Role(
        logical_id,
        AssumeRolePolicyDocument=trust,
        Policies=[Policy(PolicyName="work", PolicyDocument=document)],
    )
    return _name_role(role, end)


def _name_role(role: Role, end: str) -> Role:
    role.RoleName = _name(end)
    return role


def _name_bucket(resources: list[AWSObject], part: str) -> list[AWSObject]:
    """Return the bucket and its policy, with a name."""
    bucket, *others = resources
    bucket.BucketName = Sub(f"${{{STACK_NAME}}}-{part}-${{AWS::AccountId}}")
    return [bucket, *others]


def _make_outputs(trust: Trust) -> dict[str, TemplateValue]:
    roles = {"PreviewRoleArn": PREVIEW_ROLE} if trust.preview else {}
    roles |= {"ReviewRoleArn": REVIEW_ROLE, "DeployRoleArn": DEPLOY_ROLE, "CloudFormationRoleArn": CREATION_ROLE}
    return {
        **{name: GetAtt(role, "Arn") for name, role in roles.items()},
        "PermissionsBoundaryArn": make_account_arn("iam", f"policy/${{{STACK_NAME}}}-{BOUNDARY_NAME}"),
        "DeploymentBucketName": Ref(DEPLOYMENT_BUCKET),
    }
