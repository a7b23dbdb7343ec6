"""What the parts of a delivery need of their roles: a build's commands, a pipeline's actions, and what both work with.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.lint.commands import calls, needs, read_buildspec
from sfnorch.template.calls import ANY, Need
from sfnorch.template.delivery import Action, Pipeline, Project
from sfnorch.template.located import Object
from sfnorch.template.resources import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What needs something, as people call it, and its needs; None where these aren't known here."""

    what: str
    needs: tuple[Need, ...] | None


def build_uses(project: Project, where: Surroundings) -> Iterator[Use]:
    """What the build needs: its logs, its artifacts, its reports, and its commands as far as they can be seen."""
    yield Use(what=f"{project.logical_id} logs, which", needs=tuple(_logging(project, where)))
    if _kind(project, "Source") == "CODEPIPELINE" or _kind(project, "Artifacts") == "CODEPIPELINE":
        yield Use(what="it moves artifacts, which", needs=(Need("s3:GetObject", ANY), Need("s3:PutObject", ANY)))
    spec = read_buildspec(project.buildspec) if project.buildspec is not None else None
    if spec is None:
        yield Use(what="its commands", needs=None)
        return
    if spec.reports:
        group = f"arn:{where.partition}:codebuild:{where.region}:{where.account}:report-group/*"
        actions = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
        reporting = tuple(Need(f"codebuild:{action}", group) for action in actions)
        yield Use(what=f"{project.buildspec_name} has reports, which", needs=reporting)
    variables = {**spec.variables, **project.variables}
    for phase, command in spec.commands:
        for call in calls(command, variables):
            found = needs(call, where)
            words = " ".join(call[:3]).partition(" -")[0]
            yield Use(
                what=f"{project.buildspec_name}, phase {phase}: {words}", needs=None if found is None else tuple(found)
            )


def pipeline_uses(pipeline: Pipeline, where: Surroundings) -> Iterator[Use]:
    """What the pipeline needs: its artifacts, and its actions as far as they are known."""
    lies = f"arn:{where.partition}:s3:::{pipeline.bucket}/*" if pipeline.bucket else ANY
    yield Use(what="it moves artifacts, which", needs=(Need("s3:GetObject", lies), Need("s3:PutObject", lies)))
    for action in pipeline.actions:
        found = _action_needs(action, where)
        yield Use(
            what=f"the action {action.name} of the stage {action.stage}",
            needs=None if found is None else tuple(found),
        )


def _logging(project: Project, where: Surroundings) -> Iterator[Need]:
    config = project.properties.get("LogsConfig")
    logs = config.get("CloudWatchLogs") if isinstance(config, Object) else None
    given = logs if isinstance(logs, Object) else {}
    if given.get("Status") == "DISABLED":
        return
    group = str(given.get("GroupName") or f"/aws/codebuild/{project.name}")
    arn = f"arn:{where.partition}:logs:{where.region}:{where.account}:log-group:{group}:*"
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Need(f"logs:{action}", arn)


def _action_needs(action: Action, where: Surroundings) -> list[Need] | None:
    given, prefix = action.configuration, f"{where.partition}:%s:{where.region}:{where.account}"
    match action.provider:
        case "CodeBuild":
            project = f"arn:{prefix % 'codebuild'}:project/{given.get('ProjectName', ANY)}"
            return [Need("codebuild:StartBuild", project), Need("codebuild:BatchGetBuilds", project)]
        case "CodeStarSourceConnection":
            arn = given.get("ConnectionArn", ANY)
            service = "codestar-connections" if ":codestar-connections:" in arn else "codeconnections"
            return [Need(f"{service}:UseConnection", arn)]
        case "CodeCommit":
            repository = f"arn:{prefix % 'codecommit'}:{given.get('RepositoryName', ANY)}"
            reading = ("GetBranch", "GetCommit", "UploadArchive", "GetUploadArchiveStatus")
            return [Need(f"codecommit:{name}", repository) for name in reading]
        case "S3" if action.category == "Source":
            bucket = f"arn:{where.partition}:s3:::{given.get('S3Bucket', ANY)}"
            object_ = f"{bucket}/{given.get('S3ObjectKey', ANY)}"
            return [Need("s3:GetBucketVersioning", bucket), Need("s3:GetObject", object_)]
        case "Manual":
            topic = given.get("NotificationArn")
            return [Need("sns:Publish", topic)] if topic else []
        case "Lambda":
            function = given.get("FunctionName", ANY)
            return [Need("lambda:InvokeFunction", f"arn:{prefix % 'lambda'}:function:{function}")]
        case "StepFunctions":
            return [Need("states:StartExecution", given.get("StateMachineArn", ANY))]
        case "CloudFormation":
            return list(_stack_needs(action, f"arn:{prefix % 'cloudformation'}:stack/{given.get('StackName', ANY)}/*"))
    return None


_MODES = {
    "CHANGE_SET_REPLACE": ("CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet"),
    "CHANGE_SET_EXECUTE": ("ExecuteChangeSet", "DescribeChangeSet"),
    "CREATE_UPDATE": ("CreateStack", "UpdateStack"),
    "REPLACE_ON_FAILURE": ("CreateStack", "UpdateStack", "DeleteStack"),
    "DELETE_ONLY": ("DeleteStack",),
}


def _stack_needs(action: Action, stack: str) -> Iterator[Need]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html."""
    given = action.configuration
    for name in ("DescribeStacks", *_MODES.get(given.get("ActionMode", ""), ())):
        yield Need(f"cloudformation:{name}", stack)
    if role := given.get("RoleArn"):
        yield Need("iam:PassRole", role)


def _kind(project: Project, part: str) -> str:
    body = project.properties.get(part)
    return str(body.get("Type", "")) if isinstance(body, Object) else ""
