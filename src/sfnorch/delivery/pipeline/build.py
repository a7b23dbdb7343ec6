"""The Build stage: it runs the repository's buildspec.yml, so its role has almost no permissions.

Everyone who can push decides which commands run here. The role reads the source, writes the stage's own artifact, its
own log and its own test report.
"""

from __future__ import annotations

from troposphere import AWSObject
from troposphere.codebuild import ProjectCache

from sfnorch.cfn.roles import allow
from sfnorch.delivery.pipeline.names import (
    BUCKET,
    BUILD,
    BUILD_LOGS,
    BUILD_PROJECT,
    BUILD_ROLE,
    BUILT_ARTIFACT,
    SOURCE_ARTIFACT,
    regional_arn,
    within,
)
from sfnorch.delivery.pipeline.parameters import as_json
from sfnorch.delivery.pipeline.projects import build_project, find_artifacts, project_logs, project_role, read_artifacts
from sfnorch.workflow import Workflow

REPORT = "tests"
"""The report that the buildspec of `sfnorch init --pipeline` declares."""


def build_resources(workflow: Workflow) -> list[AWSObject]:
    """Return the project, its role and its log group."""
    project = build_project(
        BUILD,
        BUILD_PROJECT,
        role=BUILD_ROLE,
        logs=BUILD_LOGS,
        buildspec="buildspec.yml",
        variables={"PARAMETERS": as_json(workflow)},
        # on the build host: other stages could read a cache in a bucket
        cache=ProjectCache(Type="LOCAL", Modes=["LOCAL_CUSTOM_CACHE"]),
    )
    reports = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
    statements = [
        read_artifacts(SOURCE_ARTIFACT),
        allow("WriteOutput", ("s3:PutObject",), [within(BUCKET, f"*/{BUILT_ARTIFACT}/*")]),
        find_artifacts(),
        allow(
            "WriteReport",
            tuple(f"codebuild:{action}" for action in reports),
            [regional_arn("codebuild", f"report-group/{BUILD_PROJECT}-{REPORT}")],
        ),
    ]
    role = project_role(BUILD_ROLE, BUILD_PROJECT, BUILD_LOGS, statements)
    return [project, role, project_logs(BUILD_LOGS, BUILD_PROJECT, workflow)]
