"""The plan that a template names: written, and read back."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.origin import Origin, is_rendered, read_origin
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from sfnorch.template.reader import parse_template


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(pattern="dag"), "a plan without a name (dag)"),
        (Origin(pattern="dag", name="nightly etl"), "the plan nightly etl (dag)"),
        (Origin(pattern="dag", name="a", part="pipeline"), "the pipeline of the plan a (dag)"),
        (Origin(pattern="dag", name="a", environment="prod"), "the plan a (dag) in the environment prod"),
    ],
)
def test_what_is_written_is_read_back(origin: Origin, words: str):
    assert read_origin({"Metadata": origin.metadata}) == origin
    assert str(origin) == words


def test_a_stack_can_become_one_of_an_environment_but_not_of_another():
    plain, dev, prod = (Origin(pattern="dag", name="a", environment=name) for name in ("", "dev", "prod"))
    assert [one.can_become(dev) for one in (plain, dev, prod)] == [True, True, False]
    assert not dev.can_become(plain)
    assert not plain.can_become(Origin(pattern="dag", name="b", environment="dev"))
    assert not plain.can_become(None)


@pytest.mark.parametrize(
    "template",
    [{}, {"Metadata": []}, {"Metadata": {"Sfnorch": "dag"}}, {"Metadata": {"Sfnorch": {"Name": "a"}}}],
)
def test_a_template_that_names_no_plan(template: dict[str, Any]):
    assert read_origin(template) is None


def test_a_rendering_names_its_plan():
    named = parse_plan("{pattern: dynamic, name: 'yes'}")
    for plan, origin in (
        (build_default_plan(), Origin(pattern="master-child")),
        (named, Origin(pattern="dynamic", name="yes")),
    ):
        text = render_template(build_workflow(plan), "sam")
        assert is_rendered(text)
        assert read_origin(parse_template(text, "t").data) == origin
    assert not is_rendered("# Rendered by hand\nResources: {}\n")
