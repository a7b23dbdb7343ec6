"""The ARNs, names and attributes of a stack's resources: the values of Ref and GetAtt without AWS.

They have AWS's formats, so that ARN patterns of policies can be compared with them. A value that only AWS knows (the
random suffix of a generated name, an attribute that is created later) is `<LogicalId.Attribute>`.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sfnorch.partitions import DEFAULT_REGION, PARTITIONS, find_partition

EXAMPLE_ACCOUNT = "123456789012"
"""The account in the examples of the AWS documentation, which represents any account."""


class AssumedDefaults(NamedTuple):
    """The default region and account, if the user has not specified them; empty if specified."""

    region: str = ""
    account: str = ""


class StackEnvironment(NamedTuple):
    """The environment of a stack: the values of pseudo parameters. The defaults are those of the AWS documentation."""

    region: str = DEFAULT_REGION
    account: str = EXAMPLE_ACCOUNT
    stack_name: str = "stack"
    region_is_given: bool = False
    """Whether the region was specified; if not, the default region represents any region."""

    @property
    def assumed(self) -> AssumedDefaults:
        """Return the region and the account that are only examples for those of the deployment."""
        is_given = self.region_is_given or self.region != DEFAULT_REGION
        return AssumedDefaults(
            region="" if is_given else self.region, account=self.account if self.account == EXAMPLE_ACCOUNT else ""
        )

    @property
    def partition(self) -> str:
        """Return the name of the region's partition."""
        return find_partition(self.region).name

    @property
    def url_suffix(self) -> str:
        """Return the suffix of the host names of the region's services."""
        return PARTITIONS[self.partition].url_suffix

    def build_pseudo_parameters(self) -> dict[str, str]:
        """Return the value of each pseudo parameter except AWS::NoValue."""
        stack = f"stack/{self.stack_name}/id"
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackId": f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:{stack}",
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": self.url_suffix,
        }


class ResourceIdentity(NamedTuple):
    """The names of resources of a type: the property with the name, the end of the ARN, the value of Ref."""

    name_property: str
    arn: str
    ref: str = "name"


_REGIONAL = "arn:{partition}:%s:{region}:{account}:%s"
_GLOBAL = "arn:{partition}:%s::{account}:%s"


def _create_regional_identity(name_property: str, service: str, end: str, ref: str = "name") -> ResourceIdentity:
    return ResourceIdentity(name_property, _REGIONAL % (service, end), ref)


