"""One run of checkov over every committed template, and over its resources with skips, without the skips."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.template_yaml import yaml_1_1

ROOT = Path(__file__).parents[2]
TEMPLATES = {
    str(path.relative_to(ROOT)): path
    for pattern in (
        "SAM-template.yaml",
        "templates/*/*-template.yaml",
        "cloudformation/*.yaml",
        "tests/golden/plans/*.sam.yaml",
        "tests/golden/pipelines/*.yaml",
    )
    for path in ROOT.glob(pattern)
}


class Found(NamedTuple):
    """A check that fails, or is skipped, on a resource of a template."""

    template: str
    check: str
    resource_type: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What checkov reports on the templates, and on their resources without skips."""

    read: set[str]
    unread: list[str]
    failed: set[Found]
    skipped: dict[Found, str]
    failed_without_skips: set[Found]


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("checkov")
    for part in ("rendered", "bare", "home"):
        (folder / part).mkdir()
    names = {name.replace("/", "_"): name for name in TEMPLATES}
    for file, name in names.items():
        text = TEMPLATES[name].read_text(encoding="utf-8")
        (folder / "rendered" / file).write_text(text, encoding="utf-8")
        if bare := _without_skips(yaml_1_1(text)):
            (folder / "bare" / f"{file}.json").write_text(json.dumps(bare, indent=1), encoding="utf-8")
    results = _run(folder)["results"]

    def found(kind: str, part: str) -> Iterator[tuple[Found, dict[str, Any]]]:
        for each in results[kind]:
            _, its_part, file = each["file_path"].split("/")
            if its_part == part:
                name = names[file.removesuffix(".json")]
                yield Found(name, each["check_id"], *each["resource"].rsplit(".", 1)), each["check_result"]

    return Report(
        read={each.template for kind in ("passed_checks", "failed_checks") for each, _ in found(kind, "rendered")},
        unread=results.get("parsing_errors", []),
        failed={each for each, _ in found("failed_checks", "rendered")},
        skipped={each: result["suppress_comment"] for each, result in found("skipped_checks", "rendered")},
        failed_without_skips={each for each, _ in found("failed_checks", "bare")},
    )


def _run(folder: Path) -> dict[str, Any]:
    """Run checkov as a user does, but offline: nothing is downloaded, and a proxy that does not exist holds it."""
    words = ["--framework", "cloudformation", "--directory", str(folder), "--skip-download", "--soft-fail"]
    nowhere = "http://127.0.0.1:9"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
    environment |= {"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere}
    done = subprocess.run(
        [sys.executable, "-m", "checkov.main", *words, "--compact", "--output", "json"],
        cwd=folder / "home",
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _without_skips(template: dict[str, Any]) -> dict[str, Any]:
    """Return a template of only the resources that have skips, without these; empty where none has any."""
    bare = {
        name: {key: value for key, value in resource.items() if key != "Metadata"}
        for name, resource in template["Resources"].items()
        if "checkov" in resource.get("Metadata", {})
    }
    return {**template, "Resources": bare} if bare else {}
