"""The roles that a Task's call passes to a service, which requires iam:PassRole.

The list contains the calls whose documentation requires iam:PassRole; a test compares their names with botocore's
models. A role in the arguments of another call can require iam:PassRole too, which is unknown here.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.template.arguments import UNKNOWN_VALUE, Arguments
from sfnorch.template.resources import StackEnvironment

_ENDS = ("role", "rolearn")
_NOT_PASSED = ("jobflowrole", "autoscalingrole")
"""An instance profile, and a role that is passed only for some clusters."""

PASS_ROLE_CALLS: Mapping[str, tuple[str, frozenset[str]]] = {
    "batch": ("ecs-tasks.amazonaws.com", frozenset({"registerJobDefinition"})),
    "cloudformation": (
        "cloudformation.amazonaws.com",
        frozenset({"createChangeSet", "createStack", "deleteStack", "updateStack"}),
    ),
    "codebuild": ("codebuild.amazonaws.com", frozenset({"createProject", "updateProject"})),
    "databrew": ("databrew.amazonaws.com", frozenset({"createProfileJob", "createProject", "createRecipeJob"})),
    "ecs": ("ecs-tasks.amazonaws.com", frozenset({"registerTaskDefinition", "runTask", "startTask"})),
    "elasticmapreduce": ("elasticmapreduce.amazonaws.com", frozenset({"createCluster"})),
    "emr": ("elasticmapreduce.amazonaws.com", frozenset({"runJobFlow"})),
    "emr-serverless": ("emr-serverless.amazonaws.com", frozenset({"startJobRun"})),
    "emrserverless": ("emr-serverless.amazonaws.com", frozenset({"startJobRun"})),
    "eventbridge": ("events.amazonaws.com", frozenset({"putRule", "putTargets"})),
    "firehose": ("firehose.amazonaws.com", frozenset({"createDeliveryStream"})),
    "glue": (
        "glue.amazonaws.com",
        frozenset({"createCrawler", "createDevEndpoint", "createJob", "createSession", "updateCrawler", "updateJob"}),
    ),
    "lambda": ("lambda.amazonaws.com", frozenset({"createFunction", "updateFunctionConfiguration"})),
    "mediaconvert": ("mediaconvert.amazonaws.com", frozenset({"createJob"})),
    "pipes": ("pipes.amazonaws.com", frozenset({"createPipe", "updatePipe"})),
    "sagemaker": (
        "sagemaker.amazonaws.com",
        frozenset(
            {
                "createAutoMLJob",
                "createFeatureGroup",
                "createHyperParameterTuningJob",
                "createLabelingJob",
                "createModel",
                "createNotebookInstance",
                "createPipeline",
                "createProcessingJob",
                "createTrainingJob",
            }
        ),
    ),
    "scheduler": ("scheduler.amazonaws.com", frozenset({"createSchedule", "updateSchedule"})),
    "sfn": ("states.amazonaws.com", frozenset({"createStateMachine", "updateStateMachine"})),
}
"""By service, as the integration names it: the service that gets the role, and the calls that pass it."""


class PassedRole(NamedTuple):
    """A role that a call passes: its ARN, and the service that gets it; empty if the service is unknown."""

    arn: str
    service: str


def list_passed_roles(action: str, arguments: Arguments, where: StackEnvironment) -> Iterator[PassedRole]:
    """Yield the roles that a call of this action (`glue:createJob`) passes, each once."""
    name, _, call = action.partition(":")
    to, calls = PASS_ROLE_CALLS.get(name, ("", frozenset()))
    seen = set()
    for key, given in arguments.find_texts(*_ENDS):
        value = given
        is_arn = value.startswith(("arn:", "<"))
        if key.lower() in _NOT_PASSED or (call not in calls and not (is_arn and ":role/" in value)):
            continue
        prefix = f"arn:{where.partition}:iam::{where.account}:role/"
        if not is_arn:  # a name does not contain the path of the ARN
            value = f"{prefix}*" if value == UNKNOWN_VALUE else f"{prefix}<the path of the role {value}>{value}"
        if value not in seen:
            seen.add(value)
            yield PassedRole(value, to if call in calls else "")
