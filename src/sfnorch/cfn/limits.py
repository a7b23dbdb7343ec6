"""Check the limits of AWS that a template can exceed, and suggest how to stay within them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
"""

from __future__ import annotations

import json
import re

from sfnorch.cfn.values import build_function_role_id, build_machine_id, build_role_id
from sfnorch.errors import LimitError
from sfnorch.json_values import Json, find_value, list_values, read_list, read_mapping
from sfnorch.partitions import PARTITIONS
from sfnorch.workflow import EventStart, StateMachine, Workflow

TEMPLATE_BYTES = 1_000_000
DEFINITION_BYTES = 1_000_000
ROLE_POLICY_CHARACTERS = 10_240
ROLE_MANAGED_POLICIES = 10
INPUT_TEMPLATE_CHARACTERS = 8_192
COUNTS = {"Parameters": 200, "Resources": 500, "Outputs": 200}

# The longest values of intrinsic functions that the template can expect: the longest region and partition, and the
# name of a stack of usual length.
_LONGEST = {
    "AWS::Partition": max(PARTITIONS, key=len),
    "AWS::Region": "us-isof-south-1",
    "AWS::AccountId": "1" * 12,
    "AWS::StackName": "s" * 30,
}
_ARN = "a" * 110


def check_data(data: dict[str, Json], workflow: Workflow) -> None:
    """Raise LimitError that lists all sections, definitions and roles of the template that exceed a limit."""
    faults = [
        f"the template has {count:,} {section.lower()}, but CloudFormation allows {limit}: {_FEWER}"
        for section, limit in COUNTS.items()
        if (count := len(read_mapping(data.get(section)))) > limit
    ]
    resources = data["Resources"]
    for machine in workflow.machines:
        faults += _find_machine_faults(machine, resources)
    for number, function in enumerate(workflow.functions):
        wrong = _find_role_fault(function.name, find_value(resources, build_function_role_id(function.key)))
        faults += [f"functions[{number}]: {wrong}: use fewer resources, or a prefix with *"] if wrong else []
    faults += [
        f"starts[{number}]: the values of {start.name} have {len(start.template):,} characters, but EventBridge allows "
        f"{INPUT_TEMPLATE_CHARACTERS:,}: shorten its params"
        for number, start in enumerate(workflow.starts)
        if isinstance(start, EventStart) and len(start.template) > INPUT_TEMPLATE_CHARACTERS
    ]
    if faults:
        raise LimitError("\n".join(faults))


def check_text(text: str, workflow: Workflow) -> None:
    """Raise LimitError for a template that is too large for CloudFormation."""
    size = len(text.encode())
    if size > TEMPLATE_BYTES:
        jobs_are_states = any(machine.jobs for machine in workflow.machines) and not workflow.compact
        raise LimitError(
            f"the template has {size:,} bytes, but CloudFormation allows {TEMPLATE_BYTES:,}",
            hint="set job_states: false in the plan; the jobs then run in a Map state and take a tenth of the size"
            if jobs_are_states
            else _FEWER,
        )


_FEWER = "split the plan in two, each with its own stack"


def _find_machine_faults(machine: StateMachine, resources: Json) -> list[str]:
    where = f"{machine.place}: " if machine.place else ""
    faults = []
    definition = len(_fill_definition(find_value(resources, build_machine_id(machine.key), "Properties")).encode())
    if definition > DEFINITION_BYTES:
        faults.append(
            f"{where}the definition of {machine.name} has {definition:,} bytes, but Step Functions allows "
            f"{DEFINITION_BYTES:,}: reduce its jobs or shorten their arguments"
        )
    role = find_value(resources, build_role_id(machine.key))
    if wrong := _find_role_fault(machine.name, role):
        faults.append(f"{where}{wrong}: {_suggest_fewer_statements(machine)}")
    attached = len(read_list(find_value(role, "Properties", "ManagedPolicyArns")))
    if attached > ROLE_MANAGED_POLICIES:
        faults.append(
            f"{where}the role of {machine.name} needs {attached} managed policies for its jobs, and IAM attaches "
            f"{ROLE_MANAGED_POLICIES}: {_suggest_fewer_statements(machine)}"
        )
    return faults


def _fill_definition(properties: Json) -> str:
    """Return the definition as JSON with values for its substitutions."""
    substitutions = read_mapping(find_value(properties, "DefinitionSubstitutions"))
    values = {f"${{{name}}}": str(_evaluate(value)) for name, value in substitutions.items()}
    text = _format_json(find_value(properties, "Definition"))
    return re.sub(r"\$\{\w+\}", lambda name: values.get(name[0], name[0]), text)


def _find_role_fault(name: str, role: Json) -> str:
    """Return the error for a role whose policies are too large, or an empty text."""
    policies = read_list(find_value(role, "Properties", "Policies"))
    size = sum(_count_policy_characters(find_value(policy, "PolicyDocument")) for policy in policies)
    if size <= ROLE_POLICY_CHARACTERS:
        return ""
    return f"the role of {name} has policies of about {size:,} characters, but IAM allows {ROLE_POLICY_CHARACTERS:,}"


def _suggest_fewer_statements(machine: StateMachine) -> str:
    if machine.place.startswith("children"):
        return "distribute its jobs over more children"
    if machine.place in ("steps", "tasks"):
        return f"split the plan in two, or shorten the names of what its {machine.place} call"
    return (
        "split the plan in two, or shorten the names of its jobs"
        if machine.jobs
        else "reduce its children, or shorten their names"
    )


def _count_policy_characters(document: Json) -> int:
    """Return the characters of a policy's JSON once its functions are evaluated. IAM does not count whitespace."""
    return len(_format_json(_evaluate(document)))


def _format_json(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _evaluate(value: Json) -> Json:
    match value:
        case dict() if len(value) == 1:
            ((key, content),) = value.items()
            return _evaluated_function(key, content)
        case dict():
            return {key: _evaluate(item) for key, item in value.items()}
        case list():
            return [_evaluate(item) for item in value]
    return value


def _evaluated_function(key: str, content: Json) -> Json:
    match key, content:
        case "Ref", str():
            return _LONGEST.get(content, _ARN)
        case "Fn::GetAtt", _:
            return _ARN
        case "Fn::Sub", str(text) | [str(text), *_]:
            return re.sub(r"\$\{([^}]+)\}", lambda name: _LONGEST.get(name[1], _ARN), text)
        case "Fn::If", [_, chosen, _]:
            return _evaluate(chosen)
        case "Fn::Join", [str(separator), joined]:
            return separator.join(map(str, list_values(_evaluate(joined))))
        case "Fn::Split", [str(separator), text]:
            return [*str(_evaluate(text)).split(separator)]
    return {key: _evaluate(content)}
