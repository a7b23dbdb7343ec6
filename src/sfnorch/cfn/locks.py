"""The DynamoDB table with the locks of runs.

DynamoDB encrypts every table at rest. The table is deleted with its stack: its items are of no use without it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from troposphere import AWSObject
from troposphere.dynamodb import AttributeDefinition, KeySchema, Table, TimeToLiveSpecification

from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.values import LOCK_TABLE
from sfnorch.protocol.overlap import LockAttribute


def build_lock_table() -> AWSObject:
    """Return the table: an item for each lock, which DynamoDB deletes more than a year after a run has acquired it."""
    table = Table(
        LOCK_TABLE,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        AttributeDefinitions=[AttributeDefinition(AttributeName=LockAttribute.KEY, AttributeType="S")],
        KeySchema=[KeySchema(AttributeName=LockAttribute.KEY, KeyType="HASH")],
        BillingMode="PAY_PER_REQUEST",
        TimeToLiveSpecification=TimeToLiveSpecification(AttributeName=LockAttribute.EXPIRES_AT, Enabled=True),
    )
    return add_reasons(table)
