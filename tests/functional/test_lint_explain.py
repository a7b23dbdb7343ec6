"""`sfnorch lint --explain RULE`: the page of each rule."""

from __future__ import annotations

import json

import pytest

from sfnorch.linter.catalogue import list_entries
from sfnorch.linter.renamed_rules import RENAMED
from tests.conftest import Run
from tests.golden.artifacts import RULES


@pytest.mark.smoke
def test_a_rule(run: Run):
    done = run("lint", "--explain", "unused-ignore")
    bad = (RULES / "unused-ignore.bad.yaml").read_text()
    assert (done.code, done.err, done.out) == (
        0,
        "",
        f"""\
unused-ignore

An entry in the Metadata that ignores a rule without any finding.

Severity: info
Why it matters: the entry would hide the next mistake of this kind.

Example:

{"".join(f"  {line}" for line in bad.splitlines(keepends=True))}
Finding:

  unused-ignore.bad.yaml:8: info: no finding of failure-not-notified in Machine is left to ignore [unused-ignore]
    at Resources.Machine.Metadata.sfnorch.ignore[0]
    remove the entry

Correction:

  @@ -2,10 +2,6 @@
   Resources:
     Machine:
       Type: AWS::StepFunctions::StateMachine
  -    Metadata:
  -      sfnorch:
  -        ignore:
  -        - failure-not-notified
       Properties:
         RoleArn: arn:aws:iam::123456789012:role/etl
         Definition:

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
""",
    )


def test_every_rule(run: Run):
    for entry in list_entries():
        text = run("lint", "--explain", entry.id).out
        assert text.startswith(f"{entry.id}\n\n{entry.title}.\n\nSeverity: {entry.severity.value}\n")
        assert text.endswith(f"\n\nSource: {entry.source}\n")
        assert ("\n\nExample:\n\n" in text) is (RULES / f"{entry.id}.bad.yaml").exists()


def test_a_former_id(run: Run):
    for former, current in RENAMED.items():
        assert run("lint", "--explain", former).out == run("lint", "--explain", current).out


def test_rules_of_cfn_lint(run: Run):
    done = run("lint", "--explain", "E3002")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "E3002\n\nResource properties are invalid.\n\n"
        "Making sure that resources properties are properly configured.\n\n"
        "Severity: error\nRule of: cfn-lint\n\n"
        "Source: https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/cfn-schema-specification.md#properties\n"
    )
    for rule in ("E0000", "E0001", "E0002"):
        assert run("lint", "--explain", rule).out.startswith(f"{rule}\n\n")
    without_page = run("lint", "--explain", "E1103").out
    assert without_page.endswith("Source: https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md\n")


def test_as_data(run: Run):
    (rule,) = json.loads(run("lint", "--explain", "E3002", "--output", "json").out)["rules"]
    assert (rule["rule"], rule["severity"], rule["title"]) == ("E3002", "error", "Resource properties are invalid")
    (rule,) = json.loads(run("lint", "--explain", "past-limit", "--output", "json").out)["rules"]
    assert rule["rule"] == "limit-exceeded"


@pytest.mark.parametrize(
    ("rule", "suggestion"),
    [("mising-permission", "; did you mean missing-permission?"), ("E36O1", "; did you mean E3691?"), ("zzz", "")],
)
def test_an_unknown_rule(run: Run, rule: str, suggestion: str):
    done = run("lint", "--explain", rule)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (
        2,
        "",
        f"Error: --explain: unknown rule {rule!r}{suggestion} (available rules: --list-rules)",
    )
