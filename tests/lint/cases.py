"""The cases of the gate: definitions and templates that AWS accepts or refuses, with their evidence and their lines.

A case is a state, states, a definition, a text, tasks, or the resources of a template, in a file for an area. `tasks`
are integrations with their arguments; each is a feature, and all are one machine in JSONPath and one in JSONata.
`features` names what another case shows; without them, its name does. `region` is where the stack is created, us-east-1
by default. `fails` is a rule that is right: AWS accepts the machine, but each execution fails.

The line of the error in a refused case ends with the comment `# here`, or is that of the path in `at`. `rule` names its
rule, which is refused-definition by default. A case whose `severity` is warning runs, but not as meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sfnorch.definitions.machines import RULE_ID
from sfnorch.json_values import Json, read_list, read_string
from sfnorch.partitions import DEFAULT_REGION
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.located import Array, Object, SourceLocation, locate
from sfnorch.template.reader import Source, parse_value
from sfnorch.template.resources import StackEnvironment

FOLDER = Path(__file__).parent
SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Globals")
ENDS = {"Pass", "Task", "Wait", "Map", "Parallel"}
MARK = "# here"
SAM = "AWS::Serverless::StateMachine"
ROLE: Json = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/r"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case, the lines that it has in its file, and those of them that have the mark."""

    file: Path
    lines: range
    marked: tuple[int, ...]
    body: Object

    @property
    def name(self) -> str:
        """Return the name of the case."""
        return read_string(self.body["name"])

    @property
    def evidence(self) -> str:
        """Return where its fact comes from: recorded, measured, documented, emulated or assumed."""
        return read_string(self.body.get("by")).split()[0]

    @property
    def features(self) -> list[str]:
        """Return the names of what it shows."""
        tasks = list(self.body.find_object("tasks"))
        return [str(name) for name in read_list(self.body.get("features"))] or tasks or [self.name]

    @property
    def is_template(self) -> bool:
        """Return whether it has resources, and not only a definition."""
        return "Resources" in self.body

    @property
    def rule(self) -> str:
        """Return the rule that finds its error."""
        return self.read_text("rule") or RULE_ID

    @property
    def region(self) -> str:
        """Return the region of its stack."""
        return self.read_text("region") or DEFAULT_REGION

    def read_text(self, key: str) -> str:
        """Return the text of the case under this key; empty if it has none."""
        return read_string(self.body.get(key))

    def build_definitions(self) -> list[Json]:
        """Return its definitions: one, except for tasks."""
        if tasks := list(self.body.find_object("tasks").list_rows()):
            return [self._build_calls(tasks, "Parameters"), self._build_calls(tasks, "Arguments")]
        return [self._build_definition()]

    def _build_calls(self, tasks: list[tuple[str, Json, int]], key: str) -> Object:
        """Return a machine that makes the calls one after the other."""
        states: list[tuple[str, Json, int]] = []
        for (name, arguments, line), following in zip(tasks, [*tasks[1:], None], strict=True):
            resource = name if name.startswith("arn:") else f"arn:aws:states:::{name}"
            after: tuple[str, Json, int] = ("Next", following[0], line) if following else ("End", True, line)
            rows: list[tuple[str, Json, int]] = [("Type", "Task", line), ("Resource", resource, line)]
            place = SourceLocation(self.body.place.file, line)
            states.append((name, Object(place, [*rows, (key, arguments, line), after]), line))
        place, line = self.body.place, self.body.place.line
        language = "JSONata" if key == "Arguments" else "JSONPath"
        head: list[tuple[str, Json, int]] = [("QueryLanguage", language, line), ("StartAt", tasks[0][0], line)]
        return Object(place, [*head, ("States", Object(place, states), line)])

    def _build_definition(self) -> Json:
        """Return its definition: as it is, or of its states, of which the first starts, or of its one state S."""
        body = self.body
        if "text" in body:
            return body["text"]
        if isinstance(body.get("definition"), Object):
            return body["definition"]
        if isinstance(states := body.get("states"), Object):
            return self._create({"StartAt": next(iter(states)), "States": states})
        state = Object(body.find_object("state").place, body.find_object("state").list_rows())
        if state.get("Type") in ENDS and "Next" not in state:
            state["End"], state.lines["End"] = True, state.place.line
        return self._create({"StartAt": "S", "States": self._create({"S": state})})

    def _create(self, values: dict[str, Json]) -> Object:
        language = {"QueryLanguage": self.body["language"]} if "language" in self.body and "States" in values else {}
        place = self.body.place
        return Object(place, [(key, value, place.line) for key, value in {**language, **values}.items()])


