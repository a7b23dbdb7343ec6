"""The workflows, what `sfnorch init --ci` writes, and the hook, by the tools that know their formats and their risks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pre_commit", reason="These tools have an environment of their own: make test-workflows")

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted(str(path) for path in (ROOT / ".github" / "workflows").iterdir())
DELIVERIES = ROOT / "tests" / "golden" / "deliveries"
WRITTEN = sorted(str(path) for path in DELIVERIES.glob("github-*/*.yml"))
PIPELINES = sorted(str(path) for path in DELIVERIES.glob("gitlab-*/.gitlab-ci.yml"))


def run(home: Path, program: str, *words: str) -> tuple[int, str]:
    """Return the exit code of a tool and what it prints; it runs offline, with a home folder of its own."""
    # actionlint finds shellcheck, which checks the scripts, by the PATH
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", "NO_COLOR": "1"}
    done = subprocess.run(
        [BIN / program, *words], cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_zizmor_finds_no_risk(tmp_path: Path):
    code, said = run(tmp_path, "zizmor", "--offline", "--pedantic", "--quiet", *WORKFLOWS, *WRITTEN)
    assert code == 0, said


def test_actionlint_finds_no_error(tmp_path: Path):
    code, said = run(tmp_path, "actionlint", "-no-color", *WORKFLOWS, *WRITTEN)
    assert (code, said) == (0, "")


def test_actionlint_checks_scripts(tmp_path: Path):
    workflow = tmp_path / "workflow.yml"
    workflow.write_text("on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'rm $A'}]}}\n")
    code, said = run(tmp_path, "actionlint", "-no-color", str(workflow))
    assert (code, "shellcheck reported issue" in said) == (1, True), said


def test_the_workflows_fit_their_schema(tmp_path: Path):
    assert (len(WORKFLOWS), len(WRITTEN)) == (3, 4)
    code, said = run(tmp_path, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS, *WRITTEN)
    assert code == 0, said


def test_the_pipelines_of_gitlab_fit_their_schema(tmp_path: Path):
    assert len(PIPELINES) == 2
    words = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    code, said = run(tmp_path, "check-jsonschema", *words, *PIPELINES)
    assert code == 0, said


def test_pre_commit_takes_the_hook(tmp_path: Path):
    code, said = run(tmp_path, "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert code == 0, said
