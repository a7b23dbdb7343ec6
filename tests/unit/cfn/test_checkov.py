"""Reasons for checkov's findings stand on the resources that the checks fail on, and on no others."""

from __future__ import annotations

import pytest
from troposphere import AWSObject
from troposphere.awslambda import Code, DeadLetterConfig, Environment, Function, VPCConfig
from troposphere.iam import ManagedPolicy
from troposphere.kms import Key
from troposphere.logs import LogGroup
from troposphere.s3 import Bucket, LoggingConfiguration
from troposphere.sns import Topic
from troposphere.sqs import Queue

from sfnorch.cfn.checkov import ACCEPTED_FINDINGS, add_reasons
from sfnorch.cfn.values import BOUNDARY, TOPIC_KEY

FUNCTION = {"Code": Code(ZipFile="pass"), "Handler": "index.run", "Role": "role", "Runtime": "python3.13"}
VARIABLES = Environment(Variables={"LEVEL": "debug"})


def checks(resource: AWSObject) -> list[str]:
    metadata = add_reasons(resource).to_dict().get("Metadata", {})
    return [skip["id"] for skip in metadata.get("checkov", {}).get("skip", [])]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (Bucket("B"), ["CKV_AWS_18"]),
        (Bucket("B", LoggingConfiguration=LoggingConfiguration(DestinationBucketName="logs")), []),
        (LogGroup("L"), ["CKV_AWS_158"]),
        (Queue("Q"), ["CKV_AWS_27"]),
        (Queue("Q", KmsMasterKeyId="key"), []),
        (LogGroup("L", KmsKeyId="key"), []),
        (Function("F", **FUNCTION), ["CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117"]),
        (
            Function("F", **FUNCTION, Environment=VARIABLES),
            ["CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_173"],
        ),
        (
            Function(
                "F",
                **FUNCTION,
                Environment=VARIABLES,
                KmsKeyArn="key",
                ReservedConcurrentExecutions=1,
                DeadLetterConfig=DeadLetterConfig(TargetArn="queue"),
                VpcConfig=VPCConfig(SecurityGroupIds=["group"], SubnetIds=["subnet"]),
            ),
            [],
        ),
        (Topic("T"), []),
        (Key(TOPIC_KEY, KeyPolicy={}), ["CKV_AWS_33"]),
        (Key("AnotherKey", KeyPolicy={}), []),
        (ManagedPolicy(BOUNDARY, PolicyDocument={}), ["CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_111"]),
        (ManagedPolicy("AnotherPolicy", PolicyDocument={}), []),
    ],
)
def test_a_resource_has_reasons_for_the_checks_that_fail_on_it(resource: AWSObject, expected: list[str]):
    assert checks(resource) == expected


def test_reasons_stand_beside_other_metadata():
    bucket = Bucket("B", Metadata={"CodeFrom": "code"})

    assert add_reasons(bucket).to_dict() == {
        "Type": "AWS::S3::Bucket",
        "Metadata": {
            "CodeFrom": "code",
            "checkov": {"skip": [{"id": "CKV_AWS_18", "comment": ACCEPTED_FINDINGS[0].reason}]},
        },
    }


def test_each_finding_stands_once_in_the_table_with_a_short_reason_on_one_line():
    assert len({(each.check, each.resource_type) for each in ACCEPTED_FINDINGS}) == len(ACCEPTED_FINDINGS)
    # a cell of the README's table, and a plain scalar in templates: what would be quoted or escaped does not belong here
    assert [
        each
        for each in ACCEPTED_FINDINGS
        if not each.reason.replace(". ", " ").replace("-", "").replace(" ", "").isalnum()
    ] == []
    assert max(len(each.reason) for each in ACCEPTED_FINDINGS) <= 100
