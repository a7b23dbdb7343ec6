"""The AWS actions of a call in a build, and the permissions that they require.

This module knows the AWS CLI, the SAM CLI and sfnorch. It does not know the permissions of other calls.
https://docs.aws.amazon.com/cli/latest/reference/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.template.calls import ANY, RequiredAction
from sfnorch.template.iam.actions import is_known
from sfnorch.template.resources import StackEnvironment

_QUIET = frozenset(
    {
        *("test", "true", "false", ":", "echo", "printf", "read", "cd", "pwd", "ls", "cat", "cp", "mv", "rm"),
        *("mkdir", "touch", "chmod", "export", "unset", "set", "exit", "sleep", "date", "pip", "pip3"),
    }
)
_OFFLINE = frozenset(
    {"init", "patterns", "schema", "render", "lint", "validate", "graph", "simulate", "completion", "help"}
)
"""Commands that do not call AWS, also those of sfnorch."""

_FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken", "cognito-idp:InitiateAuth", "cognito-idp:SignUp"})
"""Actions that require no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

_MAKE, _EXECUTE = "CreateChangeSet DescribeChangeSet DescribeStacks", "ExecuteChangeSet DescribeStackEvents"
_DEPLOYED = "GetTemplate ListStackResources"
_DEPLOY = f"{_MAKE} ListChangeSets DeleteChangeSet {_DEPLOYED} {_EXECUTE} glue:ListJobs"
_ON_STACK: Mapping[tuple[str, ...], str] = {
    ("aws", "cloudformation", "deploy"): f"{_MAKE} ExecuteChangeSet",
    ("sam", "deploy"): f"{_MAKE} {_EXECUTE} GetTemplateSummary",
    ("sfnorch", "deploy"): _DEPLOY,
    ("sfnorch", "pipeline", "deploy"): _DEPLOY,
    ("sfnorch", "diff"): f"{_MAKE} DeleteChangeSet {_DEPLOYED}",
    ("sfnorch", "outputs"): "DescribeStacks",
    ("sfnorch", "status"): "DescribeStacks ListStackResources",
    ("sfnorch", "delete"): "DescribeStacks DeleteStack DescribeStackEvents",
}
"""Actions on the stack that the command names, and actions of other services (with a prefix)."""
_DRIFT = (
    "DetectStackDrift DetectStackResourceDrift DescribeStackResourceDrifts "
    "cloudformation:DescribeStackDriftDetectionStatus cloudformation:BatchDescribeTypeConfigurations"
)
"""Actions of `sfnorch diff --drift`, besides those that read each resource."""

_OTHERS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("cloudformation", "package"): ("s3:PutObject",),
    ("ecr", "get-login-password"): ("ecr:GetAuthorizationToken",),
    ("lambda", "invoke"): ("lambda:InvokeFunction",),
}
"""AWS CLI commands whose names differ from the action."""

_S3_READS = {"cp": "s3:GetObject", "mv": "s3:GetObject", "sync": "s3:GetObject", "rm": "s3:DeleteObject"}
_S3_VALUED = frozenset(
    {
        *("--exclude", "--include", "--acl", "--storage-class", "--sse", "--sse-kms-key-id", "--cache-control"),
        *("--content-type", "--content-encoding", "--metadata", "--metadata-directive", "--expires", "--grants"),
    }
)
_VALUED = frozenset({"--region", "--profile", "--output", "--endpoint-url", "--query", "--ca-bundle", "--color"})
"""Options with a value, of `aws s3` and global options of the AWS CLI."""

_NO_EXECUTION = ("--no-execute", "--no-execute-changeset")
_EXECUTION_ALONE = f"DescribeStacks DescribeChangeSet {_EXECUTE}"
_PREFIXES = {"stepfunctions": "states", "s3api": "s3"}
"""IAM service prefixes that differ from the service names of the AWS CLI."""


