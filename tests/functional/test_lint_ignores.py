"""Rules that a template ignores in its Metadata, and what `sfnorch lint` finds in these entries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_lint import WARNED

NOTIFIED = """\
t.yaml:{line}: warning: if A fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
"""
OF_RESOURCE = WARNED.replace("    Properties:\n", "    Metadata: {sfnorch: {ignore: IGNORED}}\n    Properties:\n")
OF_TEMPLATE = f"Metadata: {{sfnorch: {{ignore: IGNORED}}}}\n{WARNED}"


def lint(run: Run, text: str, ignored: str, *words: str) -> tuple[int, str]:
    """Return the exit code and the output, without the last line."""
    Path("t.yaml").write_text(text.replace("IGNORED", ignored))
    done = run("lint", "t.yaml", "--ignore", "permission-unknown", *words)
    assert done.err == ""
    return done.code, "".join(done.out.splitlines(keepends=True)[:-1])


@pytest.mark.smoke
@pytest.mark.parametrize("text", [OF_RESOURCE, OF_TEMPLATE], ids=["resource", "template"])
@pytest.mark.parametrize(
    "ignored",
    [
        "[failure-not-notified]",
        "[{rule: failure-not-notified, reason: The team looks at the console}]",
        "[failure-untold]",
    ],
)
def test_a_rule_is_ignored(run: Run, text: str, ignored: str):
    assert lint(run, text, ignored) == (0, "")


def test_an_entry_of_another_resource_is_unused(run: Run):
    other = "  T: {Type: 'AWS::SNS::Topic', Metadata: {sfnorch: {ignore: [failure-not-notified, W3005]}}}\n"
    assert lint(run, WARNED + other, "") == (
        0,
        f"""\
{NOTIFIED.format(line=2)}t.yaml:7: info: no finding of failure-not-notified in T is left to ignore [unused-ignore]
  at Resources.T.Metadata.sfnorch.ignore[0]
  remove the entry
t.yaml:7: info: no finding of W3005 in T is left to ignore [unused-ignore]
  at Resources.T.Metadata.sfnorch.ignore[1]
  remove the entry
""",
    )


def test_a_name_that_begins_as_another(run: Run):
    text = (
        WARNED.replace("  M:", "  MM:")
        + "  M: {Type: 'AWS::SNS::Topic', Metadata: {sfnorch: {ignore: [failure-not-notified]}}}\n"
    )
    assert [line[:12] for line in lint(run, text, "")[1].splitlines() if "[" in line and line[0] == "t"] == [
        "t.yaml:2: wa",
        "t.yaml:7: in",
    ]


def test_an_entry_is_used_although_an_option_ignores_the_rule_too(run: Run):
    assert lint(run, OF_TEMPLATE, "[failure-not-notified]", "--ignore", "failure-not-notified") == (0, "")


def test_rules_of_cfn_lint_and_of_the_reader(run: Run):
    text = "Metadata: {sfnorch: {ignore: [template]}}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n    Metadata: {sfnorch: {ignore: [E3002]}}\n    Properties: {TopicNam: !X a}\n"
    assert lint(run, text, "") == (0, "")


def test_entries_that_are_not_valid(run: Run):
    ignored = "[failure-not-notifed, 5, {reason: a}, {rule: failure-not-notified, reson: b, reason: 1, x: y}, zzz]"
    assert lint(run, OF_TEMPLATE, ignored) == (
        0,
        """\
t.yaml:1: warning: unknown rule 'failure-not-notifed' [invalid-ignore]
  at Metadata.sfnorch.ignore[0]
  did you mean failure-not-notified?
t.yaml:1: warning: this entry names no rule [invalid-ignore]
  at Metadata.sfnorch.ignore[1]
  write the ID of a rule, or {rule: ID, reason: TEXT}
t.yaml:1: warning: this entry names no rule [invalid-ignore]
  at Metadata.sfnorch.ignore[2]
  write the ID of a rule, or {rule: ID, reason: TEXT}
t.yaml:1: warning: reason must be a text [invalid-ignore]
  at Metadata.sfnorch.ignore[3].reason
  write the reason as a text
t.yaml:1: warning: unknown key 'reson' [invalid-ignore]
  at Metadata.sfnorch.ignore[3].reson
  did you mean reason?
t.yaml:1: warning: unknown key 'x' [invalid-ignore]
  at Metadata.sfnorch.ignore[3].x
  available: rule, reason
t.yaml:1: warning: unknown rule 'zzz' [invalid-ignore]
  at Metadata.sfnorch.ignore[4]
  sfnorch lint --list-rules lists the rules
""",
    )


@pytest.mark.parametrize("ignored", ["failure-not-notified", "{a: b}", "5"])
def test_entries_that_are_no_list(run: Run, ignored: str):
    assert lint(run, OF_TEMPLATE, ignored) == (
        0,
        f"""\
t.yaml:1: warning: ignore must be a list of rules [invalid-ignore]
  at Metadata.sfnorch.ignore
  write a list, such as [unused-permission]
{NOTIFIED.format(line=3)}""",
    )


def test_other_metadata(run: Run):
    for metadata in ("{sfnorch: 5}", "5", "{sfnorch: {}}", "[]", "{Sfnorch: {Pattern: dag}}"):
        assert lint(run, OF_TEMPLATE.replace("{sfnorch: {ignore: IGNORED}}", metadata), "")[1].endswith(
            NOTIFIED.format(line=3)
        )


def test_a_template_in_json_with_a_definition_in_a_file(run: Run):
    Path("m.asl.json").write_text('{"StartAt": "A", "States": {"B": {"Type": "Succeed"}}}')
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "m.asl.json"}}
    ignoring = {**machine, "Metadata": {"sfnorch": {"ignore": ["statelint"]}}}
    for name, resource in {"bad.json": machine, "good.json": ignoring}.items():
        template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"M": resource}}
        Path(name).write_text(json.dumps(template))
    assert (run("lint", "bad.json").code, run("lint", "good.json").code) == (1, 0)
