"""The table of optimized integrations, compared with the service models of botocore."""

from __future__ import annotations

import pytest

from sfnorch.calls.optimized import STRINGS, OptimizedAction, read_optimized
from sfnorch.service_models.shapes import Shape, find_arguments, list_names

ACTIONS = {
    f"{service}:{name}": action for service, actions in read_optimized().items() for name, action in actions.items()
}

ADDED = {
    "bedrock:invokeModel": {"Input", "Output"},
}
"""Arguments that only the integration has. https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html"""

ANY_JSON = {
    "sns:publish": {"Message"},
    "sqs:sendMessage": {"MessageBody"},
    "states:startExecution": {"Input"},
}
"""Texts for which the integration accepts any JSON."""

MODELLED = sorted(name for name, action in ACTIONS.items() if action.model)


def find_shape(action: OptimizedAction) -> Shape:
    assert action.model is not None
    shape = find_arguments(*action.model)
    assert shape is not None
    return shape


def test_the_table_has_the_documented_services() -> None:
    assert sorted(read_optimized()) == [
        *("apigateway", "athena", "batch", "bedrock", "codebuild", "databrew", "dynamodb", "ecs", "eks"),
        *("elasticmapreduce", "emr-containers", "emr-serverless", "events", "glue", "http", "lambda", "mediaconvert"),
        *("sagemaker", "sns", "sqs", "states"),
    ]


@pytest.mark.parametrize("name", MODELLED)
def test_every_argument_is_one_of_the_api(name: str) -> None:
    shape = find_shape(ACTIONS[name])
    known = {argument for member in shape.members for argument in list_names(member)}

    assert set(ACTIONS[name].types) - known == ADDED.get(name, set())


@pytest.mark.parametrize("name", MODELLED)
def test_every_type_is_that_of_the_api(name: str) -> None:
    action = ACTIONS[name]
    shapes = {
        argument: shape for member, shape in find_shape(action).members.items() for argument in list_names(member)
    }
    wrong = {
        argument
        for argument, kind in action.types.items()
        if argument in shapes
        and kind != shapes[argument].type
        and not (kind == STRINGS and shapes[argument].item is not None)
    }

    assert wrong == ANY_JSON.get(name, set())


@pytest.mark.parametrize("name", MODELLED)
def test_every_required_argument_of_the_api_is_required(name: str) -> None:
    required = find_shape(ACTIONS[name]).required

    assert set(ACTIONS[name].required) == {next(iter(list_names(member))) for member in required}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_required_argument_is_known(name: str) -> None:
    assert set(ACTIONS[name].required) <= set(ACTIONS[name].types)