def find_needs(call: tuple[str, ...], where: StackEnvironment) -> list[RequiredAction] | None:
    """Return the permissions that the call requires, none if it does not call AWS; None if they are unknown."""
    call = _strip_launcher(call)
    if call[0] in _QUIET or (call[0] == "sfnorch" and _OFFLINE & set(call[1:3])):
        return []
    if actions := next((actions for words, actions in _ON_STACK.items() if call[: len(words)] == words), ""):
        return list(_find_stack_needs(call, actions, where))
    if call[0] != "aws" or "--no-sign-request" in call:
        return [] if call[0] == "aws" else None
    if call[1:2] == ("s3",):
        return list(_find_s3_needs(call[2:], where))
    if actions_of := _OTHERS.get(call[1:3]):
        return [RequiredAction(action, ANY) for action in actions_of]
    if len(call) > 2:
        service = _PREFIXES.get(call[1], call[1])
        action = f"{service}:{''.join(part.capitalize() for part in call[2].split('-'))}"
        return [] if action in _FREE else [RequiredAction(action, ANY)] if is_known(action) else None
    return None


def can_change_credentials(command: str) -> bool:
    """Return whether the command, or a later one, can use other credentials than the build's role."""
    return any(word in command for word in ("assume-role", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "--profile"))


def _strip_launcher(call: tuple[str, ...]) -> tuple[str, ...]:
    """Return the call without its launcher (`python -m`, `uv run`) and without options before the AWS CLI service."""
    if len(call) > 2 and call[1] == ("-m" if call[0].startswith("python") else "run"):
        call = call[2:] if call[0].startswith("python") or call[0] in ("uv", "poetry", "pipenv") else call
    while call[0] == "aws" and len(call) > 2 and call[1].startswith("-"):
        call = (call[0], *call[3 if call[1] in _VALUED else 2 :])
    return call


def _find_stack_needs(call: tuple[str, ...], actions: str, where: StackEnvironment) -> Iterator[RequiredAction]:
    """Yield the permissions for the actions on a stack, and for the role and the bucket that the call passes."""
    if _read_option(call, "--execute-change-set"):
        actions = _EXECUTION_ALONE
    if "--drift" in call:
        actions += f" {_DRIFT}"
    left_out = _EXECUTE.split() if set(_NO_EXECUTION) & set(call) else []
    name, role, bucket = (
        _widen_unknown(_read_option(call, option)) for option in ("--stack-name", "--role-arn", "--s3-bucket")
    )
    stack = f"arn:{where.partition}:cloudformation:{where.region}:{where.account}:stack/{name}/*" if name else ANY
    for action in actions.split():
        if ":" in action:
            yield RequiredAction(action, ANY)
        elif action not in left_out:
            yield RequiredAction(f"cloudformation:{action}", stack)
    if "CreateChangeSet" in actions and role:
        yield RequiredAction("iam:PassRole", role)
    if "CreateChangeSet" in actions and bucket:
        yield RequiredAction("s3:PutObject", f"arn:{where.partition}:s3:::{bucket}/*" if bucket != ANY else ANY)


def _find_s3_needs(call: tuple[str, ...], where: StackEnvironment) -> Iterator[RequiredAction]:
    """Yield the permissions of `aws s3 cp`, `mv`, `sync` and `rm`: on the first argument and on the target."""
    places: list[str] = []
    words = iter(call[1:])
    for word in words:
        if word in _S3_VALUED or word in _VALUED:
            next(words, "")
        elif word == "-" or not word.startswith("-"):
            places.append(word)
    first = _S3_READS.get(call[0] if call else "")
    if first is None or "--dryrun" in call:
        return
    for place, action in zip(places, (first, "s3:PutObject"), strict=False):
        if place.startswith("s3://"):
            path = _widen_unknown(place.removeprefix("s3://"))
            bucket, _, key = path.partition("/")
            yield RequiredAction(action, ANY if path == ANY else f"arn:{where.partition}:s3:::{bucket}/{key}*")


def _widen_unknown(value: str) -> str:
    """Return the value; ANY if it contains an unknown variable."""
    return ANY if "$" in value else value


def _read_option(call: tuple[str, ...], name: str) -> str:
    """Return the option's value; empty if the call does not have the option."""
    for index, word in enumerate(call):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and index + 1 < len(call):
            return call[index + 1]
    return ""
