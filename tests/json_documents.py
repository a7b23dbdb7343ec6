"""The JSON documents that commands print: which command prints which, their fields, and JSON Schemas from their types."""

from __future__ import annotations

import ast
import inspect
import json
import shlex
import textwrap
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, is_typeddict

import jsonschema

from sfnorch.documents import VERSION
from sfnorch.documents.backfills import BackfillDocument
from sfnorch.documents.errors import ErrorDocument
from sfnorch.documents.executions import LogsDocument, RunDocument, StartedDocument, StopDocument
from sfnorch.documents.forecasts import ForecastDocument
from sfnorch.documents.histories import HistoryDocument
from sfnorch.documents.plans import PlanDocument, PlanResultsDocument
from sfnorch.documents.scenarios import ScenariosDocument
from sfnorch.documents.simulation import EVENT_DETAILS, OPTIONAL_DETAILS, SimulationDocument
from sfnorch.documents.stacks import (
    DeleteDocument,
    DeployDocument,
    DiffDocument,
    OutputsDocument,
    StatusDocument,
)
from sfnorch.documents.templates import LintDocument, PatternsDocument, RenderDocument, RulesDocument
from sfnorch.documents.verification import FactsDocument, VerificationDocument

Schema = dict[str, Any]


@dataclass(frozen=True)
class Printed:
    """A document, and the commands that print it: by their words without `sfnorch`, options included."""

    document: type
    commands: tuple[str, ...]

    @property
    def title(self) -> str:
        """The commands as the reference names them."""
        return ", ".join(f"`sfnorch {command}`" for command in self.commands)


DOCUMENTS = (
    Printed(PatternsDocument, ("patterns",)),
    Printed(PlanDocument, ("plan",)),
    Printed(RenderDocument, ("render",)),
    Printed(LintDocument, ("lint",)),
    Printed(RulesDocument, ("lint --list-rules", "lint --explain")),
    Printed(SimulationDocument, ("simulate",)),
    Printed(ForecastDocument, ("simulate --durations",)),
    Printed(ScenariosDocument, ("test",)),
    Printed(VerificationDocument, ("verify",)),
    Printed(FactsDocument, ("verify --facts",)),
    Printed(DeployDocument, ("deploy", "pipeline deploy")),
    Printed(DiffDocument, ("diff",)),
    Printed(StatusDocument, ("status",)),
    Printed(HistoryDocument, ("history",)),
    Printed(OutputsDocument, ("outputs",)),
    Printed(DeleteDocument, ("delete",)),
    Printed(RunDocument, ("run", "watch", "resume")),
    Printed(StartedDocument, ("run --no-wait", "resume --no-wait")),
    Printed(BackfillDocument, ("backfill", "backfill --no-wait")),
    Printed(StopDocument, ("stop",)),
    Printed(LogsDocument, ("logs",)),
    Printed(
        PlanResultsDocument,
        (
            "lint --env all",
            "diff --env all",
            "status --env all",
            *(f"{command} --plan 'plans/*.yaml'" for command in ("render", "lint", "deploy", "diff", "status")),
        ),
    ),
)
"""What each command with `--output json` prints unless it fails before."""

_JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}


def check_document(arguments: Sequence[str], text: str) -> None:
    """Check that the text, which a command with these arguments has printed, is the one document that it says."""
    if not {"--output", "json"} <= set(arguments) or not text:
        return
    data = json.loads(text)
    document = ErrorDocument if "error" in data else _document_of(arguments)
    if "results" in data:
        document = PlanResultsDocument
        for result in data["results"]:
            if result["document"] is not None:
                _validator(_document_of(arguments[:1])).validate({"version": VERSION, **result["document"]})
    _validator(document).validate(data)
    if document is SimulationDocument:
        for event in data["events"]:
            optional = set(OPTIONAL_DETAILS.get(event["what"], ())[:1])
            assert set(event["detail"]) - optional == set(EVENT_DETAILS[event["what"]]), event


def _document_of(arguments: Sequence[str]) -> type:
    """Return the document of the command; of one with an option before that of the one without."""
    found = [
        (len(command.split()), each.document)
        for each in DOCUMENTS
        for command in each.commands
        if set(shlex.split(command)) <= set(arguments)
    ]
    return max(found, key=lambda one: one[0])[1]


@cache
def _validator(document: type) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(document))


def json_schema(document: type) -> Schema:
    """Return the JSON Schema of a document as it is printed: its fields and no others, all required, its version too."""
    definitions: dict[str, Schema] = {}
    whole = _object(document, definitions)
    whole["properties"] = {"version": {"const": VERSION}, **whole["properties"]}
    whole["required"] = ["version", *whole["required"]]
    return {**whole, "$defs": definitions}


def _object(document: type, definitions: dict[str, Schema]) -> Schema:
    fields = _types_of_fields(document)
    return {
        "type": "object",
        "properties": {name: _schema(kind, definitions) for name, kind in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


def _types_of_fields(document: type) -> dict[str, Any]:
    """Return the type of each field; JSON of any kind has no schema."""
    return typing.get_type_hints(document, localns={"Json": Any}, include_extras=True)


def _schema(kind: Any, definitions: dict[str, Schema]) -> Schema:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return {}
    if is_typeddict(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # it may contain itself
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is typing.Annotated:
        return _schema(arguments[0], definitions)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(each, definitions) for each in arguments]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    return {"type": _JSON_TYPES[kind]}


def fields_of(document: type) -> Iterator[tuple[str, str, str]]:
    """Yield each field of a document with those in it: its path, its type in words, and its meaning."""
    yield from _fields(document, "", (document,))


def _fields(document: type, path: str, within: tuple[type, ...]) -> Iterator[tuple[str, str, str]]:
    meanings = _meanings(document)
    for name, kind in _types_of_fields(document).items():
        inner, steps = _inner(kind)
        meaning = (
            meanings.get(name) or inspect.cleandoc(inner.__doc__ or "").split("\n")[0] if inner else meanings[name]
        )
        yield f"{path}{name}", _type_in_words(kind), meaning if inner not in within else f"{meaning} The same fields."
        if inner and inner not in within:
            yield from _fields(inner, f"{path}{name}{steps}.", (*within, inner))


def _inner(kind: Any) -> tuple[type | None, str]:
    """Return the document that stands in a field's type, and how its fields are reached from the field."""
    if is_typeddict(kind):
        return kind, ""
    steps = {list: "[]", dict: ".NAME"}.get(typing.get_origin(kind), "")
    for argument in typing.get_args(kind):
        found, further = _inner(argument)
        if found:
            return found, steps + further
    return None, ""


def _type_in_words(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return str(arguments[1])
    if kind is Any:
        return "any"
    if origin is typing.Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type_in_words(each) for each in arguments)
    if origin is list:
        inner = _type_in_words(arguments[0])
        return f"list of {inner}" if inner == "any" else f"list of {inner}s"
    if origin is dict or is_typeddict(kind):
        return "object"
    return _JSON_TYPES[kind]


def _meanings(document: type) -> dict[str, str]:
    """Return the docstrings of a document's fields."""
    (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(document))).body
    assert isinstance(parsed, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(parsed.body, parsed.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
