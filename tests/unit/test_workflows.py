"""The GitHub workflows: what they run exists, what they use is pinned, and what they may do is the least."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from typing import Any

import pytest

from tests.golden.artifacts import ROOT
from tests.template_yaml import yaml_1_2

FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github" / "workflows").iterdir())}
WORKFLOWS: dict[str, Any] = {name: yaml_1_2(text) for name, text in FILES.items()}
JOBS = {(file, name): job for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()}

PERMISSIONS = {
    ("ci.yml", "check"): {"contents": "read"},
    ("ci.yml", "lowest"): {"contents": "read"},
    ("ci.yml", "tools"): {"contents": "read"},
    ("docs.yml", "build"): {"contents": "read"},
    ("docs.yml", "deploy"): {"pages": "write", "id-token": "write"},
    ("release.yml", "build"): {"contents": "read"},
    ("release.yml", "attest"): {"id-token": "write", "attestations": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}


def test_each_job_has_the_permissions_that_it_needs_and_no_other():
    assert [workflow["permissions"] for workflow in WORKFLOWS.values()] == [{}, {}, {}]
    assert {job: settings["permissions"] for job, settings in JOBS.items()} == PERMISSIONS


def test_a_job_that_may_write_runs_no_code_of_the_repository():
    writing = [job for job, permissions in PERMISSIONS.items() if "write" in permissions.values()]
    assert [step for job in writing for step in JOBS[job]["steps"] if "run" in step or "checkout" in step["uses"]] == []


@pytest.mark.parametrize("file", FILES)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(file: str):
    used = re.findall(r"uses: (.*)", FILES[file])
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    pins = {one for text in FILES.values() for one in re.findall(r"uses: (.*)", text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


def test_every_command_makes_a_target_that_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+)(?: [\w -]+)?:(?!=)", makefile, re.MULTILINE))
    commands = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
    matrix = JOBS["ci.yml", "tools"]["strategy"]["matrix"]["target"]
    made = {name for command in commands for name in _targets(command, matrix)}
    assert made == {"check", "test-lowest", "dist", "docs", "test-workflows", "test-checkov"}
    assert made <= targets
    phony = makefile.partition("\n.PHONY: ")[2].partition("\n")[0]
    assert made <= set(phony.split())


def _targets(command: str, matrix: list[str]) -> list[str]:
    match = re.fullmatch(r'make (?:"\$TARGET"|([\w-]+))', command)
    assert match, command
    return [match[1]] if match[1] else matrix


def test_ci_runs_on_every_python_that_the_package_names():
    pythons = JOBS["ci.yml", "check"]["strategy"]["matrix"]["python"]
    exception = JOBS["ci.yml", "check"]["continue-on-error"]
    classifiers = metadata("sfnorch").get_all("Classifier") or []
    named = [one.rpartition(" ")[2] for one in classifiers if re.search(r"Python :: 3\.\d+$", one)]
    assert [python for python in pythons if f"'{python}'" not in exception] == named
    assert metadata("sfnorch")["Requires-Python"] == f">={named[0]}"


def test_a_tag_releases_what_make_dist_has_built():
    assert WORKFLOWS["release.yml"]["on"] == {"push": {"tags": ["v*"]}}
    build, attest, publish = (JOBS["release.yml", name] for name in ("build", "attest", "publish"))
    dist = next(step for step in build["steps"] if step.get("run") == "make dist")
    assert dist["env"] == {"TAG": "${{ github.ref_name }}"}
    assert build["steps"][-1]["with"] == {"name": "dist", "path": "dist/", "if-no-files-found": "error"}
    assert publish["environment"]["name"] == "pypi"
    assert (attest["needs"], publish["needs"]) == ("build", ["build", "attest"])
    assert publish["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@")
    assert "with" not in publish["steps"][-1]  # neither a password nor another index
    assert "secrets." not in FILES["release.yml"]
    assert [step for step in build["steps"] if "cache" in step.get("with", {})] == []
