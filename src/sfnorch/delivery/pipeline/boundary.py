"""The permissions boundary of the plan's roles: what sfnorch's templates need, and the permissions of functions.

The boundary is part of the pipeline's stack, so a push can't change it. It allows nothing of IAM.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import And, AWSHelperFn, Condition, Equals, GetAtt, If, Not, Or, Ref
from troposphere.iam import ManagedPolicy

from sfnorch.calls import (
    alarms,
    athena_query,
    dynamodb_items,
    executions,
    glue_crawl,
    glue_job_run,
    glue_workflow_run,
    lambda_invoke,
    map_runs,
    messages,
    redshift_statement,
    s3_objects,
)
from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.roles import LOG_DELIVERY, TRACING, build_allow_statement
from sfnorch.cfn.starts import START_ACTIONS
from sfnorch.cfn.values import BOUNDARY
from sfnorch.delivery.pipeline.names import IS_BOUNDED, OWN_BOUNDARY, UNBOUNDED, make_object_arn
from sfnorch.delivery.pipeline.parameters import make_condition_name
from sfnorch.errors import SfnorchError
from sfnorch.workflow import BOUNDARY_ARN, LambdaFunction

_CALLS = (
    *(glue_job_run.RUN_JOB, glue_workflow_run.START_WORKFLOW_RUN, glue_workflow_run.GET_WORKFLOW_RUN),
    *(executions.RUN_EXECUTION, messages.PUBLISH, alarms.SET_ALARM_STATE, lambda_invoke.INVOKE),
    *(s3_objects.GET_OBJECT, s3_objects.PUT_OBJECT, dynamodb_items.GET_ITEM, dynamodb_items.PUT_ITEM),
    *(athena_query.RUN_QUERY, glue_crawl.START_CRAWLER, glue_crawl.GET_CRAWLER, glue_crawl.STOP_CRAWLER),
    *(redshift_statement.EXECUTE_STATEMENT, redshift_statement.DESCRIBE_STATEMENT, redshift_statement.CANCEL_STATEMENT),
)
"""The calls of the machines in sfnorch's templates, and the reading of code in S3."""

REQUIRED_ACTIONS = tuple(
    dict.fromkeys(
        (
            *(action for call in _CALLS for action in (*call.actions, *call.data_actions)),
            *messages.KEY_ACTIONS,
            *redshift_statement.AUTHENTICATION,
            *START_ACTIONS,
            *map_runs.MAP_ACTIONS,
            *("logs:CreateLogStream", "logs:PutLogEvents", *LOG_DELIVERY, *TRACING),
        )
    )
)
"""The actions of the roles in sfnorch's templates."""

_FORBIDDEN = ("iam", "sts", "organizations", "account", "codepipeline", "codebuild", "cloudformation")
"""Services whose actions give access to other roles and accounts, or deploy without approval."""

_MAX_CHARACTERS, _OTHER_CHARACTERS = 6_144, 800
"""Characters of a managed policy without whitespace, and how many its text needs besides the actions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def make_boundary_policy(
    functions: Iterable[LambdaFunction], *buckets: str, name: AWSHelperFn | None = None
) -> ManagedPolicy:
    """Return the boundary. It does not contain actions of IAM, even if the plan permits them to its functions.

    It denies access to the delivery's own `buckets`: who can write there can propose a deployment, as a push does.
    With a name, it is always created; otherwise parameters of the pipeline decide.

    Raises SfnorchError where the functions have more permissions than a policy can list.
    """
    of_functions = {
        action
        for function in functions
        for permission in function.permissions
        for action in permission.actions
        if action.partition(":")[0] not in _FORBIDDEN
    }
    actions = (*REQUIRED_ACTIONS, *sorted(of_functions - set(REQUIRED_ACTIONS)))
    if sum(len(action) + 3 for action in actions) > _MAX_CHARACTERS - _OTHER_CHARACTERS:
        raise SfnorchError(
            f"the permissions boundary of the plan's roles would list {len(actions)} actions, too many for a policy",
            hint="use fewer actions in the functions' permissions, with a prefix such as s3:Get*",
        )
    keep_off = {
        "Sid": "KeepOffPipeline",
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": [part for bucket in buckets for part in (GetAtt(bucket, "Arn"), make_object_arn(bucket))],
    }
    policy = ManagedPolicy(
        BOUNDARY,
        **({"ManagedPolicyName": name} if name else {"Condition": OWN_BOUNDARY}),
        Description="The permissions boundary of all roles in the stack that the pipeline deploys.",
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [build_allow_statement("OnlyThis", actions, "*"), keep_off],
        },
    )
    return add_reasons(policy)


def make_boundary_conditions() -> dict[str, AWSHelperFn]:
    """Return the conditions that decide whether roles have a permissions boundary, and which one."""
    bounded = Equals(Ref(UNBOUNDED), "false")
    return {
        OWN_BOUNDARY: And(Not(Condition(make_condition_name(BOUNDARY_ARN))), bounded),
        IS_BOUNDED: Or(Condition(make_condition_name(BOUNDARY_ARN)), bounded),
    }


def refer_to_boundary() -> AWSHelperFn:
    """Return the ARN of the boundary, for templates whose roles have one."""
    return If(make_condition_name(BOUNDARY_ARN), Ref(BOUNDARY_ARN), Ref(BOUNDARY))
