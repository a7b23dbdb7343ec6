"""What the commands of a buildspec call, and the permissions that these calls take.

Read are the AWS CLI, the SAM CLI and sfnorch itself; what else a command does is not known here.
https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import yaml

from sfnorch.lint.policies import is_known
from sfnorch.template.calls import ANY, Need
from sfnorch.template.resources import Surroundings

_PHASES = ("install", "pre_build", "build", "post_build")
_ENDS = frozenset({";", "&&", "||", "|", "&", "(", ")", "\n"})
_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "!", "{", "}", "time"}
)
_QUIET = frozenset(
    {
        *(
            "[",
            "[[",
            "test",
            "true",
            "false",
            ":",
            "echo",
            "printf",
            "read",
            "cd",
            "pwd",
            "ls",
            "cat",
            "cp",
            "mv",
            "rm",
        ),
        *("mkdir", "touch", "chmod", "export", "unset", "set", "exit", "sleep", "date", "env", "pip", "pip3", "pytest"),
    }
)
_OFFLINE = frozenset({"init", "patterns", "schema", "render", "lint", "graph", "simulate"})
"""Commands that call nothing of AWS, and those of sfnorch's that don't."""

_MAKE, _EXECUTE = "CreateChangeSet DescribeChangeSet DescribeStacks", "ExecuteChangeSet DescribeStackEvents"
_DEPLOY = f"{_MAKE} ListChangeSets DeleteChangeSet {_EXECUTE} glue:ListJobs"
_ON_STACK: Mapping[tuple[str, ...], str] = {
    ("aws", "cloudformation", "deploy"): f"{_MAKE} ExecuteChangeSet",
    ("sam", "deploy"): f"{_MAKE} {_EXECUTE} GetTemplateSummary",
    ("sfnorch", "deploy"): _DEPLOY,
    ("sfnorch", "pipeline", "deploy"): _DEPLOY,
    ("sfnorch", "diff"): f"{_MAKE} DeleteChangeSet",
    ("sfnorch", "outputs"): "DescribeStacks",
    ("sfnorch", "status"): "DescribeStacks ListStackResources",
    ("sfnorch", "delete"): "DescribeStacks DeleteStack DescribeStackEvents",
}
"""What CloudFormation is asked about the stack that is named, and what else is asked."""

_NO_EXECUTION = ("--no-execute", "--no-execute-changeset")
_EXECUTION_ALONE = f"DescribeStacks DescribeChangeSet {_EXECUTE}"
_PREFIXES = {"stepfunctions": "states", "s3api": "s3"}
"""What IAM calls a service of the AWS CLI, where the two differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildspec:
    """A buildspec, as far as it is read here: its commands by phase, and whether it has reports."""

    commands: tuple[tuple[str, str], ...]
    variables: Mapping[str, str]
    reports: bool


def read_buildspec(text: str) -> Buildspec | None:
    """What the buildspec holds; None where it is none."""
    try:
        spec = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    phases = spec.get("phases") if isinstance(spec, dict) else None
    if not isinstance(phases, dict):
        return None
    commands = [
        (phase, command)
        for phase in _PHASES
        for part in ("commands", "finally")
        for command in _list(_dict(phases.get(phase)).get(part))
        if isinstance(command, str)
    ]
    variables = _dict(_dict(spec.get("env")).get("variables"))
    return Buildspec(
        commands=tuple(commands),
        variables={str(name): str(value) for name, value in variables.items()},
        reports=bool(spec.get("reports")),
    )


def calls(command: str, variables: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The words of each call in a command, with the variables that are known in their place."""
    try:
        lexer = shlex.shlex(command.replace("\\\n", " ").replace("\n", " ; "), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = "#"
        words = list(lexer)
    except ValueError:  # a quote that isn't closed: the shell will tell
        return
    call: list[str] = []
    for word in [*words, ";"]:
        if word in _ENDS or word in _KEYWORDS:
            if call:
                yield tuple(Template(part).safe_substitute(variables) for part in call)
            call = []
        elif call or not re.match(r"\w+=", word):
            call.append(word)


def needs(call: tuple[str, ...], where: Surroundings) -> list[Need] | None:
    """The permissions that the call takes, none for one that calls nothing of AWS; None where that isn't known here."""
    call = _without_runner(call)
    if call[0].rpartition("/")[2] in _QUIET or (call[0] == "sfnorch" and _OFFLINE & set(call[1:3])):
        return []
    if actions := next((actions for words, actions in _ON_STACK.items() if call[: len(words)] == words), ""):
        return list(_on_stack(call, actions, where))
    if call[:2] == ("aws", "s3"):
        return list(_s3(call[2:], where))
    if call[0] == "aws" and len(call) > 2:
        service = _PREFIXES.get(call[1], call[1])
        action = f"{service}:{''.join(part.capitalize() for part in call[2].split('-'))}"
        return [Need(action, ANY)] if is_known(action) else None
    return None


def _without_runner(call: tuple[str, ...]) -> tuple[str, ...]:
    """The call without what runs it: `python -m pip`, `uv run sfnorch`."""
    if len(call) > 2 and (
        (call[0].startswith("python") and call[1] == "-m")
        or (call[0] in ("uv", "poetry", "pipenv") and call[1] == "run")
    ):
        return call[2:]
    return call


def _on_stack(call: tuple[str, ...], actions: str, where: Surroundings) -> Iterator[Need]:
    """The needs of what is asked about a stack, and of what is handed over with it."""
    if _option(call, "--execute-change-set"):
        actions = _EXECUTION_ALONE
    left_out = _EXECUTE.split() if set(_NO_EXECUTION) & set(call) else []
    name, role, bucket = (_known(_option(call, option)) for option in ("--stack-name", "--role-arn", "--s3-bucket"))
    stack = f"arn:{where.partition}:cloudformation:{where.region}:{where.account}:stack/{name}/*" if name else ANY
    for action in actions.split():
        if ":" in action:
            yield Need(action, ANY)
        elif action not in left_out:
            yield Need(f"cloudformation:{action}", stack)
    if "CreateChangeSet" in actions and role:
        yield Need("iam:PassRole", role)
    if "CreateChangeSet" in actions and bucket:
        yield Need("s3:PutObject", f"arn:{where.partition}:s3:::{bucket}/*" if bucket != ANY else ANY)


def _s3(call: tuple[str, ...], where: Surroundings) -> Iterator[Need]:
    """The needs of `aws s3 cp`, `mv` and `sync`: what is read at the first place, and written at the second."""
    places = [word for word in call[1:] if not word.startswith("-")]
    if call[:1] in (("cp",), ("mv",), ("sync",)):
        for place, action in zip(places, ("s3:GetObject", "s3:PutObject"), strict=False):
            if place.startswith("s3://"):
                path = _known(place.removeprefix("s3://"))
                bucket, _, key = path.partition("/")
                yield Need(action, ANY if path == ANY else f"arn:{where.partition}:s3:::{bucket}/{key}*")


def _known(value: str) -> str:
    """The value, ANY where it holds a variable that isn't known."""
    return ANY if "$" in value else value


def _option(call: tuple[str, ...], name: str) -> str:
    """The option's value; empty where it isn't given."""
    for index, word in enumerate(call):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and index + 1 < len(call):
            return call[index + 1]
    return ""


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
