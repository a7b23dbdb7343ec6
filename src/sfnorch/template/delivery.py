"""What a template holds of a delivery: pipelines with their actions, build projects with their buildspecs, buckets.

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
"""The services that take on the roles of a delivery."""

_BUILDSPEC = "buildspec.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of a pipeline: whose it is (`CodeBuild`, `S3`), and its configuration."""

    stage: str
    name: str
    category: str
    provider: str
    configuration: Mapping[str, str]
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline; its role is None where it is not of this template."""

    logical_id: str
    role: Role | None
    bucket: str
    """Where its artifacts lie; empty where that isn't told."""
    actions: tuple[Action, ...]
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A build project: `properties` are evaluated; `buildspec` is its text, None where it can't be seen from here."""

    logical_id: str
    name: str
    role: Role | None
    properties: Object
    variables: Mapping[str, str]
    buildspec: str | None
    buildspec_name: str
    path: Path
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket; `properties` are evaluated."""

    logical_id: str
    properties: Object
    path: Path
    place: Place


def pipelines(template: Template) -> Iterator[Pipeline]:
    """The template's pipelines."""
    stack = template.stack
    for logical_id, properties, path, place in resources(stack, "AWS::CodePipeline::Pipeline"):
        body = stack.value(properties)
        store = body.get("ArtifactStore")
        yield Pipeline(
            logical_id=logical_id,
            role=template.roles.get(stack.text(properties.get("RoleArn"))),
            bucket=str(store.get("Location", "")) if isinstance(store, Object) else "",
            actions=tuple(_actions(body, path)),
            path=path,
            place=place,
        )


def projects(template: Template) -> Iterator[Project]:
    """The template's build projects."""
    stack = template.stack
    for logical_id, properties, path, place in resources(stack, "AWS::CodeBuild::Project"):
        body = stack.value(properties)
        source, environment = body.get("Source"), body.get("Environment")
        given = source.get("BuildSpec") if isinstance(source, Object) else None
        text, name = _buildspec(given, File(template.source.file))
        listed = environment.get("EnvironmentVariables") if isinstance(environment, Object) else None
        role = stack.text(properties.get("ServiceRole"))
        yield Project(
            logical_id=logical_id,
            name=stack.name(logical_id),
            role=template.roles.get(role)
            or next((known for known in template.roles.values() if known.name == role), None),
            properties=body,
            variables={
                str(variable.get("Name")): str(variable.get("Value", ""))
                for variable in _objects(listed)
                if variable.get("Type", "PLAINTEXT") == "PLAINTEXT"
            },
            buildspec=text,
            buildspec_name=name,
            path=path,
            place=place,
        )


def buckets(template: Template) -> Iterator[Bucket]:
    """The template's buckets."""
    for logical_id, properties, path, place in resources(template.stack, "AWS::S3::Bucket"):
        yield Bucket(logical_id=logical_id, properties=template.stack.value(properties), path=path, place=place)


def delivery_roles(template: Template) -> Iterator[Role]:
    """The template's roles that a service of deliveries takes on."""
    for role in template.roles.values():
        if set(role.principals) & set(SERVICES):
            yield role


def _actions(pipeline: Object, path: Path) -> Iterator[Action]:
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
                configuration={key: str(value) for key, value in configuration.items()}
                if isinstance(configuration, Object)
                else {},
                path=(*path, "Stages", number, "Actions", index),
                place=action.place,
            )


def _buildspec(given: Any, template: File) -> tuple[str | None, str]:
    """The buildspec's text, as far as it stands in the template or in a file of the same repository, and its name.

    A project names it from its source's root, which is the nearest folder over the template that holds such a file.
    """
    if isinstance(given, str) and "\n" in given.strip():
        return given, "its buildspec"
    name = given if isinstance(given, str) and given else _BUILDSPEC
    if not template.is_file() or name.startswith(("arn:", "<")):
        return None, name
    for folder in template.resolve().parents:
        try:
            return (folder / name).read_text(encoding="utf-8"), name
        except (OSError, UnicodeDecodeError):
            if (folder / ".git").exists():
                break
    return None, name


def _objects(value: Any) -> Iterator[Object]:
    yield from (item for item in (value if isinstance(value, Array) else ()) if isinstance(item, Object))
