"""The serializer of the Amazon States Language: from states to the JSON object that AWS reads.

https://states-language.net
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from sfnorch.asl import states as asl
from sfnorch.asl.jsonata import Expression, Substitution, Value, literal_text
from sfnorch.asl.resources import INTEGRATION


def definition(graph: asl.Graph) -> dict[str, Any]:
    """Return the definition of a state machine, with its keys in a readable order.

    Resources are in the partition aws; `with_resources` changes it.
    """
    comment = {"Comment": literal_text(graph.comment)} if graph.comment else {}
    return {**comment, "QueryLanguage": "JSONata", **_graph(graph)}


def _graph(graph: asl.Graph) -> dict[str, Any]:
    return {
        "StartAt": graph.start,
        "States": {literal_text(state.name): _state(state) for state in graph.states},
    }


@singledispatch
def _fields(state: asl.State) -> dict[str, Any]:
    raise TypeError(f"no state of the Amazon States Language: {state!r}")


def _state(state: asl.State) -> dict[str, Any]:
    fields = _fields(state)
    kind = {"Type": type(state).__name__}
    comment = {"Comment": literal_text(state.comment)} if state.comment else {}
    return {**kind, **comment, **{key: value for key, value in fields.items() if value is not None}}


@_fields.register
def _(state: asl.Task) -> dict[str, Any]:
    return {
        "Resource": INTEGRATION + state.resource,
        "Arguments": _optional(state.arguments),
        "TimeoutSeconds": state.timeout_seconds,
        "HeartbeatSeconds": state.heartbeat_seconds,
        **_errors(state.retry, state.catch),
        **_data(state.assign, state.output),
        **_next(state.next),
    }


@_fields.register
def _(state: asl.Pass) -> dict[str, Any]:
    return {**_data(state.assign, state.output), **_next(state.next)}


@_fields.register
def _(state: asl.Choice) -> dict[str, Any]:
    rules = [
        {"Condition": str(rule.condition), **_data(rule.assign, rule.output), "Next": rule.next} for rule in state.rules
    ]
    return {"Choices": [_present(rule) for rule in rules], "Default": state.default} | _data(state.assign, state.output)


@_fields.register
def _(state: asl.Wait) -> dict[str, Any]:
    return {
        "Seconds": _optional(state.seconds),
        "Timestamp": _optional(state.timestamp),
        **_data(state.assign, state.output),
        **_next(state.next),
    }


@_fields.register
def _(state: asl.Parallel) -> dict[str, Any]:
    return {
        "Arguments": _optional(state.arguments),
        "Branches": [_graph(branch) for branch in state.branches],
        **_errors(state.retry, state.catch),
        **_data(state.assign, state.output),
        **_next(state.next),
    }


@_fields.register
def _(state: asl.Map) -> dict[str, Any]:
    return {
        "Items": _value(state.items),
        "ItemSelector": _optional(state.item_selector),
        "MaxConcurrency": state.max_concurrency,
        "ItemProcessor": _graph(state.processor),
        **_errors(state.retry, state.catch),
        **_data(state.assign, state.output),
        **_next(state.next),
    }


@_fields.register
def _(state: asl.Succeed) -> dict[str, Any]:
    return {"Output": _optional(state.output)}


@_fields.register
def _(state: asl.Fail) -> dict[str, Any]:
    return {"Error": _value(state.error), "Cause": _value(state.cause)}


def _errors(retry: Sequence[asl.Retrier], catch: Sequence[asl.Catcher]) -> dict[str, Any]:
    return {
        "Retry": [_retrier(retrier) for retrier in retry] or None,
        "Catch": [
            _present(
                {
                    "ErrorEquals": list(catcher.errors),
                    **_data(catcher.assign, catcher.output),
                    "Next": catcher.next,
                }
            )
            for catcher in catch
        ]
        or None,
    }


def _retrier(retrier: asl.Retrier) -> dict[str, Any]:
    """Return a retrier without the values that are defaults of the language (1 second, a rate of 2.0, 3 attempts)."""
    return _present(
        {
            "ErrorEquals": list(retrier.errors),
            "IntervalSeconds": retrier.interval_seconds if retrier.interval_seconds != 1 else None,
            "BackoffRate": retrier.backoff_rate if retrier.backoff_rate != 2.0 else None,
            "MaxDelaySeconds": retrier.max_delay_seconds,
            "MaxAttempts": retrier.max_attempts if retrier.max_attempts != 3 else None,
            "JitterStrategy": "FULL" if retrier.jitter else None,
        }
    )


def _data(assign: Mapping[str, Value], output: Value) -> dict[str, Any]:
    return {"Assign": _value(assign) if assign else None, "Output": _optional(output)}


def _next(name: str | None) -> dict[str, Any]:
    return {"End": True} if name is None else {"Next": name}


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _optional(value: Value) -> Any:
    return None if value is None else _value(value)


def _value(value: Value) -> Any:
    if isinstance(value, Expression | Substitution):
        return str(value)
    if isinstance(value, str):
        return literal_text(value)
    if isinstance(value, Mapping):
        return {literal_text(key): _value(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_value(item) for item in value]
    return value
