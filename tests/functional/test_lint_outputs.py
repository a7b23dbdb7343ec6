"""`sfnorch lint --output sarif|junit|github`: whole outputs, and texts of users that are data in each of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from sfnorch.linter.catalogue import find_entry, list_entries
from sfnorch.version import __version__
from tests.conftest import Run
from tests.docs.pages import DOCS, blocks
from tests.functional.test_lint import BAD, GOOD, WARNED

SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))

NAME = "A\n::error file=x::owned\x1b[31m\r\u202e,%:<&]]>\ufffe"
"""A state's name with what starts a command of GitHub, ends CDATA, and a terminal executes."""
SHOWN = r"A\n::error file=x::owned\u001b[31m\u000d\u202e,%:<&]]>\ufffe"


def parse_xml(text: str) -> ElementTree.Element:
    """Return the root of a report that the command has printed."""
    return ElementTree.fromstring(text)  # noqa: S314 - our own


def write_templates() -> None:
    """Write three templates: one with an error, one with a warning and an info, and one with neither."""
    for name, text in {"bad": BAD, "good": GOOD, "warned": WARNED}.items():
        Path(f"{name}.yaml").write_text(text)


def write_evil(name: str) -> None:
    """Write a template whose state has the name NAME."""
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    machine = {
        "RoleArn": "arn:aws:iam::123456789012:role/r",
        "Definition": {"StartAt": "A", "States": {NAME: state}},
    }
    template = {"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}}}
    Path(name).write_text(json.dumps(template))


@pytest.mark.smoke
def test_sarif(run: Run):
    write_templates()
    done = run("lint", "bad.yaml", "good.yaml", "warned.yaml", "--output", "sarif")
    assert (done.code, done.err) == (1, "")
    log = json.loads(done.out)
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    (found,) = log.pop("runs")
    assert log == {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0"}
    rules = found["tool"]["driver"].pop("rules")
    assert found["tool"] == {"driver": {"name": "sfnorch", "version": __version__}}
    assert [rule["id"] for rule in rules] == [entry.id for entry in list_entries()]
    refused = find_entry("refused-definition")
    assert refused is not None
    assert rules[[rule["id"] for rule in rules].index("refused-definition")] == {
        "id": "refused-definition",
        "shortDescription": {"text": refused.title},
        "fullDescription": {"text": refused.why},
        "help": {
            "text": f"{refused.title}.\n\nWhy it matters: {refused.why}.\n\nSource: {refused.source}",
        },
        "helpUri": refused.source,
        "defaultConfiguration": {"level": "error"},
    }
    results = found["results"]
    assert [rules[result.pop("ruleIndex")]["id"] for result in results] == [result["ruleId"] for result in results]
    assert results[0] == {
        "ruleId": "refused-definition",
        "level": "error",
        "message": {"text": "Missing 'Next' target: B; use the name of a state in the same scope"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "bad.yaml"}, "region": {"startLine": 6}},
                "logicalLocations": [{"fullyQualifiedName": "Resources.M.Properties.Definition.StartAt"}],
            }
        ],
        "partialFingerprints": {"sfnorch/v1": "76ce5fb541f4d42fcd50ceafdd86d4b8"},
    }
    assert [(result["ruleId"], result["level"]) for result in results[1:]] == [
        ("failure-not-notified", "warning"),
        ("permission-unknown", "note"),
    ]


def test_sarif_has_the_rules_of_cfn_lint_with_findings(run: Run):
    Path("t.yaml").write_text("Resources: {T: {Type: 'AWS::SNS::Topic', Properties: {TopicNam: a}}}\n")
    log = json.loads(run("lint", "t.yaml", "--output", "sarif").out)
    jsonschema.validate(log, SCHEMA)
    rule = log["runs"][0]["tool"]["driver"]["rules"][-1]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("E3002", "Resource properties are invalid")
    assert rule["helpUri"].startswith("https://github.com/aws-cloudformation/cfn-lint/")


def test_sarif_of_nothing(run: Run):
    Path("good.yaml").write_text(GOOD)
    done = run("lint", "good.yaml", "--output", "sarif")
    assert (done.code, json.loads(done.out)["runs"][0]["results"]) == (0, [])
    jsonschema.validate(json.loads(done.out), SCHEMA)


def test_junit(run: Run):
    write_templates()
    done = run("lint", "bad.yaml", "good.yaml", "warned.yaml", "--output", "junit")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sfnorch lint" tests="4" failures="1">
  <testsuite name="bad.yaml" tests="1" failures="1">
    <testcase classname="bad.yaml" name="refused-definition">
      <failure type="error" message="Missing 'Next' target: B">bad.yaml:6: error: Missing 'Next' target: B [refused-definition]
  at Resources.M.Properties.Definition.StartAt
  use the name of a state in the same scope</failure>
    </testcase>
  </testsuite>
  <testsuite name="good.yaml" tests="1" failures="0">
    <testcase classname="good.yaml" name="no findings" />
  </testsuite>
  <testsuite name="warned.yaml" tests="2" failures="0">
    <testcase classname="warned.yaml" name="failure-not-notified">
      <system-out>warned.yaml:2: warning: if A fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic</system-out>
    </testcase>
    <testcase classname="warned.yaml" name="permission-unknown">
      <system-out>warned.yaml:6: info: the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template [permission-unknown]
  at Resources.M.Properties.Definition.States.A.Resource</system-out>
    </testcase>
  </testsuite>
