"""The services of the AWS SDK integrations."""

from __future__ import annotations

import re

import pytest

from sfnorch.json_values import find_value, read_string
from sfnorch.service_models.documents import list_folders, read_model
from sfnorch.service_models.services import find_official_name, list_actions, list_services


@pytest.mark.slow
def test_the_name_of_each_service_follows_from_its_service_id() -> None:
    expected = {}
    for folder in list_folders():
        service_id = read_string(find_value(read_model(folder), "metadata", "serviceId"))
        words = re.sub(r"^(Amazon|AWS)\s*|\s*Service$", "", service_id)
        expected[re.sub(r"[^a-z0-9]", "", words.lower())] = folder

    assert dict(list_services()) == expected


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("redshift-data", "redshiftdata"),
        ("stepfunctions", "sfn"),
        ("states", "sfn"),
        ("logs", "cloudwatchlogs"),
        ("events", "eventbridge"),
        ("cognito-idp", "cognitoidentityprovider"),
        ("glue", "glue"),
        ("Glue", "glue"),
        ("nothing", ""),
    ],
)
def test_a_service_is_found_under_its_other_names(name: str, official: str) -> None:
    assert find_official_name(name) == official


def test_actions_that_step_functions_does_not_support_are_left_out() -> None:
    actions = list_actions("lambda")

    assert "Invoke" in actions
    assert "InvokeAsync" not in actions
