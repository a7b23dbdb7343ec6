"""DynamoDB: items of tables in the template. A run starts with empty tables.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sfnorch.calls.dynamodb_items import CONDITION_FAILED
from sfnorch.json_values import Json, find_value, read_list, read_mapping, read_string, write_compact
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.services.metadata import make_request_id
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.services.table_conditions import (
    ExpressionReader,
    InvalidExpressionError,
    Item,
    UnknownExpressionError,
    is_condition_true,
)
from sfnorch.simulator.services.table_updates import update_item as compute_update
from sfnorch.template.declarations import Declaration, find_declarations

_TABLE, _SIMPLE_TABLE = "AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable"
_OLD_PARAMETERS = ("AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected")
"""Parameters before there were expressions, which are not simulated."""

_CONDITION_FAILED = CONDITION_FAILED.partition(".")[2]
_INVALID = "ValidationException"


@simulates("dynamodb:getItem", "aws-sdk:dynamodb:getItem")
def get_item(request: ServiceRequest) -> Steps[Json]:
    """Return the item, or the attributes of the projection; an empty object if the item does not exist."""
    with _translate_errors(request):
        items, key = _open_table(request, request.named.get("Key"))
        item = items.get(key)
        if item is None:
            return {}
        return {"Item": _project(request, item)}
    yield


@simulates("dynamodb:putItem", "aws-sdk:dynamodb:putItem")
def put_item(request: ServiceRequest) -> Steps[Json]:
    """Store the item in the place of an older one. Raises StatesError if the condition is false."""
    item = read_mapping(request.named.get("Item"))
    return _write(request, item, lambda _: dict(item))
    yield


@simulates("dynamodb:deleteItem", "aws-sdk:dynamodb:deleteItem")
def delete_item(request: ServiceRequest) -> Steps[Json]:
    """Delete the item, if it exists. Raises StatesError if the condition is false."""
    return _write(request, request.named.get("Key"), lambda _: None)
    yield


@simulates("dynamodb:updateItem", "aws-sdk:dynamodb:updateItem")
def update_item(request: ServiceRequest) -> Steps[Json]:
    """Change attributes of the item, which is created if it does not exist. Raises StatesError as putItem does."""
    key = read_mapping(request.named.get("Key"))
    text, names, values = request.get_text("UpdateExpression"), *_read_placeholders(request)
    return _write(request, key, lambda before: compute_update(text, {**key, **before}, names, values))
    yield


def _write(request: ServiceRequest, named: Json, change: Callable[[Item], dict[str, Json] | None]) -> Json:
    """Write what `change` returns for the item; None deletes it. Returns the answer of DynamoDB."""
    with _translate_errors(request):
        items, key = _open_table(request, named)
        before = items.get(key, {})
        condition = request.get_text("ConditionExpression")
        if condition and not is_condition_true(condition, before, *_read_placeholders(request)):
            raise _build_error(request, _CONDITION_FAILED, "The conditional request failed")
        after = change(before)
        if after is None:
            items.pop(key, None)
        else:
            items[key] = after
        return _answer(request, before, after or {})


def _answer(request: ServiceRequest, before: Item, after: Item) -> Json:
    """Return the attributes that ReturnValues asks for."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    match request.get_text("ReturnValues"):
        case "ALL_OLD":
            found = dict(before)
        case "ALL_NEW":
            found = dict(after)
        case "UPDATED_OLD":
            found = {name: before[name] for name in changed if name in before}
        case "UPDATED_NEW":
            found = {name: after[name] for name in changed if name in after}
        case _:
            found = {}
    return {"Attributes": found} if found else {}


def _read_placeholders(request: ServiceRequest) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the names and the values that stand for the placeholders of expressions."""
    arguments = request.named
    return read_mapping(arguments.get("ExpressionAttributeNames")), read_mapping(
        arguments.get("ExpressionAttributeValues")
    )


def _project(request: ServiceRequest, item: Item) -> dict[str, Json]:
    text = request.get_text("ProjectionExpression")
    if not text:
        return dict(item)
    reader = ExpressionReader(text, *_read_placeholders(request))
    names = [reader.take_name()]
    while reader.tokens:
        reader.take(",")
        names.append(reader.take_name())
    return {name: item[name] for name in names if name in item}


def _open_table(request: ServiceRequest, named: Json) -> tuple[dict[str, dict[str, Json]], str]:
    """Return the items of the table, and the key of the item with these attributes.

    Raises UnsupportedSimulationError for a table of another stack, InvalidExpressionError for an incomplete key.
    """
    name = request.get_text("TableName")
    declared = find_declarations(request.world.template.stack, _TABLE, _SIMPLE_TABLE)
    table = next((each for each in declared if name in (each.name, each.arn)), None)
    if table is None:
        raise UnknownExpressionError(f"the table {name} is not in the template")
    for parameter in _OLD_PARAMETERS:
        if parameter in request.named:
            raise UnknownExpressionError(f"the parameter {parameter} is not simulated")
    attributes = read_mapping(named)
    key = {}
    for attribute in _list_key_attributes(table):
        if attribute not in attributes:
            message = f"One or more parameter values were invalid: Missing the key {attribute} in the item"
            raise InvalidExpressionError(message)
        key[attribute] = attributes[attribute]
    return request.world.tables.setdefault(table.name, {}), write_compact(key)


def _list_key_attributes(table: Declaration) -> list[str]:
    if table.kind == _SIMPLE_TABLE:
        return [table.text("PrimaryKey", "Name") or "id"]
    return [read_string(find_value(part, "AttributeName")) for part in read_list(table.value("KeySchema"))]


@contextmanager
def _translate_errors(request: ServiceRequest) -> Iterator[None]:
    """Raise what DynamoDB rejects as StatesError, and what is not simulated as UnsupportedSimulationError."""
    try:
        yield
    except InvalidExpressionError as error:
        raise _build_error(request, _INVALID, str(error)) from None
    except UnknownExpressionError as error:
        mocks, machine, state = request.world.mocks, request.machine, request.state
        raise UnsupportedSimulationError(
            f"{request.world.template.build_title(machine)}: {state.name} calls {request.call}, but {error}",
            hint=f"specify its result: {mocks.suggest_option(machine, state, {})}",
        ) from None


def _build_error(request: ServiceRequest, code: str, message: str) -> StatesError:
    """Return an error in the form of the integration; a ValidationException has the name of the service (recorded)."""
    request_id = make_request_id(request)
    if request.call.name.startswith("aws-sdk:"):
        name = "DynamoDbException" if code == _INVALID else code
        return StatesError(
            f"DynamoDb.{name}", f"{message} (Service: DynamoDb, Status Code: 400, Request ID: {request_id})"
        )
    name = "AmazonDynamoDBException" if code == _INVALID else code
    details = f"Service: AmazonDynamoDBv2; Status Code: 400; Error Code: {code}; Request ID: {request_id}; Proxy: null"
    return StatesError(f"DynamoDB.{name}", f"{message} ({details})")
