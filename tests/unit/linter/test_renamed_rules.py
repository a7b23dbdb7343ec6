"""Former ids of rules stay valid where a user names a rule."""

from __future__ import annotations

import pytest

from sfnorch.linter.catalogue import find_unknown_ids, list_entries
from sfnorch.linter.renamed_rules import RENAMED, replace_former_ids
from sfnorch.linter.run import Linter
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

TEMPLATE = """Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
%s
"""
DEFINITION = """      Definition:
        QueryLanguage: JSONata
        StartAt: A
        States:
          %s: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Arguments: {FunctionName: f}, End: true}"""
FOUND_IN = {
    "definition-elsewhere": TEMPLATE % "      DefinitionS3Location: {Bucket: b, Key: k}",
    "failure-untold": TEMPLATE % (DEFINITION % "A"),
    "past-limit": TEMPLATE % (DEFINITION % ("A" * 81)),
    "statelint": TEMPLATE % (DEFINITION.replace("StartAt: A", "StartAt: B") % "A"),
    "E3601": TEMPLATE % (DEFINITION.replace("End: true", "Nxt: A") % "A"),
}


def _rules(text: str, *ignored: str) -> set[str]:
    findings = Linter(ignored).lint_template(evaluate_template(parse_template(text, "t.yaml")))
    return {finding.rule for finding in findings}


def test_each_current_id_is_the_id_of_a_rule():
    ids = {entry.id for entry in list_entries()}
    assert set(RENAMED.values()) <= ids
    assert not set(RENAMED) & ids
    assert set(RENAMED) == set(FOUND_IN)


@pytest.mark.parametrize("former", RENAMED)
def test_a_former_id_ignores_the_rule(former: str):
    text = FOUND_IN[former]
    assert RENAMED[former] in _rules(text)
    assert _rules(text, former) == _rules(text, RENAMED[former]) == _rules(text) - {RENAMED[former]}


def test_a_former_id_is_not_reported_as_unknown():
    assert find_unknown_ids([*RENAMED, "past-limits"]) == {"past-limits": "limit-exceeded"}
    assert replace_former_ids(["past-limit", "E3601", "E3002"]) == {"limit-exceeded", "refused-definition", "E3002"}
