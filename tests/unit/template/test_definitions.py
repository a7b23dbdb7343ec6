"""A definition reads the same from wherever a template keeps it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sfnorch.template.contents import Machine, evaluate_template
from sfnorch.template.located import SourceLocation
from sfnorch.template.reader import parse_template

FILLED = {
    "StartAt": "A",
    "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}},
}
TEXT = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true}}}'
FORMS = {
    "an object": "Definition: {StartAt: A, States: {A: {Type: Task, Resource: '${F}', End: true}}}",
    "an object with functions": (
        "Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Function.Arn, End: true}}}"
    ),
    "an object under If": (
        "Definition: {StartAt: A, States: {A: {Type: Task, Resource: !If [No, x, '${F}'], End: true}}}"
    ),
    "a text": f"DefinitionString: '{TEXT}'",
    "a block": f"DefinitionString: |\n        {TEXT}",
    "a Sub": "DefinitionString: !Sub '" + TEXT.replace("${F}", "${Function.Arn}") + "'",
    "a Sub with variables": f"DefinitionString: !Sub ['{TEXT}', {{F: !GetAtt Function.Arn}}]",
    "a Join": (
        'DefinitionString: !Join ["", [\'{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "\', '
        '!GetAtt Function.Arn, \'", "End": true}}}\']]'
    ),
    "a text made of an object": (
        "DefinitionString: {Fn::ToJsonString: {StartAt: A, States: {A: {Type: Task, "
        "Resource: !GetAtt Function.Arn, End: true}}}}"
    ),
    "a text under Definition": f"Definition: '{TEXT}'",
    "a JSON file": "DefinitionUri: machine.asl.json",
    "a YAML file": "DefinitionUri: machine.asl.yaml",
    "a native one's file": "DefinitionS3Location: ./machine.asl.json",
}


def machine(properties: str, folder: str = "") -> Machine:
    text = f"""\
Conditions: {{No: !Equals [a, b]}}
Resources:
  Function: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {{F: !GetAtt Function.Arn, N: 5}}
      {properties}
"""
    (found,) = evaluate_template(parse_template(text, f"{folder}t.yaml")).machines
    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_form(form: str, tmp_path: Path):
    (tmp_path / "machine.asl.json").write_text(TEXT)
    (tmp_path / "machine.asl.yaml").write_text(
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: ${F}\n    End: true\n"
    )
    found = machine(FORMS[form], f"{tmp_path}/")
    assert found.fault is None
    assert found.definition is not None
    assert found.definition.data == FILLED
    assert found.definition.unfilled is not None


def test_a_substitution_may_stand_for_a_number_in_a_text():
    found = machine('DefinitionString: \'{"StartAt": "A", "TimeoutSeconds": ${N}, "States": {}}\'')
    assert found.definition is not None
    assert found.definition.data == {"StartAt": "A", "TimeoutSeconds": 5, "States": {}}
    assert found.definition.unfilled is None


def test_what_is_not_substituted_stays():
    found = machine("Definition: {StartAt: '${Nothing}', '${F}': [1, '${N}']}")
    assert found.definition is not None
    assert found.definition.data == {
        "StartAt": "${Nothing}",
        "arn:aws:lambda:us-east-1:123456789012:function:f": [1, "5"],
    }


def test_substitutions_are_filled_in_once():
    text = """\
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {A: '${B}', B: '${A}', C: '${C}'}
      Definition: {a: '${A}', c: '${C}'}
