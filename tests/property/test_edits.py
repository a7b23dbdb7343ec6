"""What must hold of every edit of a deployed plan: what stands before and after keeps its names and its definition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.template import build_template_data
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.contents import evaluate_template
from sfnorch.template.names_in_use import DeployedResource, find_name_conflicts
from sfnorch.template.reader import parse_template

Template = dict[str, Any]

ALIKE = ["my-orders", "my_orders", "MyOrders", "my-orders-", "myorders", "child-1", "child1", "child-2", "child_2"]
OF_THE_STACK = ["allowed", "alarm-topic", "environment", "name", "partition", "topic-arn", "log-group", "task", "flow"]
FREE = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,12}", fullmatch=True)
NAMES = st.sampled_from(ALIKE + OF_THE_STACK) | FREE
EMAILS = st.sampled_from(["a@b.c", "A@b.c", "a+b@c.d", "ab@c.d", "oncall@example.com", "on.call@example.com"])
MANY_JOBS = [f"{'long-name-' * 20}{n}" for n in range(60)]


def edits(things: st.SearchStrategy[str], *, least: int = 0) -> st.SearchStrategy[tuple[list[str], list[str]]]:
    """Return names before and after an edit: each some of the same names, in any order."""

    def two_of(names: list[str]) -> st.SearchStrategy[tuple[list[str], list[str]]]:
        some = st.lists(st.sampled_from(names), min_size=least, max_size=6, unique=True)
        return st.tuples(some, some)

    pool = st.lists(things.filter(lambda name: name.lower() != "master"), min_size=1, max_size=7, unique_by=str.lower)
    return pool.flatmap(two_of)


def rendered(plan: Template, folder: Path = Path()) -> Template:
    data = build_template_data(build_workflow(parse_plan(json.dumps(plan), folder=folder)), "cfn").data
    return json.loads(json.dumps(data))


def with_emails(plan: Template, emails: list[str]) -> Template:
    return {**plan, **({"alerts": {"emails": emails}} if emails else {})}


def found(template: Template, kind: str, **properties: Any) -> str:
    """Return the logical id of the one resource of the type that has these properties."""
    (logical_id,) = (
        logical_id
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind and properties.items() <= resource["Properties"].items()
    )
    return logical_id


def named(suffix: str) -> dict[str, str]:
    return {"Fn::Sub": f"${{AWS::StackName}}-{suffix}"}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0]
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def belongings(template: Template, first: str, alarm: str = "") -> dict[str, Any]:
    """Return what belongs to a resource: itself, the resources and parameters it refers to, its alarm, its outputs."""
    parts: dict[str, Any] = {}
    todo = [first, *([found(template, "AWS::CloudWatch::Alarm", AlarmName=named(alarm))] if alarm else [])]
    for name in todo:
        for section in ("Resources", "Parameters"):
            if name in template[section] and name not in parts:
                parts[name] = template[section][name]
                todo += references(parts[name])
    outputs = {key: value for key, value in template["Outputs"].items() if first in references(value)}
    return {**parts, **{f"output {name}": value for name, value in outputs.items()}}


def assert_nothing_that_stays_is_replaced(before: Template, after: Template) -> None:
    """What a change set would make of it: no create-only property changes, and no name moves to another resource."""
    for logical_id in before["Resources"].keys() & after["Resources"].keys():
        old, new = before["Resources"][logical_id], after["Resources"][logical_id]
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", old["Type"]).schema
        assert old["Type"] == new["Type"]
        for pointer in schema.get("createOnlyProperties", []):
            key = pointer.split("/")[2]
            assert old["Properties"].get(key) == new["Properties"].get(key), (logical_id, key)
    stacks = [evaluate_template(parse_template(json.dumps(template), "t")).stack for template in (before, after)]
    deployed = [
        DeployedResource(
            logical_id=name, type=stacks[0].get_resource_type(name), physical_id=stacks[0].resolve_ref(name)
        )
        for name in before["Resources"]
        if stacks[0].has_resource(name)
    ]
    assert list(find_name_conflicts(stacks[1], deployed, set())) == []


def assert_emails_stay(before: Template, after: Template, emails: tuple[list[str], list[str]]) -> None:
    for email in set(emails[0]) & set(emails[1]):
        ids = [found(template, "AWS::SNS::Subscription", Endpoint=email) for template in (before, after)]
        assert belongings(before, ids[0]) == belongings(after, ids[1])


@settings(max_examples=15, deadline=None)
@given(edits(NAMES, least=1), edits(EMAILS), st.booleans())
def test_children_and_addresses(children: tuple[list[str], list[str]], emails: tuple[list[str], list[str]], many: bool):
    jobs = {name: MANY_JOBS if many and number == 0 else [f"load-{name}"] for number, name in enumerate(children[0])}
    before, after = (
        rendered(
            with_emails(
                {
                    "pattern": "master-child",
                    "job_states": False,
                    "children": [{"name": name, "jobs": jobs.get(name, [f"load-{name}"])} for name in some],
                },
                addresses,
            )
        )
        for some, addresses in zip(children, emails, strict=True)
    )
    for name in set(children[0]) & set(children[1]):
        old, new = (
            belongings(
                template,
                found(template, "AWS::StepFunctions::StateMachine", StateMachineName=named(name)),
                alarm=f"{name}-failed",
            )
            for template in (before, after)
        )
        assert old == new
        assert {"AWS::StepFunctions::StateMachine", "AWS::IAM::Role", "AWS::CloudWatch::Alarm", "String"} <= {
            part["Type"] for key, part in old.items() if not key.startswith("output ")
        }
    assert_emails_stay(before, after, emails)
    assert_nothing_that_stays_is_replaced(before, after)


@settings(max_examples=12, deadline=None)
@given(edits(FREE | st.sampled_from(["a-1", "a1", "a_1", "7"]), least=1), edits(EMAILS))
def test_tasks_and_addresses(tasks: tuple[list[str], list[str]], emails: tuple[list[str], list[str]]):
    before, after = (
        rendered(
            with_emails(
                {"pattern": "dag", "tasks": [{"name": name, "glue_job": f"load-{name}"} for name in some]}, addresses
            )
        )
        for some, addresses in zip(tasks, emails, strict=True)
    )
    entries = [
        template["Resources"]["TaskStateMachine"]["Properties"]["Definition"]["States"]["ResolveTask"]["Assign"][
            "tasks"
        ]
        for template in (before, after)
    ]
    for name in set(tasks[0]) & set(tasks[1]):
        assert entries[0][name] == entries[1][name]
    assert before["Resources"].keys() - after["Resources"].keys() == {
        found(before, "AWS::SNS::Subscription", Endpoint=email) for email in set(emails[0]) - set(emails[1])
    }
    assert_emails_stay(before, after, emails)
    assert_nothing_that_stays_is_replaced(before, after)


@settings(max_examples=20, deadline=None)
@given(edits(NAMES), edits(FREE, least=1), edits(EMAILS))
def test_functions_steps_and_addresses(
    tmp_path_factory: Any,
    functions: tuple[list[str], list[str]],
    machines: tuple[list[str], list[str]],
    emails: tuple[list[str], list[str]],
):
    folder = tmp_path_factory.getbasetemp()
    (folder / "f.py").write_text("def handler(event, context): ...\n")
    before, after = (
        rendered(
            with_emails(
                {
                    "pattern": "flow",
                    "functions": [{"name": name, "code": "f.py"} for name in called],
                    "steps": [
                        *({"name": f"f-{name}", "lambda": name, "input": {}} for name in called),
                        *({"name": f"m-{name}", "state_machine": name, "input": {}} for name in started),
                    ],
                },
                addresses,
            ),
            folder,
        )
        for called, started, addresses in zip(functions, machines, emails, strict=True)
    )
    for name in set(functions[0]) & set(functions[1]):
        old, new = (
            belongings(template, found(template, "AWS::Lambda::Function", FunctionName=named(name)))
            for template in (before, after)
        )
        assert old == new
        assert {"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"} <= {
            part["Type"] for key, part in old.items() if not key.startswith("output ")
        }
    flows = [template["Resources"]["StateMachine"]["Properties"] for template in (before, after)]
    calls = [
        {
            name: (state["Resource"], state["Arguments"])
            for name, state in flow["Definition"]["States"].items()
            if "Resource" in state
        }
        for flow in flows
    ]
    for step in calls[0].keys() & calls[1].keys():
        assert calls[0][step] == calls[1][step]
    for name in flows[0]["DefinitionSubstitutions"].keys() & flows[1]["DefinitionSubstitutions"].keys():
        assert flows[0]["DefinitionSubstitutions"][name] == flows[1]["DefinitionSubstitutions"][name]
    assert_emails_stay(before, after, emails)
    assert_nothing_that_stays_is_replaced(before, after)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["dynamic", "continuous"]), edits(EMAILS))
def test_addresses_of_one_machine(pattern: str, emails: tuple[list[str], list[str]]):
    before, after = (rendered(with_emails({"pattern": pattern}, some)) for some in emails)
    machine = "StateMachine"
    assert belongings(before, machine) == belongings(after, machine)
    assert_emails_stay(before, after, emails)
    assert_nothing_that_stays_is_replaced(before, after)