</testsuites>
""",
    )


def test_what_fails_in_junit_is_what_fails_the_command(run: Run):
    write_templates()
    failures = {
        choice: parse_xml(run("lint", "bad.yaml", "warned.yaml", "--output", "junit", "--fail-on", choice).out).get(
            "failures"
        )
        for choice in ("error", "warning", "never")
    }
    assert failures == {"error": "1", "warning": "2", "never": "0"}


def test_several_findings_of_a_rule_are_one_case(run: Run):
    Path("t.yaml").write_text("Resources: {A: !X 1, B: !Y 2}\n")
    (case,) = parse_xml(run("lint", "t.yaml", "--output", "junit").out).iterfind(".//testcase[@name='template']")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "unknown tag !X (and 1 more)"
    assert str(failure.text).splitlines()[::2] == [
        "t.yaml:1: error: unknown tag !X [template]",
        "t.yaml:1: error: unknown tag !Y [template]",
    ]


def test_github(run: Run):
    write_templates()
    done = run("lint", "bad.yaml", "good.yaml", "warned.yaml", "--output", "github")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        """\
::error file=bad.yaml,line=6,title=refused-definition::Missing 'Next' target: B%0Aat Resources.M.Properties.Definition.StartAt%0Ause the name of a state in the same scope
::warning file=warned.yaml,line=2,title=failure-not-notified::if A fails, no notification is sent%0Aat Resources.M%0Aadd an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
::notice file=warned.yaml,line=6,title=permission-unknown::the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template%0Aat Resources.M.Properties.Definition.States.A.Resource
3 templates, 1 error, 1 warning, 1 info.
""",
    )
    assert run("lint", "none.yaml", "--output", "github").out == (
        "::error file=none.yaml,title=template::The template none.yaml does not exist%0Asfnorch render creates one\n"
        "1 template, 1 error.\n"
    )


FILE = "t,%:a\n::error::b\x1b.json"


def test_texts_of_users_are_data_in_text(run: Run):
    write_evil(FILE)
    done = run("lint", FILE, "--ignore", "wrong-partition", "--ignore", "permission-unknown", "--ignore", "statelint")
    assert done.out == (
        rf"""t,%:a\n::error::b\u001b.json:1: warning: if {SHOWN} fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
t,%:a\n::error::b\u001b.json: 1 state machine, 1 warning.
"""
    )


def test_texts_of_users_are_data_for_github(run: Run):
    write_evil(FILE)
    done = run("lint", FILE, "--output", "github")
    *commands, summary = done.out.splitlines()
    assert summary == "1 template, 1 error, 1 warning, 2 infos."
    begin = r"file=t%2C%25%3Aa\n%3A%3Aerror%3A%3Ab\u001b.json,line=1,title="
    assert [line.split(begin)[0] for line in commands] == ["::warning ", "::error ", "::notice ", "::notice "]
    shown = SHOWN.replace("%", "%25")
    assert commands[0] == (
        f"::warning {begin}failure-not-notified::if {shown} fails, no notification is sent%0Aat Resources.M%0A"
        "add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic"
    )


def test_texts_of_users_are_data_in_xml(run: Run):
    write_evil(FILE)
    root = parse_xml(run("lint", FILE, "--output", "junit").out)
    (output,) = root.iterfind(".//testcase[@name='failure-not-notified']/system-out")
    assert str(output.text).splitlines()[0] == (
        rf"t,%:a\n::error::b\u001b.json:1: warning: if {SHOWN} fails, no notification is sent [failure-not-notified]"
    )


def test_texts_of_users_are_data_in_sarif(run: Run):
    write_evil(FILE)
    log = json.loads(run("lint", FILE, "--output", "sarif").out)
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    (first, *_) = log["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "t%2C%25%3Aa%0A%3A%3Aerror%3A%3Ab%1B.json"
    }
    assert first["message"]["text"].startswith(f"if {SHOWN} fails, no notification is sent; ")


def test_an_absolute_path_is_a_uri_of_a_file(run: Run, tmp_path: Path):
    Path("bad template.yaml").write_text(BAD)
    for file, uri in (
        ("bad template.yaml", "bad%20template.yaml"),
        (str(tmp_path / "bad template.yaml"), (tmp_path / "bad template.yaml").as_uri()),
    ):
        (result,) = json.loads(run("lint", file, "--output", "sarif").out)["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_the_task_of_the_documentation_reads_the_text(run: Run):
    """The problem matcher of the editor's task finds each finding that has a line."""
    page = (DOCS / "how-to" / "lint.md").read_text(encoding="utf-8")
    (task,) = next(json.loads(text)["tasks"] for _, language, text in blocks(page) if language == "json")
    pattern = task["problemMatcher"]["pattern"]
    write_templates()
    printed = run("lint", "bad.yaml", "warned.yaml").out.splitlines()
    found = [match for line in printed if (match := re.match(pattern["regexp"], line))]
    names = ("file", "line", "severity", "code")
    assert [tuple(match[pattern[name]] for name in names) for match in found] == [
        ("bad.yaml", "6", "error", "refused-definition"),
        ("warned.yaml", "2", "warning", "failure-not-notified"),
        ("warned.yaml", "6", "info", "permission-unknown"),
    ]
    assert found[0][pattern["message"]] == "Missing 'Next' target: B"
    assert run(*task["args"], "warned.yaml").code == 0
