"""Statements of the Amazon Redshift Data API.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshiftdataapi.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, StartedRun

TRANSIENT = (
    "RedshiftData.ActiveStatementsExceededException",
    "RedshiftData.ActiveSessionsExceededException",
    "RedshiftData.InternalServerException",
    "RedshiftData.ThrottlingException",
    "RedshiftData.RedshiftDataException",  # how the SDK integration reports errors not in the API action's list
    "RedshiftData.SdkClientException",
)

EXECUTE_STATEMENT = Call(
    resource="aws-sdk:redshiftdata:executeStatement",
    grants=(RequiredActions(actions=("redshift-data:ExecuteStatement",)),),
    transient=TRANSIENT,
    starts=StartedRun(kind="statement", named_by="StatementName", id_key="Id", stopped_by="cancel_statement"),
)
DESCRIBE_STATEMENT = Call(
    resource="aws-sdk:redshiftdata:describeStatement",
    grants=(RequiredActions(actions=("redshift-data:DescribeStatement",)),),
    transient=TRANSIENT,
    is_part=True,
)
CANCEL_STATEMENT = Call(
    resource="aws-sdk:redshiftdata:cancelStatement",
    grants=(RequiredActions(actions=("redshift-data:CancelStatement",)),),
    transient=TRANSIENT,
    is_part=True,
)

READ_SECRET = ("secretsmanager:GetSecretValue",)
SIGN_IN_AS_USER = ("redshift:GetClusterCredentials",)
SIGN_IN_AS_ROLE = ("redshift:GetClusterCredentialsWithIAM",)
SIGN_IN_TO_WORKGROUP = ("redshift-serverless:GetCredentials",)
"""The actions with which a statement authenticates, by the way in which it does."""

AUTHENTICATION = (*READ_SECRET, *SIGN_IN_AS_USER, *SIGN_IN_AS_ROLE, *SIGN_IN_TO_WORKGROUP)

CALLS = (EXECUTE_STATEMENT, DESCRIBE_STATEMENT, CANCEL_STATEMENT)
