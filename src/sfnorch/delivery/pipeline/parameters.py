"""The pipeline's parameters: its own, and the plan's, which it passes to the deployment if they have a value.

A parameter without a value has the default in the plan at every push. So a value that the pipeline stores does not hide
a change of the plan, and a parameter that the plan no longer has is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import troposphere
from troposphere import AWSHelperFn, Equals, If, Join, Not, NoValue, Ref, Select, Sub

from sfnorch.cfn.values import BOUNDARY
from sfnorch.delivery.pipeline.names import IMAGE, OWN_BOUNDARY, PACKAGE, STACK_NAME, UNBOUNDED
from sfnorch.delivery.repository.installation import PACKAGE_PATTERN, find_installation
from sfnorch.workflow import BOUNDARY_ARN, CODE_BUCKET, TOPIC_KEY_ARN, Parameter, Workflow, build_topic_key_parameter

_IMAGE = "aws/codebuild/standard:7.0"
"""https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"""


def make_own_parameters(stack_name: str) -> Iterator[troposphere.Parameter]:
    """Yield the parameters of the pipeline itself; `stack_name` is the default name of the plan's stack."""
    yield troposphere.Parameter(
        STACK_NAME,
        Type="String",
        Description="The stack that the pipeline deploys",
        Default=stack_name,
        MaxLength=64,
        # the path of AWS's service-linked roles is not the name of a stack
        AllowedPattern="^(?!(aws-)?service-role$)[a-zA-Z][-a-zA-Z0-9]*$",
        ConstraintDescription="1 to 64 letters, digits and hyphens, starting with a letter",
    )
    yield troposphere.Parameter(
        IMAGE,
        Type="String",
        Description="The image in which buildspec.yml runs",
        Default=_IMAGE,
        AllowedPattern="^[A-Za-z0-9][A-Za-z0-9._/:@-]*$",
        ConstraintDescription="the name of an image",
    )
    yield troposphere.Parameter(
        PACKAGE,
        Type="String",
        Description="The version of sfnorch that the Review stage installs with pip",
        Default=find_installation().requirement,
        AllowedPattern=PACKAGE_PATTERN,
        ConstraintDescription="a requirement such as sfnorch==X.Y.Z, or the URL of a package",
    )
    yield troposphere.Parameter(
        UNBOUNDED,
        Type="String",
        Description="true: roles of the deployed stack have no permissions boundary. Everyone whose change set is "
        "approved can then give these roles any permission, up to those of an administrator",
        Default="false",
        AllowedValues=["false", "true"],
    )


def copy_plan_parameters(workflow: Workflow, *, approval: bool) -> Iterator[Parameter]:
    """Return the plan's parameters, none of which needs a value, and the key of the topic for approvals."""
    declared = list(_select_from_plan(workflow))
    if approval and TOPIC_KEY_ARN not in {parameter.name for parameter in declared}:
        declared.append(build_topic_key_parameter())
    return map(_make_optional, declared)


def _select_from_plan(workflow: Workflow) -> Iterator[Parameter]:
    """Return the plan's parameters except the one that a deployment sets."""
    return (parameter for parameter in workflow.parameters if parameter.name != CODE_BUCKET)


def _make_optional(parameter: Parameter) -> Parameter:
    """Return the parameter with an empty default, which means the default in the plan."""
    if parameter.default:
        parameter = parameter._replace(default="", description=f"{parameter.description}; default: as in the plan")
    if re.fullmatch(parameter.pattern, ""):
        return parameter
    return parameter._replace(
        pattern=f"^$|{parameter.pattern}",
        constraint=parameter.constraint and f"{parameter.constraint}, or empty",
    )


def make_condition_name(name: str) -> str:
    """Return the condition that the plan's parameter with this name has a value."""
    return f"{name}Given"


def make_conditions(parameters: Iterable[Parameter]) -> dict[str, AWSHelperFn]:
    """Return the conditions whether each of the plan's parameters has a value."""
    return {
        make_condition_name(one.name): Not(Equals(Select(0, Ref(one.name)) if one.is_list else Ref(one.name), ""))
        for one in parameters
    }


def join_as_json(workflow: Workflow) -> AWSHelperFn:
    """Return the plan's parameters that have a value as a JSON object, for `--parameter-overrides`.

    Their patterns reject quotes, backslashes and line breaks in values. The permissions boundary is always included:
    every plan has the parameter, and the list must not be empty.
    """
    pairs = [_write_pair(parameter) for parameter in _select_from_plan(workflow)]
    return Join("", ["{", Join(", ", pairs), "}"])


def _write_pair(parameter: Parameter) -> AWSHelperFn:
    if parameter.name == BOUNDARY_ARN:
        own = If(OWN_BOUNDARY, Ref(BOUNDARY), "")
        return Join(
            "", [f'"{parameter.name}": "', If(make_condition_name(parameter.name), Ref(parameter.name), own), '"']
        )
    text = Sub(f'"{parameter.name}": "${{{parameter.name}}}"')
    joined = Join("", [f'"{parameter.name}": "', Join(",", Ref(parameter.name)), '"'])
    return If(make_condition_name(parameter.name), joined if parameter.is_list else text, NoValue)
