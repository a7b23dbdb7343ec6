"""Check that the installed boto3 knows a parameter of an operation that AWS added later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from botocore.client import BaseClient


def refuse_old_client(client: BaseClient, operation: str, parameter: str, *, what: str, version: str) -> None:
    """Raise SfnorchError if the model of the operation in the installed boto3 lacks the parameter.

    `what` requires the parameter, which the boto3 of this version was the first to have.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    if shape is None or parameter not in shape.members:
        raise SfnorchError(
            f"{what} requires boto3 {version} or later; installed: {boto3.__version__}",
            hint="upgrade it: pip install --upgrade boto3",
        )
