"""The delivery resources of a template: pipelines with actions, build projects with buildspecs.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File

from sfnorch.json_values import Json, find_value, read_string
from sfnorch.template.contents import Template
from sfnorch.template.declarations import find_declarations
from sfnorch.template.located import Object, Path, SourceLocation, read_objects
from sfnorch.template.roles import Role

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
    place: SourceLocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline; its role is None if it is not in this template."""

    logical_id: str
    role: Role | None
    bucket: str
    """The bucket of its artifacts; empty if it is unknown."""
    actions: tuple[Action, ...]
    path: Path
    place: SourceLocation


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
    place: SourceLocation


def read_pipelines(template: Template) -> Iterator[Pipeline]:
    """Yield the template's pipelines."""
    stack = template.stack
    for pipeline in find_declarations(stack, "AWS::CodePipeline::Pipeline"):
        body = pipeline.evaluate()
        if body is None:
            continue
        yield Pipeline(
            logical_id=pipeline.logical_id,
            role=template.roles.get(pipeline.text("RoleArn")),
            bucket=str(body.find_object("ArtifactStore").get("Location", "")),
            actions=tuple(_read_actions(body, pipeline.path)),
            path=pipeline.path,
            place=pipeline.place,
        )


def read_projects(template: Template) -> Iterator[Project]:
    """Yield the template's build projects; a project names its role by ARN or by name."""
    stack = template.stack
    by_name = {stack.find_physical_name(role.name): role for role in template.roles.values()}
    for project in find_declarations(stack, "AWS::CodeBuild::Project"):
        body = project.evaluate()
        if body is None:
            continue
        text, name = _find_buildspec(body.find_object("Source"), File(template.source.file))
        listed = [variable for _, variable in read_objects(find_value(body, "Environment", "EnvironmentVariables"))]
        role = project.text("ServiceRole")
        yield Project(
            logical_id=project.logical_id,
            name=project.name,
            role=template.roles.get(role) or by_name.get(role),
            properties=body,
            variables={
                str(variable.get("Name")): str(variable.get("Value", ""))
                for variable in listed
                if variable.get("Type", "PLAINTEXT") == "PLAINTEXT" and variable.get("Value")
            },
            stores=tuple(
                str(variable["Type"]) for variable in listed if variable.get("Type", "PLAINTEXT") != "PLAINTEXT"
            ),
            buildspec=text,
            buildspec_name=name,
            path=project.path,
            place=project.place,
        )


def find_delivery_roles(template: Template) -> Iterator[Role]:
    """Yield the template's roles that a delivery service assumes."""
    for role in template.roles.values():
        if set(role.principals) & set(SERVICES):
            yield role


def _read_actions(pipeline: Object, path: Path) -> Iterator[Action]:
    for number, stage in read_objects(pipeline.get("Stages")):
        for index, action in read_objects(stage.get("Actions")):
            kind = action.find_object("ActionTypeId")
            if not kind:
                continue
            yield Action(
                stage=str(stage.get("Name", "")),
                name=str(action.get("Name", "")),
                category=str(kind.get("Category", "")),
                provider=str(kind.get("Provider", "")),
                configuration={
                    key: "*" if "#{" in str(value) else str(value)  # a variable of the pipeline
                    for key, value in action.find_object("Configuration").items()
                },
                role_arn=str(action.get("RoleArn", "")),
                has_output=bool(action.get("OutputArtifacts")),
                path=(*path, "Stages", number, "Actions", index),
                place=action.place,
            )


def _find_buildspec(source: Mapping[str, Json], template: File) -> tuple[str | None, str]:
    """Return the buildspec's text and name; the text is None if it is not in the template or in the same repository.

    For a project in a pipeline, the file name is relative to the repository root. The root is the folder with .git, or
    the nearest folder above the template that contains the file.
    """
    given = read_string(source.get("BuildSpec"))
    if "phases" in given or "\n" in given.strip():
        return given, "its buildspec"
    name = given or _BUILDSPEC
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
