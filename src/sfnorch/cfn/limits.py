"""AWS's limits that a rendering can pass, each told with the place and the way out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sfnorch import workflow as flow
from sfnorch.cfn.values import function_role_id, machine_id, role_id
from sfnorch.errors import LimitError
from sfnorch.partitions import PARTITIONS

TEMPLATE_BYTES = 1_000_000
DEFINITION_BYTES = 1_000_000
ROLE_POLICY_CHARACTERS = 10_240
ROLE_MANAGED_POLICIES = 10
COUNTS = {"Parameters": 200, "Resources": 500, "Outputs": 200}

# What intrinsic functions may become at most, as far as the template can know: names in the longest region and
# partition, and a stack's name of usual length.
_LONGEST = {
    "AWS::Partition": max(PARTITIONS, key=len),
    "AWS::Region": "us-isof-south-1",
    "AWS::AccountId": "1" * 12,
    "AWS::StackName": "s" * 30,
}
_ARN = "a" * 110


def check_data(data: Mapping[str, Any], workflow: flow.Workflow) -> None:
    """Raise LimitError where a section, a definition or a role of the template is past a limit, with all of them."""
    faults = [
        f"the template has {len(data[section]):,} {section.lower()}, and CloudFormation takes {limit}: {_FEWER}"
        for section, limit in COUNTS.items()
        if len(data.get(section, ())) > limit
    ]
    for machine in workflow.machines:
        faults += _machine_faults(machine, data["Resources"])
    for number, function in enumerate(workflow.functions):
        wrong = _role_fault(function.name, data["Resources"][function_role_id(function.key)])
        faults += [f"functions[{number}]: {wrong}: name fewer resources, or what they have in common"] if wrong else []
    if faults:
        raise LimitError("\n".join(faults))


def check_text(text: str, workflow: flow.Workflow) -> None:
    """Raise LimitError for a template that CloudFormation does not take for its size."""
    size = len(text.encode())
    if size > TEMPLATE_BYTES:
        jobs_are_states = any(machine.jobs for machine in workflow.machines) and not workflow.compact
        raise LimitError(
            f"the template has {size:,} bytes, and CloudFormation takes {TEMPLATE_BYTES:,}",
            hint="write job_states: false into the plan: the jobs then run through a Map and take a tenth of the room"
            if jobs_are_states
            else _FEWER,
        )


_FEWER = "split the plan in two, each with a stack of its own"


def _machine_faults(machine: flow.StateMachine, resources: Mapping[str, Any]) -> list[str]:
    where = f"{machine.place}: " if machine.place else ""
    faults = []
    definition = len(_definition(resources[machine_id(machine.key)]["Properties"]).encode())
    if definition > DEFINITION_BYTES:
        faults.append(
            f"{where}the definition of {machine.name} has {definition:,} bytes, and Step Functions takes "
            f"{DEFINITION_BYTES:,}: give it fewer jobs, or shorter arguments"
        )
    if wrong := _role_fault(machine.name, resources[role_id(machine.key)]):
        faults.append(f"{where}{wrong}: {_fewer_statements(machine)}")
    attached = len(resources[role_id(machine.key)]["Properties"].get("ManagedPolicyArns", ()))
    if attached > ROLE_MANAGED_POLICIES:
        faults.append(
            f"{where}the role of {machine.name} needs {attached} managed policies for its jobs, and IAM attaches "
            f"{ROLE_MANAGED_POLICIES}: {_fewer_statements(machine)}"
        )
    return faults


def _definition(properties: Mapping[str, Any]) -> str:
    """Return the definition as JSON with its substitutions filled in."""
    values = {f"${{{name}}}": _evaluated(value) for name, value in properties["DefinitionSubstitutions"].items()}
    return re.sub(r"\$\{\w+\}", lambda name: values.get(name[0], name[0]), _json(properties["Definition"]))


def _role_fault(name: str, role: Mapping[str, Any]) -> str:
    """Return what is said of a role whose policies are too large; empty where they aren't."""
    size = sum(_length(policy["PolicyDocument"]) for policy in role["Properties"]["Policies"])
    if size <= ROLE_POLICY_CHARACTERS:
        return ""
    return f"the role of {name} has policies of some {size:,} characters, and IAM takes {ROLE_POLICY_CHARACTERS:,}"


def _fewer_statements(machine: flow.StateMachine) -> str:
    if machine.place.startswith("children"):
        return "spread its jobs over more children"
    if machine.place in ("steps", "tasks"):
        return f"split the plan in two, or give what its {machine.place} call shorter names"
    return (
        "split the plan in two, or give its jobs shorter names"
        if machine.jobs
        else "give it fewer children, or shorter names"
    )


def _length(document: Any) -> int:
    """How many characters of JSON a policy may have once its functions are evaluated; IAM counts no blanks."""
    return len(_json(_evaluated(document)))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _evaluated(value: Any) -> Any:
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((key, content),) = value.items()
            match key:
                case "Ref":
                    return _LONGEST.get(content, _ARN)
                case "Fn::GetAtt":
                    return _ARN
                case "Fn::Sub":
                    text = content[0] if isinstance(content, list) else content
                    return re.sub(r"\$\{([^}]+)\}", lambda name: _LONGEST.get(name[1], _ARN), text)
                case "Fn::If":
                    return _evaluated(content[1])
                case "Fn::Join":
                    items = _evaluated(content[1])
                    return content[0].join(items if isinstance(items, list) else [items])
                case "Fn::Split":
                    return _evaluated(content[1]).split(content[0])
        return {key: _evaluated(item) for key, item in value.items()}
    return [_evaluated(item) for item in value] if isinstance(value, list) else value
