"""What a recorded scenario runs: the plan, a template, or what is deployed, which is saved beside the scenario."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.app.deployment.deployable import find_defaults
from sfnorch.app.environment_settings import list_parameter_values
from sfnorch.app.recorded.names import MachineNames, guess_stack_name
from sfnorch.app.sources import (
    PlanSource,
    build_surroundings,
    choose_stack,
    evaluate_source,
    read_source_in_environment,
)
from sfnorch.aws.stacks import find_stack, find_stack_of_resource, read_template_text
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.plan.environments import PlanChoice
from sfnorch.runs.definitions import read_definition_of_execution
from sfnorch.runs.executions import make_machine_arn, read_machine_name, read_region
from sfnorch.simulator.run import choose_machine
from sfnorch.source import SourceError
from sfnorch.template.definition_files import parse_definition
from sfnorch.template.reader import parse_template

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.aws.stacks import Stack
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.template.contents import Machine, Template
    from sfnorch.template.located import Object
    from sfnorch.template.reader import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file that a scenario needs beside it: its name, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTarget:
    """The target of a scenario, as the file has it, with the template and the state machine of the execution."""

    document: Mapping[str, Json]
    template: Template
    machine: Machine
    saved: SavedFile | None = None
    note: str = ""
    """Why it is not the plan, as a sentence; empty if it is, or if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRequest:
    """What to look for: the template of an execution, by default that of the plan."""

    arn: str
    plan: PlanSource
    template: Path | None
    stack_name: str
    """The name of the stack; empty if only the ARN of the execution is known."""
    folder: Path
    """The folder of the scenario, to which its paths are relative."""


def find_target(request: TargetRequest, account: AwsAccount) -> RecordedTarget:
    """Return the target. Raises SfnorchError if a template that the user names has no such state machine."""
    machine = read_machine_name(request.arn)
    note = ""
    if request.template is not None or request.plan is not None:
        source, environment = read_source_in_environment(request.template, request.plan)
        named = request.template or request.plan
        found = _try_source(request, source, environment, account, dict(_describe_file(request)))
        if found is not None:
            return found
        if request.template is not None:
            hint = "pass the template that has it, or leave it out to save what is deployed"
            raise SfnorchError(f"{request.template} has no state machine {machine}", hint=hint)
        note = f"{named} has no state machine {machine}: the scenario runs what is deployed, which is saved beside it."
    for source, saved in _list_deployed(request, account):
        found = _try_source(request, source, None, account, {"template": saved.name}, saved, note)
        if found is not None:
            return found
    raise SfnorchError(
        f"The definition of {machine} cannot be read", hint="pass the template of the execution with --template FILE"
    )


def _describe_file(request: TargetRequest) -> Iterator[tuple[str, Json]]:
    """Yield the keys that name the file of the target, with its path relative to the scenario."""
    match request.template, request.plan:
        case Path() as path, _:
            yield "template", _make_relative(path, request.folder)
        case _, PlanChoice() as choice:
            yield "plan", _make_relative(choice.path, request.folder)
            yield "environment", choice.environment
        case _, Path() as path:
            yield "plan", _make_relative(path, request.folder)


def _make_relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.absolute().as_posix()


def _list_deployed(request: TargetRequest, account: AwsAccount) -> Iterator[tuple[Source, SavedFile]]:
    """Yield the template of the stack, if it is known, and the definition that the execution has used."""
    session = account.session
    cloudformation = session.cloudformation
    if request.stack_name:
        stack = find_stack(cloudformation, request.stack_name)
    else:
        stack = find_stack_of_resource(cloudformation, make_machine_arn(request.arn))
    if stack is not None:
        text = read_template_text(cloudformation, stack.id)
        form = "json" if text.lstrip().startswith("{") else "yaml"
        saved = SavedFile(name=f"{stack.name}.template.{form}", text=text)
        with contextlib.suppress(SourceError):
            yield parse_template(text, saved.name), saved
    definition = read_definition_of_execution(session.stepfunctions, request.arn)
    text = json.dumps(definition, indent=2, ensure_ascii=False) + "\n"
    saved = SavedFile(name=f"{read_machine_name(request.arn)}.asl.json", text=text)
    yield parse_definition(text, saved.name), saved


def _try_source(
    request: TargetRequest,
    source: Source,
    environment: Environment | None,
    account: AwsAccount,
    file: dict[str, Json],
    saved: SavedFile | None = None,
    note: str = "",
) -> RecordedTarget | None:
    """Return the target with this template; None if it has no state machine of this name."""
    physical, region = read_machine_name(request.arn), read_region(request.arn)
    usual = choose_stack(source, build_surroundings(None, environment), None)
    template, machine = None, None
    for stack_name in dict.fromkeys((request.stack_name or usual.stack_name, "")):
        where = usual._replace(region=region, region_is_given=True, stack_name=stack_name or usual.stack_name)
        template = evaluate_source(source, list_parameter_values(environment, _get_parameters(source), {}), where)
        if not stack_name and (stack_name := guess_stack_name(template, physical)):
            template = evaluate_source(source, None, where._replace(stack_name=stack_name))
        machine = MachineNames(template, physical).find(physical)
        if machine is not None:
            break
    if template is None or machine is None:
        return None
    stack_name = template.stack.where.stack_name
    parameters = (
        _list_changed_parameters(source, environment, _find_stack(account, stack_name))
        if not source.is_definition
        else {}
    )
    if parameters:
        values = list_parameter_values(environment, _get_parameters(source), parameters)
        template = evaluate_source(source, values, template.stack.where)
        machine = MachineNames(template, physical).find(physical) or machine
    document = dict(file)
    if choose_machine_or_none(template) is not machine:
        document["machine"] = template.build_title(machine)
    if parameters:
        document["parameters"] = {**parameters}
    if stack_name != usual.stack_name and not source.is_definition:
        document["stack_name"] = stack_name
    if region != usual.region:
        document["region"] = region
    return RecordedTarget(document=document, template=template, machine=machine, saved=saved, note=note)


def choose_machine_or_none(template: Template) -> Machine | None:
    """Return the state machine that starts without a name; None if there is no such one."""
    try:
        return choose_machine(template)
    except SfnorchError:
        return None


def _get_parameters(source: Source) -> Object:
    return source.data.find_object("Parameters")


def _find_stack(account: AwsAccount, name: str) -> Stack | None:
    """Return the stack; None if it is deleted, or may not be read: only its parameters are needed."""
    try:
        return find_stack(account.session.cloudformation, name)
    except ClientError:
        return None


def _list_changed_parameters(source: Source, environment: Environment | None, stack: Stack | None) -> dict[str, str]:
    """Return the values of the stack's parameters that are not those of the template and the environment."""
    declared = _get_parameters(source)
    usual = {**find_defaults(declared), **list_parameter_values(environment, declared, {})}
    hidden = {name for name, body in declared.entries() if str(body.get("NoEcho", "")).lower() == "true"}
    return {
        name: value
        for name, value in (stack.parameters.items() if stack else ())
        if name in declared and name not in hidden and value != usual.get(name)
    }
