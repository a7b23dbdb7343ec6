"""Executions of state machines.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""The EventBridge rule with which Step Functions is notified of the end of a child execution.

Without permissions for this rule, the creation of the state machine fails.
"""

RULE_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
"""The actions on the managed rule."""

FOLLOWING_ACTIONS = ("states:DescribeExecution", "states:StopExecution")
"""The actions on the executions that a Task waits for."""

START_ACTIONS = ("states:StartExecution",)

_MACHINE = RequiredActions(
    actions=START_ACTIONS, on=ResourceArgument(service="states", prefix="", argument="StateMachineArn")
)

RUN_EXECUTION = Call(
    resource="states:startExecution.sync:2",
    grants=(_MACHINE, RequiredActions(actions=FOLLOWING_ACTIONS), RequiredActions(actions=RULE_ACTIONS)),
    transient=(
        "StepFunctions.ThrottlingException",
        "StepFunctions.AWSStepFunctionsException",
        "StepFunctions.InternalServerException",
    ),
    permanent=(
        "StepFunctions.StateMachineDoesNotExistException",
        "StepFunctions.AccessDeniedException",
        "StepFunctions.InvalidArnException",
        "StepFunctions.InvalidExecutionInputException",
    ),
)
START_EXECUTION = Call(resource="states:startExecution", grants=(_MACHINE,), transient=RUN_EXECUTION.transient)
UNKNOWN_EXECUTION = "Sfn.ExecutionDoesNotExistException"
"""The error of a description of an execution that does not exist, or no longer (tested on AWS by a public project)."""

DESCRIBE_EXECUTION = Call(
    resource="aws-sdk:sfn:describeExecution",
    grants=(
        RequiredActions(
            actions=("states:DescribeExecution",),
            on=ResourceArgument(service="states", prefix="", argument="ExecutionArn"),
        ),
    ),
)

CALLS = (RUN_EXECUTION, START_EXECUTION, DESCRIBE_EXECUTION)
