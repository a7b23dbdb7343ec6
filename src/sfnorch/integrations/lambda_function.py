"""`lambda:invoke`: run a Lambda function and wait for what it returns.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.integrations.work import Work
from sfnorch.workflow import Arn, Bound, FunctionArn, Permission

RESOURCE = "lambda:invoke"

TRANSIENT = Retrier(
    errors=(
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ),
    interval_seconds=2,
    max_attempts=6,
    jitter=True,
)
"""What AWS's own advice retries: the function has not run, or can't be known to have."""


NO_USE = Retrier(
    errors=(
        "Lambda.ResourceNotFoundException",
        "Lambda.AccessDeniedException",
        "Lambda.InvalidParameterValueException",
    ),
    max_attempts=0,
)
"""Refusals that would come again: the function has not run, so the plan's `retries` don't count for them."""


def invoke(
    name: str,
    *,
    arguments: Value,
    retry: tuple[Retrier, ...] = (),
    catch: tuple[Catcher, ...],
    output: Value = None,
    next_state: str,
) -> Task:
    """Return a task that invokes a function; `retry` comes behind what is always tried again."""
    return Task(
        name=name,
        resource=RESOURCE,
        arguments=arguments,
        retry=(TRANSIENT, *retry),
        catch=catch,
        output=output if output is not None else {},
        next=next_state,
    )


def work(function: Value, payload: Value) -> Work:
    """Return the call of a function; its result is what the function returns."""
    return Work(
        resource=RESOURCE,
        arguments={"FunctionName": function, "Payload": payload},
        result=jsonata("$states.result.Payload"),
        passing=(TRANSIENT,),
        no_use=(NO_USE,),
    )


def arguments(function: str, payload: Mapping[str, Any]) -> dict[str, Value]:
    """Return the arguments of Invoke."""
    return {"FunctionName": function, "Payload": payload}


def permissions(functions: Iterable[str], own: Iterable[str] = ()) -> tuple[Permission, ...]:
    """Return what invoking these functions, and the stack's own by key, needs: on each, and on its versions and aliases."""
    resources: list[Bound] = [FunctionArn(key, tail) for key in own for tail in ("", ":*")]
    for name in dict.fromkeys(map(_unqualified, functions)):
        if name.startswith("arn:"):
            resources += [name, f"{name}:*"]
        else:
            resources += [Arn("lambda", "function:", name), Arn("lambda", "function:", name, ":*")]
    return (Permission(sid="InvokeFunctions", actions=("lambda:InvokeFunction",), resources=tuple(resources)),)


def _unqualified(function: str) -> str:
    """Return the function's name or ARN without a version or an alias."""
    head, mark, name = function.rpartition(":function:")
    return f"{head}{mark}{name.partition(':')[0]}"
