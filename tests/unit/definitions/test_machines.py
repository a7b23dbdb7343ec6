"""The faults of the machines of a template: all of them, with their places, found once; what is unknown is no fault."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.definitions.machines import describe_faults, list_machine_faults
from sfnorch.errors import SfnorchError
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.run import choose_machine, run_machine, simulate
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

TWO = """\
Resources:
  A:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
      Definition:
        StartAt: One
        States:
          One: {Type: Pass, Next: Tow}
          Two:
            Type: Wait
            Seconds: -1
            End: true
  B:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
      DefinitionString: |
        {"StartAt": "One",
         "States": {"One": {"Type": "Pass",
           "ResultPath": "$.a[*]", "End": true}}}
"""
FAULTS = (
    "Resources.A.Properties.Definition.States.One.Next: Missing 'Next' target: Tow; did you mean 'Two'? (template, line 9)",
    "Resources.A.Properties.Definition.States.Two.Seconds: Minimum value is 0; use 0 or more (template, line 12)",
    (
        "Resources.B.Properties.DefinitionString.States.One.ResultPath: Value is not a Reference Path; use a path "
        "without *, .., ?, @, commas, slices and functions (template, line 21)"
    ),
)


def read(text: str, parameters: dict[str, str] | None = None) -> Template:
    return evaluate_template(parse_template(text, "template"), parameters)


def test_a_simulation_refuses_all_faults_of_all_machines():
    with pytest.raises(SfnorchError) as error:
        simulate(TWO, machine="A")
    assert tuple(error.value.message.splitlines()) == FAULTS


def test_numbers_that_json_can_not_have_are_faults():
    definition = "StartAt: P, States: {P: {Type: Pass, Result: [.nan, 1.0, {x: -.inf}], End: true}}"
    machine = f"{{Type: AWS::StepFunctions::StateMachine, Properties: {{RoleArn: r, Definition: {{{definition}}}}}}}"
    with pytest.raises(SfnorchError) as error:
        simulate(f"Resources: {{M: {machine}}}")
    place = "Resources.M.Properties.Definition.States.P.Result"
    end = "the value is not a JSON number; write a finite number (template, line 1)"
    assert error.value.message.splitlines() == [f"{place}[0]: {end}", f"{place}[2].x: {end}"]


def test_a_machine_is_checked_once():
    machine = read(TWO).machines[0]
    assert list_machine_faults(machine) is list_machine_faults(machine)
    assert [fault.rule for fault in describe_faults(machine)] == ["refused-definition"] * 2


def definition(state: str, head: str = "") -> str:
    return (
        "Parameters:\n  Target: {Type: String}\nResources:\n  T: {Type: AWS::SNS::Topic}\n"
        "  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionSubstitutions: {Name: !Ref T}\n"
        f"      Definition:\n{head}        StartAt: S\n        States:\n          S: {state}\n"
    )


UNKNOWN = {
    "a target": "{Type: Pass, Next: '${Other}'}\n          B: {Type: Succeed}",
    "a resource": "{Type: Task, Resource: '${Other}', End: true}",
    "a number": "{Type: Wait, Seconds: '${Other}', End: true}",
    "a path": "{Type: Pass, ResultPath: '${Other}', End: true}",
    "a time": "{Type: Wait, Timestamp: '${Other}', End: true}",
    "a template": "{Type: Pass, Parameters: {a.$: '${Other}'}, End: true}",
    "a label": "{Type: Map, Label: '${Other}', ItemProcessor: {StartAt: I, States: {I: {Type: Succeed}}}, End: true}",
    "a parameter": "{Type: Pass, InputPath: !Ref Target, End: true}",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_only_aws_knows_is_no_fault(name: str):
    assert list_machine_faults(read(definition(UNKNOWN[name])).machines[0]) == ()


def test_a_fault_that_follows_from_another_is_left_out():
    misspelt = definition("{Type: Pass, Nxet: B}\n          B: {Type: Succeed}")
    assert [(fault.path[-1], fault.hint) for fault in list_machine_faults(read(misspelt).machines[0])] == [
        ("Nxet", "did you mean 'Next'?")
    ]


def test_a_machine_that_starts_itself_is_the_one_to_start():
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
    resource = "arn:aws:states:::states:startExecution"
    text = definition(
        f"{{Type: Task, Resource: {resource}, Parameters: {{StateMachineArn: {arn}, Input: {{}}}}, End: true}}"
    )
    template = read(text.replace("    Properties:", "    Properties:\n      Name: m"))
    assert choose_machine(template).name == "m"
    free = Behaviour(enforce_permissions=False)
    with pytest.raises(SfnorchError, match="the run has more than 50 executions; the next would be one of m"):
        run_machine(template, choose_machine(template), None, free, most_executions=50)


NESTED: dict[str, Any] = {
    "expressions": (
        "        QueryLanguage: JSONata\n",
        "{Type: Pass, Output: '{% " + "(" * 500 + "1" + ")" * 500 + " %}', End: true}",
    ),
    "calls": ("", "{Type: Pass, Parameters: {a.$: '" + "States.Array(" * 500 + "$.a" + ")" * 500 + "'}, End: true}"),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_a_fault(name: str):
    head, state = NESTED[name]
    assert len(list_machine_faults(read(definition(state, head)).machines[0])) == 1
