"""Names that the parts of the pipeline's template share, and ARNs of resources."""

from __future__ import annotations

from troposphere import Sub

BUCKET, SOURCE_BUCKET = "ArtifactBucket", "SourceBucket"
DEPLOYMENT_BUCKET = "DeploymentBucket"
BUILD, BUILD_LOGS, BUILD_ROLE = "Build", "BuildLogGroup", "BuildRole"
REVIEW, REVIEW_LOGS, REVIEW_ROLE = "Review", "ReviewLogGroup", "ReviewRole"
CREATION_ROLE = "CloudFormationRole"
PIPELINE, PIPELINE_ROLE = "Pipeline", "PipelineRole"
TOPIC, TOPIC_KEY = "PipelineTopic", "PipelineTopicKey"
"""Logical ids."""

STACK_NAME, CONNECTION, REPOSITORY, BRANCH = "StackName", "ConnectionArn", "Repository", "Branch"
IMAGE, PACKAGE, UNBOUNDED = "BuildImage", "SfnorchPackage", "RolesWithoutBoundary"
"""Parameters of the pipeline itself. All others are parameters of the plan."""

OWN_BOUNDARY, IS_BOUNDED = "OwnBoundary", "BoundedRoles"
"""Conditions: the pipeline creates the permissions boundary; the plan's roles have a permissions boundary at all."""

SOURCE_ARTIFACT, BUILT_ARTIFACT = "Source", "Built"
CHANGE_SET, CHANGE_SET_LINK = "CHANGE_SET", "CHANGE_SET_LINK"
NO_CHANGE_SET = "none"
"""The variables that the Review stage exports: the change set to execute, if any, and its link to the console."""

CHANGE_SET_NAMES = "sfnorch-*"
"""The names that `sfnorch deploy` gives to change sets."""

BUILD_PROJECT, REVIEW_PROJECT = "${AWS::StackName}", "${AWS::StackName}-review"
"""Names of the build projects, for `Fn::Sub`."""


def make_regional_arn(service: str, rest: str) -> Sub:
    """Return an ARN in the stack's partition, region and account; `rest` refers to parameters as `${Name}`."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")


def make_account_arn(service: str, rest: str) -> Sub:
    """Return an ARN in the stack's partition and account, for a service without regions."""
    return Sub(f"arn:${{AWS::Partition}}:{service}::${{AWS::AccountId}}:{rest}")


def make_object_arn(bucket: str, path: str = "*") -> Sub:
    """Return the ARN of the objects in the bucket under the path."""
    return Sub(f"${{{bucket}.Arn}}/{path}")
