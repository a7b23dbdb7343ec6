"""The shapes that a state in JSONPath passes to the next states.

The order of the fields is that of the page: InputPath, Parameters, the work, ResultSelector, ResultPath, OutputPath.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sfnorch.json_values import read_string
from sfnorch.linter.data_flow.paths import DataReader, FlowFault
from sfnorch.linter.data_flow.shapes import (
    ANY,
    ERROR_OUTPUT,
    ListShape,
    NoValueError,
    ObjectShape,
    Shape,
    find_shape,
    place_shape,
)
from sfnorch.query_syntax.paths import INPUT, PathSyntaxError, parse_path
from sfnorch.template.located import Object, Path
from sfnorch.template.states import LocatedState, TransitionKind

Report = Callable[[FlowFault], None]


class StateFlow:
    """The data of a state whose input has a shape."""

    def __init__(self, state: LocatedState, given: Shape, item: Shape, report: Report) -> None:
        self.state = state
        self.given = given
        self.item = item
        self.report = report
        whole = self._read(given)
        self.effective = self._read_whole("InputPath", whole)

    def list_targets(self) -> list[tuple[str, Shape]]:
        """Return the names of the next states with the shapes of their inputs."""
        output = self._compute_output()
        targets = []
        for transition in self.state.transitions:
            if transition.way is TransitionKind.CATCH:
                body = transition.rule if transition.rule is not None else Object(self.state.body.place)
                targets.append((transition.target, self._place(body, transition.path[:-1], ERROR_OUTPUT)))
            else:
                targets.append((transition.target, output))
        return targets

    def list_scopes(self) -> Iterator[tuple[int, Shape, Shape]]:
        """Yield the indexes of the inner scopes, the shapes of their inputs, and the shapes of a Map's items."""
        if self.state.kind == "Parallel":
            given = self._read_parameters("Parameters", self.effective)
            yield from ((index, given, self.item) for index, _ in enumerate(self.state.scopes))
        elif self.state.kind == "Map":
            item = self._find_item()
            name = "ItemSelector" if "ItemSelector" in self.state.body else "Parameters"
            reader = DataReader(self.effective, item, self.report)
            given = item
            if name in self.state.body:
                given = reader.read_template(self.state.body[name], (*self.state.path, name))
            if "ItemBatcher" in self.state.body:
                given = item = ANY
            yield from ((index, given, item) for index, _ in enumerate(self.state.scopes))

    def _find_item(self) -> Shape:
        body = self.state.body
        if "ItemReader" in body:
            return ANY
        items = self.effective
        if "ItemsPath" in body:
            items = self._read(self.effective).read_path(
                read_string(body["ItemsPath"]), (*self.state.path, "ItemsPath")
            )
        return items.item if isinstance(items, ListShape) else ANY

    def _compute_output(self) -> Shape:
        body = self.state.body
        if self.state.kind in ("Choice", "Wait", "Succeed"):
            return self._read_whole("OutputPath", self._read(self.effective))
        if self.state.kind == "Pass":
            passed = self._read_parameters("Parameters", self.effective)
            result = find_shape(body["Result"]) if "Result" in body else passed
        else:
            if self.state.kind == "Task":
                self._read_parameters("Parameters", self.effective)
            result = ListShape(ANY) if self.state.kind in ("Map", "Parallel") else ANY
            result = self._read_parameters("ResultSelector", result)
        return self._read_whole("OutputPath", self._read(self._place(body, self.state.path, result)))

    def _place(self, body: Object, path: Path, result: Shape) -> Shape:
        """Return the shape after ResultPath stored the result in the state's input."""
        if "ResultPath" not in body:
            return result
        text = body["ResultPath"]
        if text is None:
            return self.given
        try:
            parsed = parse_path(read_string(text))
            if parsed.steps is None or parsed.source != INPUT:
                return ANY
            return place_shape(self.given, parsed.steps, result)
        except PathSyntaxError:
            return ANY
        except NoValueError as error:
            message = f"ResultPath {text} never works: {error}; the error is States.ResultPathMatchFailure"
            hint = "use an object as the input of the state, or set ResultPath to $ or null"
            self.report(FlowFault((*path, "ResultPath"), message, hint))
            return ANY

    def _read_parameters(self, name: str, data: Shape) -> Shape:
        if name not in self.state.body:
            return data
        return self._read(data).read_template(self.state.body[name], (*self.state.path, name))

    def _read_whole(self, name: str, reader: DataReader) -> Shape:
        if name not in self.state.body:
            return reader.data
        text = self.state.body[name]
        if text is None:
            return ObjectShape()
        return reader.read_path(read_string(text), (*self.state.path, name))

    def _read(self, data: Shape) -> DataReader:
        return DataReader(data, self.item, self.report)