def read_cases(folder: str) -> list[Case]:
    """Return the cases in the files of a folder, in the order of their names."""
    return [case for file in sorted((FOLDER / folder).glob("*.yaml")) for case in _read_file(file)]


def _read_file(file: Path) -> Iterator[Case]:
    text = file.read_text(encoding="utf-8")
    found = parse_value(text, str(file))
    assert isinstance(found, Array)
    written = text.splitlines()
    ends = [*found.lines[1:], len(written) + 1]
    for body, start, end in zip(found, found.lines, ends, strict=True):
        assert isinstance(body, Object)
        marked = tuple(line for line in range(start, end) if written[line - 1].endswith(MARK))
        yield Case(file=file, lines=range(start, end), marked=marked, body=body)


def build_machines(cases: Iterable[Case]) -> tuple[Template, dict[str, Case]]:
    """Return a template with the machines of the cases that are definitions, and the case of each by logical ID."""
    machines: dict[str, Json] = {}
    owners: dict[str, Case] = {}
    for case in cases:
        for definition in case.build_definitions():
            name = f"M{len(owners)}"
            owners[name] = case
            machines[name] = _create_machine(case, definition)
    root: dict[str, Json] = {"Transform": "AWS::Serverless-2016-10-31", "Resources": machines}
    return _evaluate(root, SourceLocation("cases", 1), _find_region(owners.values())), owners


def _create_machine(case: Case, definition: Json) -> Json:
    express = case.body.get("type", "STANDARD")
    if isinstance(definition, Object):
        return {"Type": SAM, "Properties": {"Role": ROLE, "Type": express, "Definition": definition}}
    properties: dict[str, Json] = {"RoleArn": ROLE, "StateMachineType": express, "DefinitionString": definition}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def build_template(cases: Iterable[Case]) -> Template:
    """Return one template with the sections of the cases, whose names differ; it is a SAM template if one says so."""
    found = list(cases)
    root: dict[str, Json] = {}
    if transform := next((case.body["Transform"] for case in found if "Transform" in case.body), None):
        root["Transform"] = transform
    for section in SECTIONS:
        rows = [row for case in found for row in case.body.find_object(section).list_rows()]
        assert len({name for name, _, _ in rows}) == len(rows), f"a name is used twice in {section}"
        if rows:
            root[section] = Object(found[0].body.place, rows)
    return _evaluate(root, found[0].body.place, _find_region(found))


def _find_region(cases: Iterable[Case]) -> str:
    (region,) = {case.region for case in cases}
    return region


def _evaluate(root: dict[str, Json], place: SourceLocation, region: str) -> Template:
    data = locate(root, place)
    assert isinstance(data, Object)
    return evaluate_template(Source(file=place.file, text="", data=data), where=StackEnvironment(region=region))


def write_template(case: Case) -> str:
    """Return a template with the definition of a case as text."""
    definition = case.build_definitions()[0]
    text = definition if isinstance(definition, str) else json.dumps(definition)
    properties: dict[str, Json] = {"RoleArn": ROLE, "DefinitionString": text}
    if "type" in case.body:
        properties["StateMachineType"] = case.body["type"]
    return json.dumps({"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}})
