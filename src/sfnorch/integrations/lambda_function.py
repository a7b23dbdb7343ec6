"""`lambda:invoke`: invoke a Lambda function and wait for its result.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.calls.lambda_invoke import INVOKE
from sfnorch.integrations.work import TaskCall
from sfnorch.workflow import Arn, DeploymentValue, FunctionArn, Permission

TRANSIENT = Retrier(errors=INVOKE.transient, interval_seconds=2, max_attempts=6, jitter=True)
"""The transient errors that AWS recommends to retry: the function has not run, or it is unknown whether it has."""

NO_RETRY = Retrier(errors=INVOKE.permanent, max_attempts=0)
"""Errors that a retry does not resolve. The function has not run, so the `retries` in the plan do not apply."""


def invoke(
    name: str,
    *,
    arguments: Value,
    retry: tuple[Retrier, ...] = (),
    catch: tuple[Catcher, ...],
    output: Value = None,
    next_state: str,
) -> Task:
    """Return a task that invokes a function; the retriers `retry` follow those for transient errors."""
    return Task(
        name=name,
        resource=INVOKE.resource,
        arguments=arguments,
        retry=(TRANSIENT, *retry),
        catch=catch,
        output=output if output is not None else {},
        next=next_state,
    )


def build_call(function: Value, payload: Value) -> TaskCall:
    """Return the call that invokes a function. Its result is the return value of the function."""
    return TaskCall(
        resource=INVOKE.resource,
        arguments={"FunctionName": function, "Payload": payload},
        result=jsonata("$states.result.Payload"),
        passing=(TRANSIENT,),
        no_use=(NO_RETRY,),
    )


def build_arguments(function: str, payload: Mapping[str, Any]) -> dict[str, Value]:
    """Return the arguments of Invoke for this function and payload."""
    return {"FunctionName": function, "Payload": payload}


def list_permissions(functions: Iterable[str], own: Iterable[str] = ()) -> tuple[Permission, ...]:
    """Return the permissions to invoke these functions and, by key, those of the stack, with versions and aliases."""
    resources: list[DeploymentValue] = [FunctionArn(key, tail) for key in own for tail in ("", ":*")]
    for name in dict.fromkeys(map(_remove_qualifier, functions)):
        if name.startswith("arn:"):
            resources += [name, f"{name}:*"]
        else:
            resources += [Arn("lambda", "function:", name), Arn("lambda", "function:", name, ":*")]
    return (Permission(sid="InvokeFunctions", actions=INVOKE.actions, resources=tuple(resources)),)


def _remove_qualifier(function: str) -> str:
    """Return the function's name or ARN without a version or an alias."""
    head, mark, name = function.rpartition(":function:")
    return f"{head}{mark}{name.partition(':')[0]}"