"""
    (found,) = evaluate_template(parse_template(text, "t.yaml")).machines
    assert found.definition is not None
    assert found.definition.data == {"a": "${B}", "c": "${C}"}


LINES = {
    "a block": ('DefinitionString: |\n        {"StartAt":\n          "A"}', 9),
    "a Sub block": ('DefinitionString: !Sub |\n        {"x": "${AWS::Region}",\n         "StartAt": "A"}', 10),
    "a quoted text": ('DefinitionString: "{\\n\\n\\"StartAt\\": \\"A\\"}"', 8),
    "an object": ("Definition:\n        X: 1\n        StartAt: A", 10),
}


@pytest.mark.parametrize("form", LINES)
def test_lines(form: str):
    properties, line = LINES[form]
    found = machine(properties)
    assert found.definition is not None
    assert found.definition.find_place(("StartAt",)) == SourceLocation("t.yaml", line)


def test_lines_of_a_file(tmp_path: Path):
    (tmp_path / "m.json").write_text(json.dumps(FILLED, indent=1))
    found = machine("DefinitionUri: m.json", f"{tmp_path}/")
    path, place = found.locate_value(("States", "A", "Resource"))
    assert path == ("Resources", "Machine", "Properties", "DefinitionUri", "States", "A", "Resource")
    assert place == SourceLocation(f"{tmp_path}/m.json", 6)


AT = "Resources.Machine.Properties"
FAULTS: dict[str, tuple[str, str]] = {
    "none": ("Name: x", f"{AT}: the state machine has no definition; add the property Definition (t.yaml, line 7)"),
    "no JSON": (
        "DefinitionString: '{\"StartAt\": }'",
        f"{AT}.DefinitionString: the definition is not JSON: Expecting value (t.yaml, line 8)",
    ),
    "no JSON in a block": (
        'DefinitionString: |\n        {"StartAt": "A",\n        "States": {"A": }}',
        f"{AT}.DefinitionString: the definition is not JSON: Expecting value at line 2 of the definition (t.yaml, line 10)",
    ),
    "no JSON in a quoted text": (
        'DefinitionString: "{\\n\\n\\"StartAt\\": }"',
        f"{AT}.DefinitionString: the definition is not JSON: Expecting value at line 3 of the definition (t.yaml, line 8)",
    ),
    "NaN": (
        "DefinitionString: '{\"StartAt\": NaN}'",
        f"{AT}.DefinitionString: the definition is not JSON: NaN is not a JSON number (t.yaml, line 8)",
    ),
    "a key twice": (
        'DefinitionString: \'{"a": 1, "a": 2}\'',
        f"{AT}.DefinitionString: the definition is not JSON: duplicate key 'a' (t.yaml, line 8)",
    ),
    "too deep": (
        f"DefinitionString: '{'[' * 250}{']' * 250}'",
        "lists or mappings are nested too deep (t.yaml, line 1)",
    ),
    "a list": (
        "DefinitionString: '[1]'",
        f"{AT}.DefinitionString: a definition must be a JSON object with StartAt and States (t.yaml, line 8)",
    ),
    "a number": (
        "Definition: 1",
        f"{AT}.Definition: a definition must be a JSON object with StartAt and States (t.yaml, line 8)",
    ),
    "no file": (
        "DefinitionUri: none.json",
        f"{AT}.DefinitionUri: The definition none.json does not exist; use a path relative to the template's folder (t.yaml, line 8)",
    ),
    "S3": (
        "DefinitionUri: {Bucket: b, Key: k}",
        f"{AT}.DefinitionUri: the definition is stored in Amazon S3, so it is not checked (t.yaml, line 8)",
    ),
    "S3's address": (
        "DefinitionUri: s3://b/k",
        f"{AT}.DefinitionUri: the definition is stored in Amazon S3, so it is not checked (t.yaml, line 8)",
    ),
    "a transform": (
        "Definition: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}",
        f"{AT}.Definition: the definition comes from Fn::Transform, so it is not checked (t.yaml, line 8)",
    ),
    "a parameter for the whole": (
        "DefinitionString: !Ref D",
        f"{AT}.DefinitionString: the definition is not part of the template, so it is not checked (t.yaml, line 8)",
    ),
    "an import": (
        "DefinitionString: !ImportValue x",
        f"{AT}.DefinitionString: the definition is not part of the template, so it is not checked (t.yaml, line 8)",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_definitions_that_can_not_be_read(name: str):
    properties, message = FAULTS[name]
    found = machine(properties)
    assert (found.definition, str(found.fault)) == (None, message)
    assert (found.list_states(), found.locate_value(("x",))) == ([], (found.path, found.place))


def test_a_files_own_faults_are_told_in_it(tmp_path: Path):
    (tmp_path / "m.yaml").write_text("StartAt: A\nStartAt: B\n")
    found = machine("DefinitionUri: m.yaml", f"{tmp_path}/")
    assert str(found.fault) == (f"duplicate key 'StartAt'; the first is on line 1 ({tmp_path}/m.yaml, line 2)")