IDENTITIES: Mapping[str, ResourceIdentity] = {
    "AWS::Athena::WorkGroup": _create_regional_identity("Name", "athena", "workgroup/{name}"),
    "AWS::Batch::JobDefinition": _create_regional_identity(
        "JobDefinitionName", "batch", "job-definition/{name}:1", "arn"
    ),
    "AWS::Batch::JobQueue": _create_regional_identity("JobQueueName", "batch", "job-queue/{name}", "arn"),
    "AWS::CloudWatch::Alarm": _create_regional_identity("AlarmName", "cloudwatch", "alarm:{name}"),
    "AWS::CodeBuild::Project": _create_regional_identity("Name", "codebuild", "project/{name}"),
    "AWS::CodeCommit::Repository": _create_regional_identity("RepositoryName", "codecommit", "{name}"),
    "AWS::CodePipeline::Pipeline": _create_regional_identity("Name", "codepipeline", "{name}"),
    "AWS::DynamoDB::GlobalTable": _create_regional_identity("TableName", "dynamodb", "table/{name}"),
    "AWS::DynamoDB::Table": _create_regional_identity("TableName", "dynamodb", "table/{name}"),
    "AWS::ECS::Cluster": _create_regional_identity("ClusterName", "ecs", "cluster/{name}"),
    "AWS::ECS::TaskDefinition": _create_regional_identity("Family", "ecs", "task-definition/{name}:1", "arn"),
    "AWS::Events::EventBus": _create_regional_identity("Name", "events", "event-bus/{name}"),
    "AWS::Events::Rule": _create_regional_identity("Name", "events", "rule/{name}"),
    "AWS::Glue::Crawler": _create_regional_identity("Name", "glue", "crawler/{name}"),
    "AWS::Glue::Job": _create_regional_identity("Name", "glue", "job/{name}"),
    "AWS::Glue::Workflow": _create_regional_identity("Name", "glue", "workflow/{name}"),
    "AWS::IAM::ManagedPolicy": ResourceIdentity("ManagedPolicyName", _GLOBAL % ("iam", "policy/{name}"), "arn"),
    "AWS::IAM::Role": ResourceIdentity("RoleName", _GLOBAL % ("iam", "role/{name}")),
    "AWS::KMS::Alias": _create_regional_identity("AliasName", "kms", "{name}"),
    "AWS::KMS::Key": _create_regional_identity("", "kms", "key/{name}"),
    "AWS::Lambda::Function": _create_regional_identity("FunctionName", "lambda", "function:{name}"),
    "AWS::Logs::LogGroup": _create_regional_identity("LogGroupName", "logs", "log-group:{name}:*"),
    "AWS::Redshift::Cluster": _create_regional_identity("ClusterIdentifier", "redshift", "cluster:{name}"),
    "AWS::RedshiftServerless::Workgroup": _create_regional_identity(
        "WorkgroupName", "redshift-serverless", "workgroup/{name}"
    ),
    "AWS::S3::Bucket": ResourceIdentity("BucketName", "arn:{partition}:s3:::{name}"),
    "AWS::SNS::Topic": _create_regional_identity("TopicName", "sns", "{name}", "arn"),
    "AWS::SQS::Queue": _create_regional_identity(
        "QueueName", "sqs", "{name}", "https://sqs.{region}.{suffix}/{account}/{name}"
    ),
    "AWS::Scheduler::ScheduleGroup": _create_regional_identity("Name", "scheduler", "schedule-group/{name}"),
    "AWS::SecretsManager::Secret": _create_regional_identity("Name", "secretsmanager", "secret:{name}-??????", "arn"),
    "AWS::Serverless::Function": _create_regional_identity("FunctionName", "lambda", "function:{name}"),
    "AWS::Serverless::SimpleTable": _create_regional_identity("TableName", "dynamodb", "table/{name}"),
    "AWS::Serverless::StateMachine": _create_regional_identity("Name", "states", "stateMachine:{name}", "arn"),
    "AWS::StepFunctions::Activity": _create_regional_identity("Name", "states", "activity:{name}", "arn"),
    "AWS::StepFunctions::StateMachine": _create_regional_identity(
        "StateMachineName", "states", "stateMachine:{name}", "arn"
    ),
}
_NAMED_WITHOUT_STACK = (
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::Activity",
)
RANDOM = "X" * 12
"""The random suffix of generated names in this module."""


def shorten_arn(arn: str) -> str:
    """Return the last part of an ARN, without the random suffix of a generated name."""
    return arn.rpartition(":")[2].removesuffix(f"-{RANDOM}")


_ARN_ATTRIBUTES = ("Arn", "TopicArn", "FunctionArn", "AlarmArn")
_NAME_ATTRIBUTES = ("Name", "TopicName", "QueueName", "FunctionName", "StateMachineName", "BucketName", "KeyId")


def build_physical_name(resource_type: str, logical_id: str, given: str, where: StackEnvironment) -> str:
    """Return the name of a resource: the specified name, or a name in CloudFormation's format for generated names."""
    if given:
        return given
    if resource_type in _NAMED_WITHOUT_STACK:
        return f"{logical_id}-{RANDOM}"
    name = f"{where.stack_name}-{logical_id}-{RANDOM}"
    return name.lower() if resource_type == "AWS::S3::Bucket" else name


def build_reference(resource_type: str, logical_id: str, name: str, where: StackEnvironment) -> str:
    """Return the value of Ref: the name, the ARN or the URL, by the resource's type; `<LogicalId>` for other types."""
    identity = IDENTITIES.get(resource_type)
    if identity is None:
        return f"<{logical_id}>"
    if identity.ref == "name":
        return name
    return _fill_pattern(identity.arn if identity.ref == "arn" else identity.ref, name, where)


def build_attribute(resource_type: str, logical_id: str, name: str, wanted: str, where: StackEnvironment) -> str:
    """Return the value of GetAtt; `<LogicalId.Attribute>` if only AWS knows it."""
    identity = IDENTITIES.get(resource_type)
    if identity and wanted in _ARN_ATTRIBUTES:
        return _fill_pattern(identity.arn, name, where)
    if identity and wanted in _NAME_ATTRIBUTES:
        return name
    return f"<{logical_id}.{wanted}>"


def _fill_pattern(pattern: str, name: str, where: StackEnvironment) -> str:
    return pattern.format(
        partition=where.partition, region=where.region, account=where.account, suffix=where.url_suffix, name=name
    )
