"""The delivery resources of a template: pipelines with actions, build projects with buildspecs.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from sfnorch.template.contents import Template
from sfnorch.template.located import Array, Object, Path, Place
from sfnorch.template.roles import Role, resources

SERVICES = ("codepipeline.amazonaws.com", "codebuild.amazonaws.com", "cloudformation.amazonaws.com")
"""The services that assume the roles of a delivery."""

_BUILDSPEC = "buildspec.yml"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of a pipeline: its provider (`CodeBuild`, `S3`) and its configuration."""

    stage: str
    name: str
    category: str
    provider: str
    configuration: Mapping[str, str]
    role_arn: str
    """The role that the action assumes instead of the pipeline's role; empty if there is none."""
    has_output: bool
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline; its role is None if it is not in this template."""

    logical_id: str
    role: Role | None
    bucket: str
    """The bucket of its artifacts; empty if it is unknown."""
    actions: tuple[Action, ...]
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A build project: `properties` are evaluated; `buildspec` is its text, None if it cannot be read from here."""

    logical_id: str
    name: str
    role: Role | None
    properties: Object
    variables: Mapping[str, str]
    stores: tuple[str, ...]
    """Sources of further variables: `PARAMETER_STORE`, `SECRETS_MANAGER`."""
    buildspec: str | None
    buildspec_name: str
    path: Path
    place: Place


def read_pipelines(template: Template) -> Iterator[Pipeline]:
    """Yield the template's pipelines."""
    stack = template.stack
    for logical_id, properties, path, place in resources(stack, "AWS::CodePipeline::Pipeline"):
        body = stack.value(properties)
        if not isinstance(body, Object):
            continue  # only AWS can evaluate this function
        store = body.get("ArtifactStore")
        yield Pipeline(
            logical_id=logical_id,
            role=template.roles.get(stack.text(properties.get("RoleArn"))),
            bucket=str(store.get("Location", "")) if isinstance(store, Object) else "",
            actions=tuple(_read_actions(body, path)),
            path=path,
            place=place,
        )


def read_projects(template: Template) -> Iterator[Project]:
    """Yield the template's build projects; a project names its role by ARN or by name."""
    stack = template.stack
    by_name = {stack.name(role.name): role for role in template.roles.values()}
    for logical_id, properties, path, place in resources(stack, "AWS::CodeBuild::Project"):
        body = stack.value(properties)
        if not isinstance(body, Object):
            continue
        source, environment = body.get("Source"), body.get("Environment")
        text, name = _find_buildspec(source if isinstance(source, Object) else {}, File(template.source.file))
        listed = environment.get("EnvironmentVariables") if isinstance(environment, Object) else None
        role = stack.text(properties.get("ServiceRole"))
        yield Project(
            logical_id=logical_id,
            name=stack.name(logical_id),
            role=template.roles.get(role) or by_name.get(role),
            properties=body,
            variables={
                str(variable.get("Name")): str(variable.get("Value", ""))
                for variable in _iterate_objects(listed)
                if variable.get("Type", "PLAINTEXT") == "PLAINTEXT" and variable.get("Value")
            },
            stores=tuple(
                str(variable["Type"])
                for variable in _iterate_objects(listed)
                if variable.get("Type", "PLAINTEXT") != "PLAINTEXT"
            ),
            buildspec=text,
            buildspec_name=name,
            path=path,
            place=place,
        )


def find_delivery_roles(template: Template) -> Iterator[Role]:
    """Yield the template's roles that a delivery service assumes."""
    for role in template.roles.values():
        if set(role.principals) & set(SERVICES):
            yield role


def _read_actions(pipeline: Object, path: Path) -> Iterator[Action]:
    stages = pipeline.get("Stages")
    for number, stage in enumerate(stages if isinstance(stages, Array) else ()):
        listed = stage.get("Actions") if isinstance(stage, Object) else None
        for index, action in enumerate(listed if isinstance(listed, Array) else ()):
            kind = action.get("ActionTypeId") if isinstance(action, Object) else None
            if not isinstance(kind, Object):
                continue
            configuration = action.get("Configuration")
            yield Action(
                stage=str(stage.get("Name", "")),
                name=str(action.get("Name", "")),
                category=str(kind.get("Category", "")),
                provider=str(kind.get("Provider", "")),
                configuration={
                    key: "*" if "#{" in str(value) else str(value)  # a variable of the pipeline
                    for key, value in (configuration.items() if isinstance(configuration, Object) else ())
                },
                role_arn=str(action.get("RoleArn", "")),
                has_output=bool(action.get("OutputArtifacts")),
                path=(*path, "Stages", number, "Actions", index),
                place=action.place,
            )


def _find_buildspec(source: Mapping[str, Any], template: File) -> tuple[str | None, str]:
    """Return the buildspec's text and name; the text is None if it is not in the template or in the same repository.

    For a project in a pipeline, the file name is relative to the repository root. The root is the folder with .git, or
    the nearest folder above the template that contains the file.
    """
    given = source.get("BuildSpec")
    if isinstance(given, str) and ("phases" in given or "\n" in given.strip()):
        return given, "its buildspec"
    name = given if isinstance(given, str) and given else _BUILDSPEC
    inside = not File(name).is_absolute() and ".." not in File(name).parts and not name.startswith(("arn:", "<"))
    if source.get("Type") != "CODEPIPELINE" or not inside or "\0" in name or not template.is_file():
        return None, name
    folders = list(template.resolve().parents)
    root = [folder for folder in folders if (folder / ".git").exists()][:1]
    for folder in root or folders:
        if (text := _read_text(folder / name)) is not None:
            return text, name
    return None, name


def _read_text(file: File) -> str | None:
    try:
        if file.is_file() and file.stat().st_size <= _MOST_BYTES:
            return file.read_text(encoding="utf-8")
    except (OSError, ValueError):  # the file cannot be read or is not text
        return None
    return None


def _iterate_objects(value: Any) -> Iterator[Object]:
    yield from (item for item in (value if isinstance(value, Array) else ()) if isinstance(item, Object))
