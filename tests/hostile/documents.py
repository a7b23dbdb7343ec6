"""Templates and plans that take as much as they can, the command that reads each, and what it says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file, the command that reads it (`{}` is the file), and a part of the first line of its answer."""

    name: str
    text: str
    command: str
    says: str
    code: int = 1
    slow: bool = False
    """Whether it takes so many steps that only the benchmark has it."""


LINT, SIMULATE, GRAPH, PLAN = "lint {}", "simulate {}", "graph {}", "render --plan {}"
_ROLE = "arn:aws:iam::123456789012:role/r"
_TOPIC = {"B": {"Type": "AWS::SNS::Topic"}}


def _bucket(name: Any, **more: Any) -> dict[str, Any]:
    return {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}, **more}


def _machine(states: dict[str, Any], start: str = "A") -> dict[str, Any]:
    definition = {"QueryLanguage": "JSONata", "StartAt": start, "States": states}
    properties = {"RoleArn": _ROLE, "Definition": definition}
    return {"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}


def _pass(output: Any, **more: Any) -> dict[str, Any]:
    return _machine({"A": {"Type": "Pass", "Output": output, **more, "End": True}})


def _nested(depth: int, value: Any, name: str = "") -> Any:
    for _ in range(depth):
        value = {name: value} if name else [value]
    return value


def _laughs(levels: int) -> str:
    """A list of ten aliases of a list of ten aliases, and so on."""
    lines = ["  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join(["Metadata:", *lines, "Resources: {B: {Type: AWS::SNS::Topic}}"])


def _loops() -> dict[str, Any]:
    body: dict[str, Any] = {"T${a}${b}${c}${d}": {"Type": "AWS::SNS::Topic"}}
    for name in "abcd":
        body = {f"Fn::ForEach::L{name}": [name, [str(number) for number in range(30)], body]}
    return {"Transform": "AWS::LanguageExtensions", "Resources": body}


def _conditions(count: int) -> dict[str, Any]:
    parameters = {f"P{n}": {"Type": "String", "Default": "a"} for n in range(count)}
    conditions: dict[str, Any] = {f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "a"]} for n in range(count)}
    conditions["All"] = {"Fn::And": [{"Condition": f"C{n}"} for n in range(10)]}
    value: Any = "x"
    for n in range(count):
        value = {"Fn::If": [f"C{n}", value, f"y{n}"]}
    return {"Parameters": parameters, "Conditions": conditions, **_bucket(value)}


def _doubling(levels: int) -> dict[str, Any]:
    """Mappings are no functions, and so a text is doubled by Fn::Sub over the same value twice, level by level."""
    value: Any = "x"
    for _ in range(levels):
        value = {"Fn::Sub": ["${a}${a}", {"a": value}]}
    return _pass(value)


def _yaml(values: int) -> str:
    return "Metadata: [" + ",".join(["0"] * values) + "]\nResources: {B: {Type: AWS::SNS::Topic}}\n"


def _template(name: str, data: dict[str, Any] | str, says: str, command: str = LINT, code: int = 1) -> Document:
    text = data if isinstance(data, str) else json.dumps(data)
    return Document(name=name, text=text, command=command, says=says, code=code, slow=name in _SLOW_ONES)


_CALLS = "error: cfn-lint cannot check this template: it would take more than"
_ITEMS = {"Type": "Map", "Items": "{% [1..10000] %}", "End": True}
_SLOW_ONES = ("10,000 slow items", "a list 100 deep", "conditions within conditions")
_SLOW = "{% $sum([1..30000].($ + 1)) %}"


