"""The services of the AWS SDK integrations, and their API actions.

Step Functions names a service as the AWS SDK for Java does: the service id of the model in lower case, without spaces
and without "Service" at the end. This gives the names of the documented list.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sfnorch.json_values import read_mapping
from sfnorch.service_models.documents import list_folders, read_model

_NAMES: Mapping[str, str] = {
    "ce": "costexplorer",
    "cognito-idp": "cognitoidentityprovider",
    "cur": "costandusagereport",
    "discovery": "applicationdiscovery",
    "dms": "databasemigration",
    "ds": "directory",
    "ds-data": "directoryservicedata",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancingv2",
    "es": "elasticsearch",
    "events": "eventbridge",
    "iot-data": "iotdataplane",
    "iot-jobs-data": "iotjobsdataplane",
    "lex-models": "lexmodelbuilding",
    "lexv2-models": "lexmodelsv2",
    "lexv2-runtime": "lexruntimev2",
    "logs": "cloudwatchlogs",
    "meteringmarketplace": "marketplacemetering",
    "mgh": "migrationhub",
    "sdb": "simpledb",
    "serverlessrepo": "serverlessapplicationrepository",
    "sms-voice": "pinpointsmsvoice",
    "stepfunctions": "sfn",
}
"""The names of services that are not the name of their folder without hyphens. A test compares them with the models."""

_UNSUPPORTED: Mapping[str, frozenset[str]] = {
    "comprehendmedical": frozenset({"DetectEntities"}),
    "efs": frozenset({"CreateTags"}),
    "emr": frozenset({"DescribeJobFlows"}),
    "iotdeviceadvisor": frozenset({"ListTestCases"}),
    "kinesis": frozenset({"SubscribeToShard"}),
    "lambda": frozenset({"InvokeAsync"}),
    "lexv2-runtime": frozenset({"StartConversation"}),
    "mediapackage": frozenset({"RotateChannelCredentials"}),
    "rds": frozenset({"ExecuteSql"}),
    "s3": frozenset({"SelectObjectContent"}),
    "shield": frozenset({"DeleteSubscription"}),
}
"""API actions that Step Functions does not support, by folder (documented)."""


@cache
def list_services() -> Mapping[str, str]:
    """Return the folders of the models by the names that Step Functions gives the services."""
    return {_NAMES.get(folder, folder.replace("-", "")): folder for folder in list_folders()}


@cache
def find_official_name(name: str) -> str:
    """Return how Step Functions names the service that others call `name`; empty if no service has this name.

    Others are botocore and the AWS CLI (`redshift-data`, `logs`), and IAM (`states`).
    """
    wanted = name.lower().replace("-", "")
    if wanted == "states":
        return "sfn"
    return next((found for found, folder in list_services().items() if wanted in (found, folder.replace("-", ""))), "")


@cache
def list_actions(folder: str) -> tuple[str, ...]:
    """Return the API actions of a service that Step Functions supports, as the service names them: `StartJobRun`."""
    unsupported = _UNSUPPORTED.get(folder, frozenset())
    operations = read_mapping(read_mapping(read_model(folder)).get("operations"))
    return tuple(name for name in operations if name not in unsupported)
