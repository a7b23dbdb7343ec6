"""Definitions without a template: their recognition, their substitutions and lines, and the state machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.template.definition_files import (
    evaluate_definition,
    list_substitutions,
    read_template_or_definition,
    refuse_other_file,
)
from sfnorch.template.errors import TemplateError
from sfnorch.template.resources import StackEnvironment

TEXT = """\
{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Wait", "Seconds": ${Seconds}, "Comment": "${Note} ${Note} ${name: price} ${AWS::Region}", "End": true}
  }
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(name: str, text: str) -> bool:
    Path(name).write_text(text)
    return read_template_or_definition(Path(name)).is_definition


def test_a_definition_is_recognized_by_its_name_or_by_its_keys(folder: Path):
    states = "StartAt: A\nStates: {A: {Type: Succeed}}\n"
    assert read("a.asl.yaml", states)
    assert read("a.yaml", states)
    assert read("a.json", TEXT)  # not JSON before its substitutions have values
    assert not read("t.yaml", "Resources: {}\n" + states)
    assert not read("t.yaml", "Description: nothing\n")
    assert not read("t.yaml", "Resources: {M: {Properties: {Definition: {StartAt: A, States: {}}}}}\n")


def test_the_state_machine_has_the_name_of_the_file_and_the_values_of_its_substitutions(folder: Path):
    Path("my orders (1).asl.json").write_text(TEXT)
    source = read_template_or_definition(Path("my orders (1).asl.json"))
    assert list_substitutions(source) == {
        "Seconds": ((4,), "1"),
        "Note": ((4,), "VALUE"),
        "AWS::Region": ((4,), "VALUE"),
    }
    template = evaluate_definition(source, StackEnvironment(region="eu-west-1"), {"Seconds": "5", "Note": "n"})
    (machine,) = template.machines
    assert (machine.name, machine.arn, machine.express, machine.role) == (
        "my-orders-1",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:my-orders-1",
        False,
        None,
    )
    assert machine.definition is not None
    assert machine.definition.data["States"] == {
        "A": {"Type": "Wait", "Seconds": 5, "Comment": "n n ${name: price} ${AWS::Region}", "End": True}
    }
    assert machine.definition.substitutions == {"Seconds", "Note", "name: price", "AWS::Region"}
    assert machine.locate_value(("States", "A", "Seconds"))[1].line == 4


def test_examples_fit_the_fields(folder: Path):
    Path("m.asl.yaml").write_text(
        "StartAt: A\nStates:\n  A: {Type: Wait, Seconds: '${Pause}', Next: B}\n"
        "  B:\n    Type: Task\n    Resource: ${B.Arn}\n    TimeoutSeconds: ${Pause}\n    End: true\n"
    )
    found = list_substitutions(read_template_or_definition(Path("m.asl.yaml")))
    assert found == {
        "Pause": ((3, 7), "1"),
        "B.Arn": ((6,), "arn:aws:lambda:us-east-1:123456789012:function:B-Arn"),
    }


def test_values_that_break_the_definition(folder: Path):
    Path("m.asl.json").write_text(TEXT)
    source = read_template_or_definition(Path("m.asl.json"))
    with pytest.raises(TemplateError) as error:
        evaluate_definition(source, StackEnvironment(), {"Seconds": "1", "Note": 'a"b'})
    assert str(error.value) == (
        "with the values of its substitutions, this is not JSON: Expecting ',' delimiter (m.asl.json, line 4)"
    )


NOT_JSON = {
    '{"StartAt": "A", "States": {"A": {"Type": "Succeed",}}}': "Expecting property name enclosed in double quotes",
    '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": NaN, "End": true}}}': "NaN is not a JSON number",
    "{StartAt: A, States: {A: {Type: Succeed}}}": "Expecting property name enclosed in double quotes",
}


@pytest.mark.parametrize(("text", "wrong"), NOT_JSON.items())
def test_a_file_in_json_is_not_read_as_yaml(text: str, wrong: str, folder: Path):
    Path("m.asl.json").write_text(text)
    with pytest.raises(TemplateError, match=rf"^this is not JSON: {wrong} \(m\.asl\.json"):
        read_template_or_definition(Path("m.asl.json"))
    Path("m.asl.yaml").write_text(text)
    assert read_template_or_definition(Path("m.asl.yaml")).is_definition


def test_a_missing_file_and_another_file(folder: Path):
    with pytest.raises(Exception, match=r"^The definition m\.asl\.json does not exist$"):
        read_template_or_definition(Path("m.asl.json"))
    Path("a.json").write_text('{"stateMachineArn": "a", "definition": "{}"}')
    with pytest.raises(TemplateError) as error:
        refuse_other_file(read_template_or_definition(Path("a.json")))
    assert str(error.value) == (
        "neither a template with Resources nor a definition with StartAt and States; it is an answer of "
        "DescribeStateMachine; save the value of definition in a file (a.json, line 1)"
    )
