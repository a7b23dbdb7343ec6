"""What the page of the templates says of both formats."""

from __future__ import annotations

import pytest

from sfnorch.plan.starters import STARTERS
from tests.docs.pages import ROOT
from tests.docs.template_reference import read_template


@pytest.mark.parametrize("starter", STARTERS)
def test_both_formats_have_the_same_parameters_outputs_and_logical_ids(starter: str):
    sam, cfn = (read_template(ROOT / "templates" / starter / f"{form}-template.yaml") for form in ("SAM", "CFN"))
    names = {section: list(sam[section]) for section in ("Parameters", "Outputs", "Resources")}
    assert names == {section: list(cfn[section]) for section in names}
    machines = {name: each["Type"] for name, each in sam["Resources"].items() if name.endswith("StateMachine")}
    assert set(machines.values()) == {"AWS::Serverless::StateMachine"}
    assert {cfn["Resources"][name]["Type"] for name in machines} == {"AWS::StepFunctions::StateMachine"}
