"""The Build stage: it runs the repository's buildspec.yml, so its role has almost no permissions.

Everyone who can push decides which commands run here. The role reads the source, writes the stage's own artifact, its
own log and its own test report.
"""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSObject
from troposphere.codebuild import ProjectCache

from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import PolicyStatement, TemplateValue
from sfnorch.delivery.pipeline.names import (
    BUCKET,
    BUILD,
    BUILD_LOGS,
    BUILD_PROJECT,
    BUILD_ROLE,
    BUILT_ARTIFACT,
    SOURCE_ARTIFACT,
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.projects import (
    allow_finding_artifacts,
    allow_reading_artifacts,
    make_log_group,
    make_project,
    make_project_role,
)
from sfnorch.workflow import Workflow

REPORT = "tests"
"""The report that the buildspec of `sfnorch init --pipeline` declares."""


def make_build_stage(
    workflow: Workflow, variables: Mapping[str, TemplateValue], *more: PolicyStatement
) -> list[AWSObject]:
    """Return the project with these variables, its role and its log group; the role has `more` statements."""
    project = make_project(
        BUILD,
        BUILD_PROJECT,
        role=BUILD_ROLE,
        logs=BUILD_LOGS,
        buildspec="buildspec.yml",
        variables=variables,
        # on the build host: other stages could read a cache in a bucket
        cache=ProjectCache(Type="LOCAL", Modes=["LOCAL_CUSTOM_CACHE"]),
    )
    reports = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
    statements = [
        allow_reading_artifacts(SOURCE_ARTIFACT),
        build_allow_statement("WriteOutput", ("s3:PutObject",), [make_object_arn(BUCKET, f"*/{BUILT_ARTIFACT}/*")]),
        allow_finding_artifacts(),
        build_allow_statement(
            "WriteReport",
            tuple(f"codebuild:{action}" for action in reports),
            [make_regional_arn("codebuild", f"report-group/{BUILD_PROJECT}-{REPORT}")],
        ),
    ]
    role = make_project_role(BUILD_ROLE, BUILD_PROJECT, BUILD_LOGS, [*statements, *more])
    return [project, role, make_log_group(BUILD_LOGS, BUILD_PROJECT, workflow)]
