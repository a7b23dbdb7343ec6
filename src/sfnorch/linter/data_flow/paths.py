"""The shape that a path, an intrinsic function or a payload template gives, and the faults in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sfnorch.json_values import Json
from sfnorch.linter.data_flow.shapes import (
    ANY,
    STRING,
    ListShape,
    NoValueError,
    ObjectShape,
    Shape,
    find_shape,
    follow_steps,
    join_shapes,
)
from sfnorch.query_syntax.intrinsic_calls import IntrinsicCall, IntrinsicSyntaxError, QuotedText, parse_call
from sfnorch.query_syntax.paths import CONTEXT, INPUT, ParsedPath, PathSyntaxError, Step, parse_path
from sfnorch.template.located import Path

_ITEM: tuple[Step, ...] = ("Map", "Item", "Value")
_TEXTS = frozenset({"Format", "JsonToString", "Base64Encode", "Base64Decode", "Hash", "UUID"})
_LISTS = frozenset({"ArrayPartition", "ArrayRange", "ArrayUnique", "StringSplit"})


class FlowFault(NamedTuple):
    """A path that never leads to a value, or a call that does not do what it seems to do."""

    path: Path
    message: str
    hint: str
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class DataReader:
    """Reads shapes from the data of a state, and reports the paths that never lead to a value.

    `item` is the shape of `$$.Map.Item.Value`.
    """

    data: Shape
    item: Shape
    report: Callable[[FlowFault], None]

    def read_path(self, text: str, at: Path) -> Shape:
        """Return the shape of the value that a path names; ANY after a fault."""
        try:
            return self._find(parse_path(text), at)
        except PathSyntaxError:
            return ANY  # an error of the definition

    def read_template(self, template: Json, at: Path) -> Shape:
        """Return the shape of the value of a payload template."""
        match template:
            case dict():
                fields: dict[str, Shape] = {}
                for key, value in template.items():
                    if key.endswith(".$"):
                        fields[key[:-2]] = self._read_text(value, (*at, key)) if isinstance(value, str) else ANY
                    else:
                        fields[key] = self.read_template(value, (*at, key))
                return ObjectShape(fields)
            case list():
                return ListShape(
                    join_shapes([self.read_template(item, (*at, index)) for index, item in enumerate(template)])
                )
        return find_shape(template)

    def _read_text(self, text: str, at: Path) -> Shape:
        if text.startswith("$"):
            return self.read_path(text, at)
        try:
            return self._read_call(parse_call(text), at)
        except IntrinsicSyntaxError:
            return ANY

    def _read_call(self, call: IntrinsicCall, at: Path) -> Shape:
        for argument in call.arguments:
            match argument:
                case ParsedPath():
                    self._find(argument, at)
                case IntrinsicCall():
                    self._read_call(argument, at)
        if call.name == "StringSplit" and len(call.arguments) == 2 and isinstance(call.arguments[1], QuotedText):
            self._check_splitter(call.arguments[1].raw, at)
        return STRING if call.name in _TEXTS else ListShape(ANY) if call.name in _LISTS else ANY

    def _check_splitter(self, splitter: str, at: Path) -> None:
        """Report a splitter of several letters: each of its characters splits the text (recorded)."""
        if len(splitter) > 1 and any(character.isalnum() for character in splitter):
            message = f"States.StringSplit splits at each character of '{splitter}', not at the whole text"
            hint = "use a single character that the text does not contain otherwise"
            self.report(FlowFault(at, message, hint, is_certain=False))

    def _find(self, path: ParsedPath, at: Path) -> Shape:
        if path.steps is None or path.function:
            return ANY
        try:
            if path.source == INPUT:
                return follow_steps(self.data, path.steps)
            if path.source == CONTEXT and path.steps[:3] == _ITEM:
                return follow_steps(self.item, path.steps[3:])
        except NoValueError as error:
            message = f"{path.text} never leads to a value: {error}"
            self.report(FlowFault(at, message, "correct the path, or the state that creates the value"))
        return ANY
