"""The facts about calls agree with AWS's service models."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import ServiceModel

from sfnorch.calls.catalogue import CALLS, SDK_PREFIXES
from sfnorch.runs.stopping import STOPS

SERVICES = {
    "cloudwatch": "cloudwatch",
    "redshiftdata": "redshift-data",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
"""botocore's names of services that Step Functions names differently."""

_SESSION = botocore.session.get_session()


def model_of(resource: str) -> tuple[ServiceModel, str]:
    service, action = resource.removeprefix("aws-sdk:").split(":")[:2]
    name = action.partition(".")[0]
    return load_model(SERVICES.get(service, service)), name[:1].upper() + name[1:]


def load_model(service: str) -> ServiceModel:
    return ServiceModel(_SESSION.get_component("data_loader").load_service_model(service, "service-2"))


@pytest.mark.parametrize("resource", [name for name in CALLS if not name.startswith("dynamodb")])
def test_the_action_and_its_arguments_exist(resource: str):
    model, operation = model_of(resource)
    assert operation in model.operation_names
    shape = model.operation_model(operation).input_shape
    # Step Functions writes the fields of its own API and others in PascalCase
    members = {name[:1].upper() + name[1:] for name in shape.members} if shape else set()
    call = CALLS[resource]
    named = {grant.on.argument for grant in call.grants if grant.on}
    named |= {call.starts.named_by} if call.starts and call.starts.named_by else set()
    assert named <= members
    if call.starts and call.starts.stopped_by:
        assert call.starts.stopped_by in {xform_name(name) for name in model.operation_names}
    if call.starts and call.starts.id_key:
        answer = model.operation_model(operation).output_shape
        assert answer is not None
        assert call.starts.id_key in answer.members


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.resource)
def test_actions_are_iam_actions_and_errors_have_the_name_of_the_service(call):
    for action in (*call.actions, *call.data_actions):
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z*]+", action), action
    services = {error.partition(".")[0] for error in (*call.transient, *call.permanent)}
    assert len(services) <= 1
    assert not set(call.transient) & set(call.permanent)


def test_prefixes_are_those_of_the_services():
    for service in SDK_PREFIXES:
        assert load_model({"eventbridge": "events", "sfn": "stepfunctions"}.get(service, service)).operation_names


def test_every_run_that_can_be_stopped_is_stopped():
    assert set(STOPS) == {call.starts.kind for call in CALLS.values() if call.starts and call.starts.stopped_by}
