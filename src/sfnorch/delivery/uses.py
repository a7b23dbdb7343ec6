"""The permissions that a build's commands and a pipeline's actions require of their roles.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sfnorch.delivery.commands.buildspecs import Buildspec, read_buildspec
from sfnorch.delivery.commands.permissions import can_change_credentials, find_needs
from sfnorch.delivery.commands.shell import read_calls
from sfnorch.delivery.reading import Action, Pipeline, Project
from sfnorch.json_values import read_mappings
from sfnorch.template.calls import ANY, RequiredAction
from sfnorch.template.contents import Template
from sfnorch.template.permissions import decide
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionUser:
    """A user of permissions, as messages name it, and the permissions; None if they are unknown."""

    what: str
    needs: tuple[RequiredAction, ...] | None


def find_build_uses(
    project: Project, pipelines: Sequence[Pipeline], where: StackEnvironment
) -> Iterator[PermissionUser]:
    """Yield the permissions that the build requires: for logs, artifacts, reports, and its known commands."""
    yield PermissionUser(what=f"{project.logical_id} logs, which", needs=tuple(_find_log_needs(project, where)))
    actions = [action for pipeline in pipelines for action in pipeline.actions if _is_run_by(project, action)]
    if _read_type(project, "Source") == "CODEPIPELINE":
        yield PermissionUser(
            what=f"{project.logical_id} reads its source, which", needs=(RequiredAction("s3:GetObject", ANY),)
        )
    if any(action.has_output for action in actions):
        yield PermissionUser(
            what=f"{project.logical_id} writes its artifacts, which", needs=(RequiredAction("s3:PutObject", ANY),)
        )
    spec = read_buildspec(project.buildspec) if project.buildspec is not None else None
    if spec is None or _is_fed_otherwise(project, spec):
        yield PermissionUser(what="other sources of the build", needs=None)
    if spec is None:
        return
    if spec.reports:
        group = f"arn:{where.partition}:codebuild:{where.region}:{where.account}:report-group/*"
        reporting = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
        found = tuple(RequiredAction(f"codebuild:{action}", group) for action in reporting)
        yield PermissionUser(what=f"{project.buildspec_name} has reports, which", needs=found)
    given = {name for action in actions for name in _read_variable_names(action)}
    variables = {name: value for name, value in {**spec.variables, **project.variables}.items() if name not in given}
    yield from _find_command_uses(spec, project.buildspec_name, variables, where)


def _find_command_uses(
    spec: Buildspec, file: str, variables: Mapping[str, str], where: StackEnvironment
) -> Iterator[PermissionUser]:
    """Yield the permissions of each call in the commands, up to a call that can use other credentials."""
    for phase, command in spec.commands:
        found = None if can_change_credentials(command) else read_calls(command, variables)
        if found is None:
            yield PermissionUser(what=f"{file}, phase {phase}", needs=None)
            if can_change_credentials(command):
                return
            continue
        for call in found:
            needed = find_needs(call, where)
            words = " ".join(word for word in call[:3] if not word.startswith("-"))
            yield PermissionUser(
                what=f"{file}, phase {phase}: {words}", needs=None if needed is None else tuple(needed)
            )


def _is_run_by(project: Project, action: Action) -> bool:
    return action.provider == "CodeBuild" and action.configuration.get("ProjectName") in (project.name, ANY)


def _read_variable_names(action: Action) -> set[str]:
    """Return the names of the variables that the action sets."""
    try:
        listed = json.loads(action.configuration.get("EnvironmentVariables", "[]"))
    except ValueError:
        return set()
    return {str(item.get("name")) for item in read_mappings(listed)}


def _is_fed_otherwise(project: Project, spec: Buildspec) -> bool:
    """Return whether the build's image, variables or source come from other services."""
    image = project.properties.find_object("Environment")
    pulled = image.get("ImagePullCredentialsType") == "SERVICE_ROLE" or ".dkr.ecr." in str(image.get("Image", ""))
    own_source = _read_type(project, "Source") not in ("CODEPIPELINE", "NO_SOURCE")
    return pulled or own_source or bool(project.stores or spec.stores or project.properties.get("VpcConfig"))


