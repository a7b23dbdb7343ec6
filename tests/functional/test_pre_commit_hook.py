"""The hook of .pre-commit-hooks.yaml: the files that it takes, and its command over them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from tests.conftest import Run
from tests.golden.artifacts import ROOT

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def taken(*paths: str) -> list[str]:
    """Return the paths that pre-commit passes to the hook: it searches each for the pattern."""
    return [path for path in paths if re.search(HOOK["files"], path)]


@pytest.mark.parametrize(
    "path",
    [
        "template.yaml",
        "template.yml",
        "SAM-template.yaml",
        "etl/CFN-template.yaml",
        "cdk.out/Etl.template.json",
        "Template.YML",
    ],
)
def test_a_template_is_linted(path: str):
    assert taken(path) == [path]


@pytest.mark.parametrize(
    "path", ["sfnorch.yaml", "templates/sfnorch.yaml", "template.py", "template.yaml.j2", "templates/dag/README.md"]
)
def test_another_file_is_not(path: str):
    assert taken(path) == []


def test_the_hook_lints_the_templates_of_a_commit(run: Run, tmp_path: Path):
    assert (HOOK["id"], HOOK["language"], HOOK["require_serial"]) == ("sfnorch-lint", "python", True)
    bad = ROOT / "tests" / "golden" / "rules" / "refused-definition.bad.yaml"
    for name, source in {"SAM-template.yaml": ROOT / "SAM-template.yaml", "old/template.yml": bad}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(source, tmp_path / name)
    program, *words = shlex.split(HOOK["entry"])
    assert program == "sfnorch"

    clean = run(*words, *taken("SAM-template.yaml", "README.md"))
    both = run(*words, *taken("SAM-template.yaml", "old/template.yml"))

    assert (clean.code, clean.err) == (0, "")
    assert clean.out.startswith("SAM-template.yaml: 6 state machines, ")
    assert (both.code, both.err) == (1, "")
    assert {line.partition(":")[0] for line in both.out.splitlines() if "[refused-definition]" in line} == {
        "old/template.yml"
    }
