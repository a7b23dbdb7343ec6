"""The Review stage: it creates the change set from the built template, by commands that no push can change.

The pipeline's stack contains the buildspec and the version of sfnorch. Source and template are only data here. The role
creates change sets and can't execute them.
"""

from __future__ import annotations

from importlib.resources import files

from troposphere import AWSObject, GetAtt, Ref, Sub

from sfnorch.cfn.buckets import build_private_bucket
from sfnorch.cfn.roles import build_allow_statement, deny
from sfnorch.cfn.values import PolicyStatement
from sfnorch.delivery.pipeline.creation import allow_sam_transform
from sfnorch.delivery.pipeline.names import (
    BUILT_ARTIFACT,
    CREATION_ROLE,
    DEPLOYMENT_BUCKET,
    PACKAGE,
    REVIEW,
    REVIEW_LOGS,
    REVIEW_PROJECT,
    REVIEW_ROLE,
    SOURCE_ARTIFACT,
    STACK_NAME,
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.parameters import join_as_json
from sfnorch.delivery.pipeline.projects import (
    allow_finding_artifacts,
    allow_reading_artifacts,
    make_log_group,
    make_project,
    make_project_role,
)
from sfnorch.packages import CODE_FOLDER
from sfnorch.workflow import Workflow

_BUILDSPEC = "review.buildspec.yml"


def make_review_stage(workflow: Workflow) -> list[AWSObject]:
    """Return the project, its role and its log group."""
    variables = {
        "SFNORCH_PACKAGE": Ref(PACKAGE),
        "STACK_NAME": Ref(STACK_NAME),
        "PARAMETERS": join_as_json(workflow),
        "CLOUDFORMATION_ROLE_ARN": GetAtt(CREATION_ROLE, "Arn"),
        "TEMPLATE_BUCKET": Ref(DEPLOYMENT_BUCKET),
    }
    project = make_project(
        REVIEW,
        REVIEW_PROJECT,
        role=REVIEW_ROLE,
        logs=REVIEW_LOGS,
        buildspec=read_review_buildspec(),
        variables=variables,
    )
    artifacts = [allow_reading_artifacts(SOURCE_ARTIFACT, BUILT_ARTIFACT), allow_finding_artifacts()]
    role = make_project_role(REVIEW_ROLE, REVIEW_PROJECT, REVIEW_LOGS, [*artifacts, *make_review_statements()])
    return [project, role, make_log_group(REVIEW_LOGS, REVIEW_PROJECT, workflow)]


def read_review_buildspec() -> str:
    """Return the text of the buildspec that the Review stage runs."""
    return (files(__package__) / _BUILDSPEC).read_text(encoding="utf-8")


def make_deployment_bucket() -> list[AWSObject]:
    """Return the bucket for templates and function code, to which only the Review stage writes.

    Nothing in it expires: a rollback needs the code of the version before.
    """
    bucket, policy = build_private_bucket(DEPLOYMENT_BUCKET, expires=False)
    policy.properties["PolicyDocument"]["Statement"].append(
        {
            "Sid": "OnlyReviewWrites",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": [make_object_arn(DEPLOYMENT_BUCKET)],
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": GetAtt(REVIEW_ROLE, "Arn")}},
        }
    )
    return [bucket, policy]


def make_review_statements() -> list[PolicyStatement]:
    """Return the statements for the calls of `sfnorch deploy --no-execute`.

    A change set can be created only for CloudFormation's own role. An import is denied: it would bring resources of
    other stacks within the role's reach.
    """
    stack = make_regional_arn("cloudformation", f"stack/${{{STACK_NAME}}}/*")
    creation = GetAtt(CREATION_ROLE, "Arn")
    templates = Sub(f"${{{DEPLOYMENT_BUCKET}.Arn}}/templates/${{{STACK_NAME}}}/*")
    import_nothing = deny(
        "ImportNothing",
        ["cloudformation:CreateChangeSet"],
        [stack],
        {"ForAnyValue:StringLike": {"cloudformation:ImportResourceTypes": "*"}},
    )
    see = (
        *("DescribeStacks", "DescribeEvents", "DescribeStackEvents", "ListChangeSets", "DescribeChangeSet"),
        *("DeleteChangeSet", "GetTemplate", "ListStackResources"),
    )
    return [
        build_allow_statement("FindBucket", ("s3:ListBucket",), [GetAtt(DEPLOYMENT_BUCKET, "Arn")]),
        build_allow_statement(
            "PutTemplate", ("s3:PutObject", "s3:GetObject"), [templates]
        ),  # CloudFormation reads it as the caller
        build_allow_statement("PutCode", ("s3:PutObject",), [make_object_arn(DEPLOYMENT_BUCKET, f"{CODE_FOLDER}/*")]),
        build_allow_statement(
            "CreateChangeSets",
            ("cloudformation:CreateChangeSet",),
            [stack],
            {"StringEquals": {"cloudformation:RoleArn": creation}},
        ),
        import_nothing,
        allow_sam_transform("ExpandSam"),
        build_allow_statement(
            "PassRole",
            ("iam:PassRole",),
            [creation],
            {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        ),
        build_allow_statement("SeeStack", tuple(f"cloudformation:{action}" for action in see), [stack]),
        build_allow_statement("ListJobs", ("glue:ListJobs",), "*"),  # takes no resource
        build_allow_statement("ValidateDefinitions", ("states:ValidateStateMachineDefinition",), "*"),  # nor this
    ]
