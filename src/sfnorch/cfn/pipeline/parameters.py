"""The pipeline's parameters: its own, and the plan's, which it hands on where they are given.

What is not given is as the plan has it, on every push anew: so a change of the plan is not held up by a value that the
pipeline remembers, and a parameter that the plan no longer has does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from troposphere import Equals, If, Join, Not, NoValue, Parameter, Ref, Select, Sub

from sfnorch import workflow as flow
from sfnorch.cfn.pipeline.names import IMAGE, STACK_NAME

_IMAGE = "aws/codebuild/standard:7.0"
"""https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"""

_ALWAYS = flow.BOUNDARY_ARN
"""The parameter that is handed on even where it is empty: every plan has it, and a list of none would be no list."""


def own_parameters(stack_name: str) -> Iterator[Parameter]:
    """The stack's name, which is `stack_name` unless it is given, and the image of the builds."""
    yield Parameter(
        STACK_NAME,
        Type="String",
        Description="The stack that the pipeline deploys",
        Default=stack_name,
        MaxLength=64,
        AllowedPattern="^[a-zA-Z][-a-zA-Z0-9]*$",
        ConstraintDescription="1 to 64 letters, digits and hyphens, the first a letter",
    )
    yield Parameter(
        IMAGE,
        Type="String",
        Description="The image in which buildspec.yml runs",
        Default=_IMAGE,
        AllowedPattern="^[A-Za-z0-9][A-Za-z0-9._/:@-]*$",
        ConstraintDescription="the name of an image",
    )


def handed_on(workflow: flow.Workflow, *, approval: bool) -> Iterator[flow.Parameter]:
    """The plan's own parameters, none of which needs a value; and the key of a topic that is asked for approval."""
    declared = list(_of_the_plan(workflow))
    if approval and flow.TOPIC_KEY_ARN not in {parameter.name for parameter in declared}:
        declared.append(flow.topic_key_parameter())
    return map(_optional, declared)


def _of_the_plan(workflow: flow.Workflow) -> Iterator[flow.Parameter]:
    """The plan's parameters but the one that a deployment itself sets."""
    return (parameter for parameter in workflow.parameters if parameter.name != flow.CODE_BUCKET)


def _optional(parameter: flow.Parameter) -> flow.Parameter:
    """The parameter with no value for its default, which stands for the plan's."""
    if parameter.default:
        parameter = replace(parameter, default="", description=f"{parameter.description}; empty: as in the plan")
    if re.fullmatch(parameter.pattern, ""):
        return parameter
    return replace(
        parameter,
        pattern=f"^$|{parameter.pattern}",
        constraint=parameter.constraint and f"{parameter.constraint}, or empty",
    )


def given(name: str) -> str:
    """The condition that the plan's parameter of this name is given."""
    return f"{name}Given"


def conditions(parameters: Iterable[flow.Parameter]) -> dict[str, Any]:
    """For each of the plan's parameters whether it is given."""
    return {
        given(one.name): Not(Equals(Select(0, Ref(one.name)) if one.is_list else Ref(one.name), ""))
        for one in parameters
    }


def as_json(workflow: flow.Workflow) -> Any:
    """The plan's parameters that are given as one JSON object, as `--parameter-overrides` takes it.

    Their patterns keep quotes, backslashes and line ends out of the values.
    """
    pairs = [
        pair if parameter.name == _ALWAYS else If(given(parameter.name), pair, NoValue)
        for parameter in _of_the_plan(workflow)
        for pair in [_pair(parameter)]
    ]
    return Join("", ["{", Join(", ", pairs), "}"])


def _pair(parameter: flow.Parameter) -> Any:
    if parameter.is_list:
        return Join("", [f'"{parameter.name}": "', Join(",", Ref(parameter.name)), '"'])
    return Sub(f'"{parameter.name}": "${{{parameter.name}}}"')
