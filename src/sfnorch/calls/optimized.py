"""The optimized integrations of Step Functions: the actions of each service, and the patterns that an action supports.

A service that is not here can be new. An action that its service does not have is refused when a machine is created.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

from collections.abc import Mapping

SYNC, SYNC_2, TOKEN = ".sync", ".sync:2", ".waitForTaskToken"

_ACTIONS = {
    "apigateway": "invoke",
    "athena": "startQueryExecution! stopQueryExecution getQueryExecution getQueryResults",
    "batch": "submitJob!",
    "bedrock": "createModelCustomizationJob! invokeModel",
    "codebuild": (
        "startBuild! stopBuild batchDeleteBuilds batchGetReports startBuildBatch! stopBuildBatch retryBuildBatch! "
        "deleteBuildBatch"
    ),
    "databrew": "startJobRun!",
    "dynamodb": "getItem putItem deleteItem updateItem",
    "ecs": "runTask!",
    "eks": "createCluster! createNodegroup! deleteCluster! deleteNodegroup! call runJob!",
    "elasticmapreduce": (
        "createCluster! terminateCluster! addStep! cancelStep setClusterTerminationProtection "
        "modifyInstanceFleetByName modifyInstanceGroupByName"
    ),
    "emr-containers": "createVirtualCluster deleteVirtualCluster! startJobRun!",
    "emr-serverless": (
        "createApplication! startApplication! stopApplication! deleteApplication! startJobRun! cancelJobRun!"
    ),
    "events": "putEvents",
    "glue": "startJobRun!",
    "http": "invoke",
    "lambda": "invoke",
    "mediaconvert": "createJob!",
    "sagemaker": (
        "createEndpoint createEndpointConfig createHyperParameterTuningJob! createLabelingJob! createModel "
        "createProcessingJob! createTrainingJob! createTransformJob! updateEndpoint"
    ),
    "sns": "publish",
    "sqs": "sendMessage",
    "states": "startExecution!",
}
"""The actions of each service; `!` after an action that supports `.sync`."""


_WITHOUT_TOKEN = frozenset(
    {
        *("athena", "batch", "codebuild", "databrew", "dynamodb", "elasticmapreduce", "emr-containers"),
        *("emr-serverless", "glue", "mediaconvert", "sagemaker"),
    }
)
"""Services whose actions do not support `.waitForTaskToken` (documented, measured by cdk-preflight)."""


def _list_patterns(service: str, action: str) -> frozenset[str]:
    """Return the patterns of an action."""
    patterns = [SYNC, SYNC_2] if service == "states" else [SYNC] if action.endswith("!") else []
    return frozenset(patterns if service in _WITHOUT_TOKEN else [TOKEN, *patterns])


OPTIMIZED: Mapping[str, Mapping[str, frozenset[str]]] = {
    service: {action.rstrip("!"): _list_patterns(service, action) for action in actions.split()}
    for service, actions in _ACTIONS.items()
}
"""The patterns of each action, by service."""
