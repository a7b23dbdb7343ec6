"""The serializer of the Amazon States Language: from states to the JSON object that AWS reads.

https://states-language.net
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from sfnorch.asl import states as asl
from sfnorch.asl.jsonata import Expression, Substitution, Value, check_literal_text
from sfnorch.asl.resources import INTEGRATION


def serialize_graph(graph: asl.Graph) -> dict[str, Any]:
    """Return the definition of a state machine, with its keys in a readable order.

    Resources are in the partition aws; `replace_resources` changes it.
    """
    comment = {"Comment": check_literal_text(graph.comment)} if graph.comment else {}
    return {**comment, "QueryLanguage": "JSONata", **_serialize_graph(graph)}


def _serialize_graph(graph: asl.Graph) -> dict[str, Any]:
    return {
        "StartAt": graph.start,
        "States": {check_literal_text(state.name): _serialize_state(state) for state in graph.states},
    }


@singledispatch
def _serialize_fields(state: asl.AnyState) -> dict[str, Any]:
    raise TypeError(f"no state of the Amazon States Language: {state!r}")


def _serialize_state(state: asl.AnyState) -> dict[str, Any]:
    fields = _serialize_fields(state)
    kind = {"Type": "Map" if isinstance(state, asl.DistributedMap) else type(state).__name__}
    comment = {"Comment": check_literal_text(state.comment)} if state.comment else {}
    return {**kind, **comment, **{key: value for key, value in fields.items() if value is not None}}


@_serialize_fields.register
def _(state: asl.Task) -> dict[str, Any]:
    return {
        "Resource": INTEGRATION + state.resource,
        "Arguments": _serialize_optional(state.arguments),
        "TimeoutSeconds": state.timeout_seconds,
        "HeartbeatSeconds": state.heartbeat_seconds,
        **_serialize_errors(state.retry, state.catch),
        **_serialize_data(state.assign, state.output),
        **_serialize_next(state.next),
    }


@_serialize_fields.register
def _(state: asl.Pass) -> dict[str, Any]:
    return {**_serialize_data(state.assign, state.output), **_serialize_next(state.next)}


@_serialize_fields.register
def _(state: asl.Choice) -> dict[str, Any]:
    rules = [
        {"Condition": str(rule.condition), **_serialize_data(rule.assign, rule.output), "Next": rule.next}
        for rule in state.rules
    ]
    return {"Choices": [_remove_absent(rule) for rule in rules], "Default": state.default} | _serialize_data(
        state.assign, state.output
    )


@_serialize_fields.register
def _(state: asl.Wait) -> dict[str, Any]:
    return {
        "Seconds": _serialize_optional(state.seconds),
        "Timestamp": _serialize_optional(state.timestamp),
        **_serialize_data(state.assign, state.output),
        **_serialize_next(state.next),
    }


@_serialize_fields.register
def _(state: asl.Parallel) -> dict[str, Any]:
    return {
        "Arguments": _serialize_optional(state.arguments),
        "Branches": [_serialize_graph(branch) for branch in state.branches],
        **_serialize_errors(state.retry, state.catch),
        **_serialize_data(state.assign, state.output),
        **_serialize_next(state.next),
    }


@_serialize_fields.register
def _(state: asl.Map) -> dict[str, Any]:
    return {
        "Items": _serialize_value(state.items),
        "ItemSelector": _serialize_optional(state.item_selector),
        "MaxConcurrency": state.max_concurrency,
        "ItemProcessor": _serialize_graph(state.processor),
        **_serialize_errors(state.retry, state.catch),
        **_serialize_data(state.assign, state.output),
        **_serialize_next(state.next),
    }


@_serialize_fields.register
def _(state: asl.DistributedMap) -> dict[str, Any]:
    processor = _serialize_graph(state.processor)
    return {
        "Label": state.label,
        "Items": _serialize_optional(state.items),
        "ItemReader": _serialize_reader(state.reader) if state.reader else None,
        "ItemSelector": _serialize_optional(state.item_selector),
        "ItemBatcher": _serialize_batcher(state) if state.batch_size else None,
        "MaxConcurrency": state.max_concurrency,
        "ToleratedFailureCount": state.tolerated_count,
        "ToleratedFailurePercentage": state.tolerated_percentage,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **processor},
        "ResultWriter": _serialize_writer(state.writer) if state.writer else None,
        **_serialize_errors(state.retry, state.catch),
        **_serialize_data(state.assign, state.output),
        **_serialize_next(state.next),
    }


def _serialize_batcher(state: asl.DistributedMap) -> dict[str, Any]:
    added = {} if state.batch_input is None else {"BatchInput": _serialize_value(state.batch_input)}
    return {"MaxItemsPerBatch": state.batch_size, **added}


def _serialize_reader(reader: asl.ItemReader) -> dict[str, Any]:
    config = {"ReaderConfig": _serialize_value(reader.config)} if reader.config else {}
    return {"Resource": INTEGRATION + reader.resource, **config, "Arguments": _serialize_value(reader.arguments)}


def _serialize_writer(writer: asl.ResultWriter) -> dict[str, Any]:
    arguments = {"Bucket": writer.bucket, "Prefix": writer.prefix}
    return {"Resource": INTEGRATION + "s3:putObject", "Arguments": _serialize_value(arguments)}


@_serialize_fields.register
def _(state: asl.Succeed) -> dict[str, Any]:
    return {"Output": _serialize_optional(state.output)}


@_serialize_fields.register
def _(state: asl.Fail) -> dict[str, Any]:
    return {"Error": _serialize_value(state.error), "Cause": _serialize_value(state.cause)}


def _serialize_errors(retry: Sequence[asl.Retrier], catch: Sequence[asl.Catcher]) -> dict[str, Any]:
    return {
        "Retry": [_serialize_retrier(retrier) for retrier in retry] or None,
        "Catch": [
            _remove_absent(
                {
                    "ErrorEquals": list(catcher.errors),
                    **_serialize_data(catcher.assign, catcher.output),
                    "Next": catcher.next,
                }
            )
            for catcher in catch
        ]
        or None,
    }


def _serialize_retrier(retrier: asl.Retrier) -> dict[str, Any]:
    """Return a retrier without the values that are defaults of the language (1 second, a rate of 2.0, 3 attempts)."""
    return _remove_absent(
        {
            "ErrorEquals": list(retrier.errors),
            "IntervalSeconds": retrier.interval_seconds if retrier.interval_seconds != 1 else None,
            "BackoffRate": retrier.backoff_rate if retrier.backoff_rate != 2.0 else None,
            "MaxDelaySeconds": retrier.max_delay_seconds,
            "MaxAttempts": retrier.max_attempts if retrier.max_attempts != 3 else None,
            "JitterStrategy": "FULL" if retrier.jitter else None,
        }
    )


def _serialize_data(assign: Mapping[str, Value], output: Value) -> dict[str, Any]:
    return {"Assign": _serialize_value(assign) if assign else None, "Output": _serialize_optional(output)}


def _serialize_next(name: str | None) -> dict[str, Any]:
    return {"End": True} if name is None else {"Next": name}


def _remove_absent(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _serialize_optional(value: Value) -> Any:
    return None if value is None else _serialize_value(value)


def _serialize_value(value: Value) -> Any:
    match value:
        case Expression() | Substitution():
            return str(value)
        case str():
            return check_literal_text(value)
        case Mapping():
            return {check_literal_text(key): _serialize_value(item) for key, item in value.items()}
        case Sequence():
            return [_serialize_value(item) for item in value]
    return value