def documents() -> Iterator[Document]:
    """Yield all of them."""
    # what cfn-lint would take hours for
    yield _template("a list 30 deep", _bucket(_nested(30, "x")), _CALLS)
    yield _template("a list 100 deep", _bucket(_nested(100, "x")), _CALLS)
    yield _template("60,000 references in a text", _bucket({"Fn::Sub": "${A}" * 60_000}), _CALLS)
    yield _template("conditions within conditions", _conditions(60), _CALLS)
    yield _template("loops of 810,000 resources", _loops(), "error: Error transforming template: Duplicate T11000")
    pattern = {"P": {"Type": "String", "AllowedPattern": "(a|aa)+$", "Default": "a" * 60 + "!"}}
    slow = "error: the pattern takes too many steps to match the Default"
    yield _template("a parameter's slow pattern", _bucket({"Ref": "P"}, Parameters=pattern), slow)
    many = {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(5_000)}
    yield _template("5,000 resources", {"Resources": many}, "error: Resources has 5,000 entries")
    circle = {
        f"T{n}": {"Type": "AWS::SNS::Topic", "DependsOn": [f"T{m}" for m in range(40) if m != n]} for n in range(40)
    }
    yield _template("40 resources that depend on one another", {"Resources": circle}, "error: Circular Dependencies")
    # what is read
    yield _template("aliases of aliases", _laughs(9), "error: its aliases expand to 1,234,567,9")
    yield _template("aliases that unfold to 120,000 values", _laughs(5), "error: its aliases expand to 123,460 values")
    yield _template("an alias of itself", "Resources: &a {B: *a}\n", "error: a value contains itself as an alias")
    yield _template("400,000 values", _yaml(400_000), "error: there are more than 200,000 values up to here")
    yield _template("lists 5,000 deep", "[" * 5_000 + "]" * 5_000, "error: lists or mappings are nested")
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000
    yield _template("objects 5,000 deep", deep, "error: lists or mappings are nested too deep")
    big = json.dumps(_bucket("N")).replace('"N"', "1" * 200_000)
    yield _template("a number of 200,000 digits", big, "error: '1111")
    yield _template(
        "a name of 200,000 characters", {"Resources": {"B" * 200_000: _TOPIC["B"]}}, "error: this is not YAML"
    )
    yield _template("more than a template holds", "a: " + "x" * 1_100_000, "is larger than 1,048,576 bytes")
    # what is evaluated and drawn
    cycle = {f"C{n}": {"Condition": f"C{(n + 1) % 20}"} for n in range(20)}
    conditional = {"B": {"Type": "AWS::SNS::Topic", "Condition": "C0"}}
    yield _template("conditions in a circle", {"Conditions": cycle, "Resources": conditional}, "nothing found", code=0)
    yield _template(
        "a text doubled 25 times",
        _doubling(25),
        "a function creates a text of more than 1,048,576 characters",
        SIMULATE,
    )
    yield _template(
        "a text doubled 25 times, linted", _doubling(25), "a function creates a text of more than 1,048,576 characters"
    )
    # what is simulated
    again = {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "A"}], "Default": "C"}
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": again, "C": {"Type": "Succeed"}}
    yield _template("an endless loop", _machine(loop), "FAILED", SIMULATE, 3)
    grown = {**loop, "A": {**loop["A"], "Assign": {"x": "{% $exists($x) ? $x & $x : 'x' %}"}}}
    yield _template("a variable that doubles", _machine(grown), "FAILED", SIMULATE, 3)
    item = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": _SLOW, "End": True}}}
    slow_map = _machine({"A": {**_ITEMS, "ItemProcessor": item}})
    yield _template("10,000 slow items", slow_map, "The expressions of this run require more than 2,000,000", SIMULATE)
    fields = {f"f{n}": '{% $pad("", 200000) %}' for n in range(2_000)}
    yield _template("2,000 fields of 200 KB", _pass(fields), "FAILED", SIMULATE, 3)
    # plans
    yield _template("a plan 5,000 deep", "a: " + "[" * 5_000 + "]" * 5_000, "lists or mappings are nested", PLAN)
    laughs = _laughs(9).replace("Metadata:", "pattern: flow\nx:")
    yield _template("a plan of aliases", laughs, "the alias *a0 is unsupported", PLAN)
    regex = 'pattern: flow\nname: f\nsteps:\n  - name: a\n    wait: "{% ' + "(" * 5_000 + ' %}"\n'
    yield _template("an expression 5,000 deep in a plan", regex, "more than 400 brackets are nested", PLAN)
    yield _template(
        "a plan of 400,000 values", "a: [" + ",".join(["0"] * 400_000) + "]\n", "more than 200,000 values", PLAN
    )
