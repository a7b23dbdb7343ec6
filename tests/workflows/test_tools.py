"""The GitHub workflows and the pre-commit hook, by the tools that know their formats and their risks."""

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


def run(home: Path, program: str, *words: str) -> tuple[int, str]:
    """Return the exit code of a tool and what it prints; it runs offline, with a home folder of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "NO_COLOR": "1"}
    done = subprocess.run(
        [BIN / program, *words], cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_zizmor_finds_no_risk(tmp_path: Path):
    code, said = run(tmp_path, "zizmor", "--offline", "--pedantic", "--quiet", *WORKFLOWS)
    assert code == 0, said


def test_the_workflows_fit_their_schema(tmp_path: Path):
    assert len(WORKFLOWS) == 3
    code, said = run(tmp_path, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    assert code == 0, said


def test_pre_commit_takes_the_hook(tmp_path: Path):
    code, said = run(tmp_path, "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert code == 0, said