def find_pipeline_uses(pipeline: Pipeline, where: StackEnvironment) -> Iterator[PermissionUser]:
    """Yield the permissions that the pipeline requires: for its artifacts and its known actions."""
    lies = f"arn:{where.partition}:s3:::{pipeline.bucket}/*" if pipeline.bucket else ANY
    yield PermissionUser(
        what=f"{pipeline.logical_id} moves artifacts, which",
        needs=(RequiredAction("s3:GetObject", lies), RequiredAction("s3:PutObject", lies)),
    )
    for action in pipeline.actions:
        found = _find_action_needs(action, where)
        yield PermissionUser(
            what=f"the action {action.name} of the stage {action.stage}",
            needs=None if found is None else tuple(found),
        )


def _find_log_needs(project: Project, where: StackEnvironment) -> Iterator[RequiredAction]:
    given = project.properties.find_object("LogsConfig", "CloudWatchLogs")
    if given.get("Status") == "DISABLED":
        return
    group = str(given.get("GroupName") or f"/aws/codebuild/{project.name}")
    arn = f"arn:{where.partition}:logs:{where.region}:{where.account}:log-group:{group}:*"
    for action in ("CreateLogStream", "PutLogEvents"):
        yield RequiredAction(f"logs:{action}", arn)


def _find_action_needs(action: Action, where: StackEnvironment) -> list[RequiredAction] | None:
    if action.role_arn:
        return [RequiredAction("sts:AssumeRole", action.role_arn)]
    given, prefix = action.configuration, f"{where.partition}:%s:{where.region}:{where.account}"
    match action.provider:
        case "CodeBuild":
            project = f"arn:{prefix % 'codebuild'}:project/{given.get('ProjectName', ANY)}"
            batch = given.get("BatchEnabled", "").lower() == "true"
            start, get = ("StartBuildBatch", "BatchGetBuildBatches") if batch else ("StartBuild", "BatchGetBuilds")
            return [RequiredAction(f"codebuild:{start}", project), RequiredAction(f"codebuild:{get}", project)]
        case "CodeStarSourceConnection":
            return [RequiredAction("codeconnections:UseConnection", given.get("ConnectionArn", ANY))]
        case "CodeCommit":
            repository = f"arn:{prefix % 'codecommit'}:{given.get('RepositoryName', ANY)}"
            reading = ("GetBranch", "GetCommit", "UploadArchive", "GetUploadArchiveStatus")
            return [RequiredAction(f"codecommit:{name}", repository) for name in reading]
        case "S3" if action.category == "Source":
            bucket = f"arn:{where.partition}:s3:::{given.get('S3Bucket', ANY)}"
            object_ = f"{bucket}/{given.get('S3ObjectKey', ANY)}"
            return [RequiredAction("s3:GetBucketVersioning", bucket), RequiredAction("s3:GetObject", object_)]
        case "Manual":
            topic = given.get("NotificationArn")
            return [RequiredAction("sns:Publish", topic)] if topic else []
        case "Lambda":
            function = given.get("FunctionName", ANY)
            return [RequiredAction("lambda:InvokeFunction", f"arn:{prefix % 'lambda'}:function:{function}")]
        case "StepFunctions":
            return [RequiredAction("states:StartExecution", given.get("StateMachineArn", ANY))]
        case "CloudFormation":
            return list(
                _find_stack_needs(action, f"arn:{prefix % 'cloudformation'}:stack/{given.get('StackName', ANY)}/*")
            )
    return None


_MODES = {
    "CHANGE_SET_REPLACE": ("CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet"),
    "CHANGE_SET_EXECUTE": ("ExecuteChangeSet", "DescribeChangeSet"),
    "CREATE_UPDATE": ("CreateStack", "UpdateStack"),
    "REPLACE_ON_FAILURE": ("CreateStack", "UpdateStack", "DeleteStack"),
    "DELETE_ONLY": ("DeleteStack",),
}


def _find_stack_needs(action: Action, stack: str) -> Iterator[RequiredAction]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html."""
    given = action.configuration
    for name in ("DescribeStacks", *_MODES.get(given.get("ActionMode", ""), ())):
        yield RequiredAction(f"cloudformation:{name}", stack)
    if role := given.get("RoleArn"):
        yield RequiredAction("iam:PassRole", role)


def _read_type(project: Project, part: str) -> str:
    return str(project.properties.find_object(part).get("Type", ""))


def is_denied(template: Template, role: Role, need: RequiredAction) -> bool:
    """Return whether the role lacks the permission.

    The action on a connection has an old name and a new name. One of them is sufficient.
    """
    old = need.action.replace("codeconnections:", "codestar-connections:")
    of_old = need.resource.replace(":codeconnections:", ":codestar-connections:")
    return all(
        decide(template, role, action, resource).is_denied
        for action, resource in {(need.action, need.resource), (old, of_old)}
    )
