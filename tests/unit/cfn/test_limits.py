"""Renderings past AWS's limits: the limit, the place and the way out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sfnorch.cfn import limits
from sfnorch.cfn.render import render_template
from sfnorch.errors import LimitError
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan

MANY = "pattern: master-child\n{more}children:\n"


def children(number: int, jobs: int, name: str = "job-{c}-{j}", more: str = "", child: str = "c{c}") -> str:
    return MANY.format(more=more) + "".join(
        f"  - name: {child.format(c=c)}\n    jobs: [{', '.join(name.format(c=c, j=j) for j in range(jobs))}]\n"
        for c in range(number)
    )


def without_size(message: str) -> str:
    """The message without the rendering's own size, which grows with every word of a template."""
    return re.sub(r"(has|about) \d+,[\d,]+", r"\1 N", message)


def render(text: str, form="sam") -> str:
    return render_template(build_workflow(parse_plan(text)), form)


def test_a_role_that_takes_too_many_characters():
    with pytest.raises(LimitError) as error:
        render(children(2, 60, "j" * 200 + "-{c}-{j}"))
    assert without_size(error.value.message).splitlines() == [
        (
            "children[0]: the role of c0 has policies of about N characters, but IAM allows 10,240: "
            "distribute its jobs over more children"
        ),
        (
            "children[1]: the role of c1 has policies of about N characters, but IAM allows 10,240: "
            "distribute its jobs over more children"
        ),
    ]


def test_a_master_with_too_many_long_children():
    with pytest.raises(LimitError) as error:
        render(children(40, 1, child="c{c}" + "x" * 36))
    assert without_size(error.value.message) == (
        "the role of master has policies of about N characters, but IAM allows 10,240: "
        "reduce its children, or shorten their names"
    )


@pytest.mark.parametrize(("pattern", "key", "name"), [("flow", "steps", "flow"), ("dag", "tasks", "task")])
def test_a_flow_or_a_dag_that_calls_too_much_of_long_names(pattern: str, key: str, name: str):
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:" + "f" * 60
    calls = [{"name": f"s{n}", "lambda": f"{arn}{n}"} for n in range(100)]
    with pytest.raises(LimitError) as error:
        render(json.dumps({"pattern": pattern, key: calls}))
    assert without_size(error.value.message) == (
        f"{key}: the role of {name} has policies of about N characters, but IAM allows 10,240: "
        f"split the plan in two, or shorten the names of what its {key} call"
    )


def test_a_functions_role_that_takes_too_many_characters(tmp_path: Path):
    (tmp_path / "f.py").write_text("def handler(event, context): ...\n")
    permission = {"actions": ["s3:GetObject"], "resources": [f"arn:aws:s3:::{'b' * 400}-{n}/*" for n in range(30)]}
    functions = [{"name": "small", "code": "f.py"}, {"name": "clean", "code": "f.py", "permissions": [permission]}]
    plan = {"pattern": "flow", "functions": functions, "steps": [{"name": "a", "wait": 1}]}
    with pytest.raises(LimitError) as error:
        render_template(build_workflow(parse_plan(json.dumps(plan), folder=tmp_path)), "sam")
    assert without_size(error.value.message) == (
        "functions[1]: the role of clean has policies of about N characters, but IAM allows 10,240: "
        "use fewer resources, or a prefix with *"
    )


def test_a_definition_that_is_too_large():
    argument = "x" * 20_000
    with pytest.raises(LimitError) as error:
        render(
            "pattern: master-child\nchildren:\n  - jobs:\n"
            + f"      - {{name: a, arguments: {{--x: {argument}}}}}\n" * 60
        )
    assert without_size(error.value.message.splitlines()[0]) == (
        "children[0]: the definition of child-1 has N bytes, but Step Functions allows 1,000,000: "
        "reduce its jobs or shorten their arguments"
    )


def test_a_template_that_is_too_large_and_the_way_out():
    with pytest.raises(LimitError) as error:
        render(children(40, 30))
    assert without_size(error.value.message) == "the template has N bytes, but CloudFormation allows 1,000,000"
    assert error.value.hint == (
        "set job_states: false in the plan; the jobs then run in a Map state and take a tenth of the size"
    )
    assert len(render(children(40, 30, more="job_states: false\n"))) < 500_000


def test_a_template_that_is_too_large_without_job_states_is_to_be_split():
    jobs = ", ".join(f"{{name: j{n}, arguments: {{--x: {'x' * 300}}}}}" for n in range(100))
    plan = "pattern: master-child\njob_states: false\nchildren:\n" + f"  - jobs: [{jobs}]\n" * 40
    with pytest.raises(LimitError) as error:
        render(plan)
    assert without_size(error.value.message) == "the template has N bytes, but CloudFormation allows 1,000,000"
    assert error.value.hint == "split the plan in two, each with its own stack"


def test_too_many_of_a_section():
    data = {"Parameters": dict.fromkeys(range(201)), "Resources": dict.fromkeys(range(501))}
    with pytest.raises(LimitError) as error:
        limits.check_data(data, _NoMachines())  # type: ignore[arg-type]
    assert error.value.message.splitlines() == [
        "the template has 201 parameters, but CloudFormation allows 200: split the plan in two, each with its own stack",
        "the template has 501 resources, but CloudFormation allows 500: split the plan in two, each with its own stack",
    ]


class _NoMachines:
    machines = functions = starts = ()


@pytest.mark.parametrize("form", ["sam", "cfn"])
def test_the_largest_plan_of_short_names_fits(form: str):
    assert render(children(40, 100, "job-{c}-{j}", more="job_states: false\n"), form)


def test_the_values_of_a_start_are_too_long_for_the_template_of_its_input():
    text = (
        "pattern: dag\ntasks: [{name: t, glue_job: j}]\nparameters: {a: {default: x}}\nstarts:\n"
        "- {name: short, s3: {bucket: our-bucket}, params: {a: %s}}\n- {name: long, s3: {bucket: our-bucket}, params: {a: %s}}\n"
    )
    with pytest.raises(LimitError) as error:
        render(text % ("x" * 8_000, "x" * 8_192))
    assert without_size(error.value.message) == (
        "starts[1]: the values of long have 8,253 characters, but EventBridge allows 8,192: shorten its params"
    )
