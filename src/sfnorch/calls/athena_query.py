"""Queries of Amazon Athena.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html
https://docs.aws.amazon.com/step-functions/latest/dg/athena-iam.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument, StartedRun

_WORKGROUP = ResourceArgument(service="athena", prefix="workgroup/", argument="WorkGroup", is_always_name=True)

READ_TABLES = ("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables")
READ_PARTITIONS = ("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition")
CHANGE_TABLES = (
    *("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"),
    *("glue:CreatePartition", "glue:BatchCreatePartition", "glue:UpdatePartition"),
    *("glue:DeletePartition", "glue:BatchDeletePartition"),
)
"""The actions of a query on the Glue Data Catalog: those that read, and those that create and change tables."""

FIND_BUCKETS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
USE_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")
"""The actions of a query on the buckets of its result and its data, and on their objects."""

USE_LAKE_FORMATION = ("lakeformation:GetDataAccess",)

DATA_ACTIONS = (
    *(*READ_TABLES, *READ_PARTITIONS, *CHANGE_TABLES),
    *(*FIND_BUCKETS, *USE_OBJECTS, *USE_LAKE_FORMATION),
)

RUN_QUERY = Call(
    resource="athena:startQueryExecution.sync",
    grants=(
        RequiredActions(
            actions=("athena:StartQueryExecution", "athena:StopQueryExecution", "athena:GetQueryExecution"),
            on=_WORKGROUP,
        ),
        RequiredActions(actions=("athena:GetDataCatalog",)),
    ),
    transient=(
        "Athena.TooManyRequestsException",
        "Athena.InternalServerException",
        "Athena.ThrottlingException",
        "Athena.SdkClientException",
    ),
    permanent=("Athena.InvalidRequestException",),
    data_actions=DATA_ACTIONS,
    starts=StartedRun(kind="query", id_key="QueryExecutionId", stopped_by="stop_query_execution"),
)
START_QUERY = Call(
    resource="athena:startQueryExecution",
    grants=(RequiredActions(actions=("athena:StartQueryExecution",), on=_WORKGROUP),),
)

CALLS = (RUN_QUERY, START_QUERY)
