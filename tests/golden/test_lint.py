"""Every rule: its bad template gives just its finding, as either type of machine; the mended twin gives none.

In `rules/` a template is a native one; its SAM twin is made here. What `sfnorch lint` says of a bad one stands beside
it; `make golden` renews that. cfn-lint has looked at the native one: it looks at the SAM twin too where the finding is
its own, and at each tenth of the others. Our own templates of SAM's type are all looked at.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from sfnorch.findings import Finding
from sfnorch.linter.catalogue import list_entries
from sfnorch.linter.run import Linter
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from tests.golden.artifacts import ROOT, RULES, found_text, lint_findings, rule_findings
from tests.lint_once import without_cfn_lint

pytestmark = pytest.mark.slow

BAD = sorted(RULES.glob("*.bad.yaml"))
MENDED = sorted(RULES.glob("*.mended.yaml"))
ONLY_NATIVE = {RULES / "null-value.bad.yaml"}
"""Examples that are valid as SAM: it writes a Definition as text, in which null is valid."""

# those of plain CloudFormation hold the same, and cfn-lint has looked at them in test_rules.py
OURS = sorted((ROOT / "templates").glob("*/SAM-template.yaml"))
OURS += sorted((ROOT / "tests/golden/plans").glob("*.sam.yaml"))


def as_sam(text: str) -> str:
    """The same template with its machine as SAM's, line for line."""
    for native, sam in (
        ("# Transform:", "Transform:"),
        ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"),
        ("      RoleArn:", "      Role:"),
        ("{RoleArn:", "{Role:"),
        ("      StateMachineName:", "      Name:"),
        ("StateMachineType:", "Type:"),
        ("      DefinitionS3Location:", "      DefinitionUri:"),
        ("      LoggingConfiguration:", "      Logging:"),
    ):
        text = text.replace(native, sam)
    return text


def sam_findings(path: Path) -> list[Finding]:
    """What is found in the SAM twin of a rule's example."""
    rule = path.name.split(".")[0]
    looks = re.fullmatch(r"[EWI]\d{4}", rule) or path in (*BAD[::10], *MENDED[::10])
    with nullcontext() if looks else without_cfn_lint():
        found = rule_findings(as_sam(path.read_text()), path.name)
    names = (("DefinitionUri", "DefinitionS3Location"), ("Properties.Logging.", "Properties.LoggingConfiguration."))
    return [replace(one, path=reduce(lambda path, pair: path.replace(*pair), names, one.path)) for one in found]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_bad_template_gives_just_the_rules_finding(path: Path):
    text = path.read_text()
    native, sam = rule_findings(text, path.name), sam_findings(path)
    assert [finding.rule for finding in native] == [path.name.split(".")[0]]
    assert sam == (native if path not in ONLY_NATIVE else [])
    assert path.with_suffix("").with_suffix(".found.txt").read_text() == found_text(native)


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.name)
def test_its_mended_twin_gives_none(path: Path):
    text = path.read_text()
    assert (rule_findings(text, path.name), sam_findings(path)) == ([], [])


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_our_own_templates_give_none(path: Path):
    assert lint_findings(path.read_text(), path.name) == []


def test_every_rule_has_a_pair():
    rules = {path.name.split(".")[0] for path in BAD}
    assert rules == {path.name.split(".")[0] for path in MENDED}
    assert {entry.id for entry in list_entries()} <= rules


def test_an_ignored_rule_is_left_out():
    text = (RULES / "refused-definition.bad.yaml").read_text()
    template = evaluate_template(parse_template(text, "t.yaml"))
    found: list[Finding] = Linter(["refused-definition"]).lint_template(template)
    assert found == []
