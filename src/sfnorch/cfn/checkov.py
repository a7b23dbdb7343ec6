"""The findings of checkov that templates accept, each with its reason: one table for templates and documentation.

A finding is accepted where the setting costs money for every stack, or needs what only the account's owner has. What is
right for every stack is set instead. https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from troposphere import AWSObject

from sfnorch.cfn.values import BOUNDARY, TOPIC_KEY

Resource = TypeVar("Resource", bound=AWSObject)


class AcceptedFinding(NamedTuple):
    """A check that fails on a type of resource, and why the templates accept that.

    It fails if the resource lacks the property `lacks`, and has the property `has` if that is set. The
    reason holds for every resource of the type in all templates, or for the one with the logical id.
    """

    check: str
    resource_type: str
    expects: str
    reason: str
    lacks: str = ""
    has: str = ""
    logical_id: str = ""

    def is_applicable(self, resource: AWSObject) -> bool:
        """Return whether the check fails on the resource."""
        return (
            resource.resource_type == self.resource_type
            and self.lacks not in resource.properties
            and self.logical_id in ("", resource.title)
            and (not self.has or self.has in resource.properties)
        )


_BUCKET, _FUNCTION, _LOG_GROUP = "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::Logs::LogGroup"
_TABLE = "AWS::DynamoDB::Table"

ACCEPTED_FINDINGS = (
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html [documented]
    AcceptedFinding(
        check="CKV_AWS_18",
        resource_type=_BUCKET,
        expects="access logs",
        reason="Access logs need another bucket. CloudTrail data events record access without one in the stack",
        lacks="LoggingConfiguration",
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html [documented]
    AcceptedFinding(
        check="CKV_AWS_115",
        resource_type=_FUNCTION,
        expects="reserved concurrency",
        reason="A reservation takes capacity from other functions and fails if it leaves fewer than 100",
        lacks="ReservedConcurrentExecutions",
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html [documented]
    AcceptedFinding(
        check="CKV_AWS_116",
        resource_type=_FUNCTION,
        expects="a dead-letter queue",
        reason="Step Functions waits for the result. A dead-letter queue only gets asynchronous invocations",
        lacks="DeadLetterConfig",
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html [documented]
    AcceptedFinding(
        check="CKV_AWS_117",
        resource_type=_FUNCTION,
        expects="a VPC",
        reason="A VPC needs subnets of the account and a NAT gateway or endpoints that cost extra",
        lacks="VpcConfig",
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html [documented]
    AcceptedFinding(
        check="CKV_AWS_173",
        resource_type=_FUNCTION,
        expects="a customer managed key for environment variables",
        reason="Lambda encrypts the variables with its own key. The template shows them in plain text anyway",
        lacks="KmsKeyArn",
        has="Environment",
    ),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html [documented]
    AcceptedFinding(
        check="CKV_AWS_27",
        resource_type="AWS::SQS::Queue",
        expects="a customer managed key",
        reason="SQS encrypts the queue with its own key. A customer managed key costs extra",
        lacks="KmsMasterKeyId",
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html [documented]
    AcceptedFinding(
        check="CKV_AWS_158",
        resource_type=_LOG_GROUP,
        expects="a customer managed key",
        reason="CloudWatch Logs encrypts every log group. A customer managed key costs extra",
        lacks="KmsKeyId",
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html [documented]
    AcceptedFinding(
        check="CKV_AWS_28",
        resource_type=_TABLE,
        expects="point-in-time recovery",
        reason="A lock is of use only while its run is running. A restored lock is not",
        lacks="PointInTimeRecoverySpecification",
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html [documented]
    AcceptedFinding(
        check="CKV_AWS_119",
        resource_type=_TABLE,
        expects="a customer managed key",
        reason="DynamoDB encrypts every table. A customer managed key costs extra",
        lacks="SSESpecification",
    ),
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html [documented]
    AcceptedFinding(
        check="CKV_AWS_33",
        resource_type="AWS::KMS::Key",
        expects="no wildcard principal in a key policy",
        reason="Only the role that a pipeline uses for this stack has the tag that the condition requires",
        logical_id=TOPIC_KEY,
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html [documented]
    *(
        AcceptedFinding(
            check=check,
            resource_type="AWS::IAM::ManagedPolicy",
            expects=f"no {what} on all resources",
            reason="A permissions boundary grants nothing. Policies of the roles name the resources",
            logical_id=BOUNDARY,
        )
        for check, what in (
            ("CKV_AWS_107", "action that reads credentials"),
            ("CKV_AWS_108", "action that reads data"),
            ("CKV_AWS_111", "action that writes"),
        )
    ),
)
"""Every finding that templates accept."""


def add_reasons(resource: Resource) -> Resource:
    """Return the resource itself, with the findings that apply to it and their reasons in its Metadata."""
    skips = [{"id": each.check, "comment": each.reason} for each in ACCEPTED_FINDINGS if each.is_applicable(resource)]
    if skips:
        resource.Metadata = {**resource.resource.get("Metadata", {}), "checkov": {"skip": skips}}
    return resource
