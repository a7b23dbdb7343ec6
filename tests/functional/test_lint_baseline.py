"""A baseline of `sfnorch lint`: what it holds is not reported, what is new is, and what is fixed is noted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sfnorch.findings import Finding
from sfnorch.linter.baseline import compute_fingerprint
from tests.conftest import Run
from tests.functional.test_lint import BAD, GOOD, WARNED

BASELINE = Path("baseline.json")
ERROR = """\
bad.yaml:6: error: Missing 'Next' target: B [refused-definition]
  at Resources.M.Properties.Definition.StartAt
  use the name of a state in the same scope
"""


@pytest.fixture
def lint(run: Run) -> Run:
    """Run the command in a folder with a baseline of two templates."""
    for name, text in {"bad": BAD, "warned": WARNED}.items():
        Path(f"{name}.yaml").write_text(text)
    done = run("lint", "bad.yaml", "warned.yaml", "--write-baseline", "baseline.json")
    assert (done.code, done.err, done.out) == (
        0,
        "baseline.json: 3 findings written.\n",
        "2 templates, nothing found, 3 in the baseline.\n",
    )
    return run


@pytest.mark.smoke
def test_the_file(lint: Run):
    document = json.loads(BASELINE.read_text())
    fingerprints = [entry.pop("fingerprint") for entry in document["findings"]]
    assert all(len(fingerprint) == 32 for fingerprint in fingerprints)
    assert document == {
        "version": 1,
        "findings": [
            {
                "file": "bad.yaml",
                "rule": "refused-definition",
                "path": "Resources.M.Properties.Definition.StartAt",
                "message": "Missing 'Next' target: B",
            },
            {
                "file": "warned.yaml",
                "rule": "failure-not-notified",
                "path": "Resources.M",
                "message": "if A fails, no notification is sent",
            },
            {
                "file": "warned.yaml",
                "rule": "permission-unknown",
                "path": "Resources.M.Properties.Definition.States.A.Resource",
                "message": "the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template",
            },
        ],
    }


@pytest.mark.smoke
def test_only_new_findings_are_reported(lint: Run):
    old = lint("lint", "bad.yaml", "--baseline", "baseline.json")
    assert (old.code, old.err, old.out) == (0, "", "bad.yaml: 1 state machine, nothing found, 1 in the baseline.\n")
    Path("bad.yaml").write_text(f"# moved\n\n{BAD}  N:\n{BAD.partition('  M:')[2].lstrip(chr(10))}")
    new = lint("lint", "bad.yaml", "--baseline", "baseline.json")
    assert (new.code, new.err, new.out) == (
        1,
        "",
        f"{ERROR.replace(':6:', ':13:').replace('.M.', '.N.')}bad.yaml: 2 state machines, 1 error, 1 in the baseline.\n",
    )


def test_other_formats_have_only_new_findings(lint: Run):
    for form in ("json", "sarif", "junit", "github"):
        done = lint("lint", "bad.yaml", "--baseline", "baseline.json", "--output", form)
        assert (done.code, done.err, "StartAt" in done.out) == (0, "", False)


def test_what_is_fixed_is_noted(lint: Run):
    Path("bad.yaml").write_text(GOOD)
    done = lint("lint", "bad.yaml", "--baseline", "baseline.json")
    assert (done.code, done.out, done.err) == (
        0,
        "bad.yaml: 1 state machine, nothing found.\n",
        (
            "note: fixed since the baseline: bad.yaml: Missing 'Next' target: B [refused-definition]\n"
            "note: --write-baseline removes what is fixed from the baseline\n"
        ),
    )
    assert lint("lint", "bad.yaml", "--write-baseline", "baseline.json").err == "baseline.json: 2 findings written.\n"
    assert {entry["file"] for entry in json.loads(BASELINE.read_text())["findings"]} == {"warned.yaml"}
    Path("warned.yaml").unlink()
    assert lint("lint", "bad.yaml", "--write-baseline", "baseline.json").err == "baseline.json: no findings written.\n"


def test_each_finding_counts_once(lint: Run):
    """Two equal findings, of which the baseline has one."""
    alias = "Resources:\n  T: {Type: 'AWS::SNS::Topic', Properties: {Tags: [!X 1]}}\n"
    Path("t.yaml").write_text(alias)
    assert lint("lint", "t.yaml", "--write-baseline", "baseline.json").err == "baseline.json: 5 findings written.\n"
    Path("t.yaml").write_text(alias.replace("[!X 1]", "[!X 1, !X 1]"))
    done = lint("lint", "t.yaml", "--baseline", "baseline.json", "--output", "json")
    found = [(each["rule"], each["message"]) for each in json.loads(done.out)["findings"]]
    assert found.count(("template", "unknown tag !X")) == 1


def test_the_files_are_relative_to_the_baseline(lint: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Path("a").mkdir()
    monkeypatch.chdir("a")
    for file, baseline in (
        ("../bad.yaml", "../baseline.json"),
        (str(tmp_path / "bad.yaml"), "../baseline.json"),
        ("../bad.yaml", str(tmp_path / "baseline.json")),
    ):
        done = lint("lint", file, "--baseline", baseline)
        assert (done.code, done.out) == (0, f"{file}: 1 state machine, nothing found, 1 in the baseline.\n")


def test_the_baseline_of_the_configuration(lint: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Path(".sfnorch-lint.yaml").write_text("baseline: baseline.json\n")
    Path("a").mkdir()
    monkeypatch.chdir("a")
    assert lint("lint", "../bad.yaml").code == 0
    Path("empty.json").write_text('{"version": 1, "findings": []}')
    assert lint("lint", "../bad.yaml", "--baseline", "empty.json").code == 1
    done = lint("lint", "../bad.yaml", "--write-baseline", "new.json")
    assert (done.code, done.err) == (0, "new.json: 1 finding written.\n")
    assert json.loads(Path("new.json").read_text())["findings"][0]["file"] == "../bad.yaml"


def test_a_template_that_cannot_be_read_is_not_added(lint: Run):
    Path("broken.yaml").write_text("Resources: [\n")
    for words in (("--write-baseline", "other.json"), ("--baseline", "other.json")):
        done = lint("lint", "bad.yaml", "broken.yaml", "none.yaml", *words)
        assert (done.code, done.out.splitlines()[-1]) == (1, "3 templates, 2 errors, 1 in the baseline.")
    Path("bad.yaml").write_text("Resources: [\n")
    assert lint("lint", "bad.yaml", "--baseline", "other.json").err == ""  # nothing is known to be fixed


def test_another_region_has_the_same_fingerprints(lint: Run):
    example = Path(__file__).parents[1] / "golden" / "rules" / "missing-permission.bad.yaml"
    Path("t.yaml").write_text(example.read_text())
    assert lint("lint", "t.yaml", "--write-baseline", "t.json").code == 0
    for region in ("eu-central-1", "cn-north-1"):
        done = lint("lint", "t.yaml", "--region", region, "--baseline", "t.json")
        assert "missing-permission" not in done.out


def test_what_a_fingerprint_depends_on():
    finding = Finding(rule="template", file="a.yaml", line=3, path="Resources.A[2].B", message="duplicate on line 4")
    same = [
        replace(finding, file="b.yaml"),
        replace(finding, line=9),
        replace(finding, path="Resources.A[3].B"),
        replace(finding, message="duplicate on line 77"),
        replace(finding, hint="remove it"),
    ]
    others = [
        replace(finding, rule="definition"),
        replace(finding, path="Resources.A[2].C"),
        replace(finding, message="double on line 4"),
    ]
    assert {compute_fingerprint(each) for each in same} == {compute_fingerprint(finding)}
    assert len({compute_fingerprint(each) for each in [finding, *others]}) == 4


ERRORS = {
    "none.json": (None, "The baseline none.json does not exist\n  create it with --write-baseline none.json"),
    "a.json": ("[", "a.json is not a baseline: invalid JSON: "),
    "b.json": ("[]", "b.json: this is not a baseline; expected an object with version and findings\n"),
    "c.json": (
        '{"version": 2, "findings": []}',
        "c.json: version must be 1, got 2; it was written by another version of sfnorch\n",
    ),
    "d.json": (
        '{"version": 1, "findings": [1, {"file": 2}]}',
        (
            "d.json: findings[0] must be an object with the texts file, fingerprint, message, path, rule\n"
            "Error: d.json: findings[1] must be an object with the texts file, fingerprint, message, path, rule\n"
        ),
    ),
    "bad.yaml": (None, "bad.yaml is not a baseline: invalid JSON: "),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str, lint: Run):
    text, error = ERRORS[name]
    if text is not None:
        Path(name).write_text(text)
    done = lint("lint", "bad.yaml", "--baseline", name)
    assert (done.code, done.out, done.err[: len(error) + 7]) == (1, "", f"Error: {error}")


def test_another_file_is_not_overwritten(lint: Run):
    done = lint("lint", "bad.yaml", "--write-baseline", "warned.yaml")
    assert (done.code, done.out, Path("warned.yaml").read_text()) == (1, "", WARNED)
    assert done.err.startswith("Error: warned.yaml is not a baseline: invalid JSON: ")


def test_both_options(run: Run):
    done = run("lint", "--baseline", "a", "--write-baseline", "a")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "Error: --baseline and --write-baseline exclude each other; pass one of them.",
    )
