"""`sfnorch test --init`: the first scenarios of a plan, which reach every part of its state machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

PLAN = """\
pattern: master-child
name: etl
environments: {prod: {}}
children:
- {name: orders, jobs: [extract, {name: load, retries: 1}]}
"""

DYNAMIC = "pattern: dynamic\nname: jobs\n"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sfnorch.yaml").write_text(DYNAMIC, encoding="utf-8")
    return Path("sfnorch.yaml")


def test_it_writes_a_suite_that_passes_at_once_at_full_coverage(run: Run, plan: Path):
    written = run("test", "--init")
    assert written.code == 0, written.out
    assert "Wrote sfnorch.sfntest.yaml: " in written.out
    assert "coverage 100%" in written.out
    result = run("test")
    assert result.code == 0, result.out
    assert "Everything succeeds" in result.out
    assert "100%" in result.out


def test_it_writes_the_same_file_each_time(run: Run, plan: Path):
    run("test", "--init")
    first = Path("sfnorch.sfntest.yaml").read_text(encoding="utf-8")
    run("test", "--init", "--force")
    assert Path("sfnorch.sfntest.yaml").read_text(encoding="utf-8") == first


def test_it_keeps_an_existing_file(run: Run, plan: Path):
    Path("sfnorch.sfntest.yaml").write_text("kept", encoding="utf-8")
    refused = run("test", "--init")
    assert refused.code == 1
    assert "sfnorch.sfntest.yaml already exists\n  --force overwrites it; or name another FILE" in refused.err
    assert Path("sfnorch.sfntest.yaml").read_text(encoding="utf-8") == "kept"


def test_it_writes_for_another_plan_and_environment(run: Run, plan: Path):
    Path("plans").mkdir()
    Path("plans/etl.yaml").write_text(PLAN, encoding="utf-8")
    written = run("test", "--init", "--plan", "plans/etl.yaml", "--env", "prod")
    assert written.code == 0, written.out
    text = Path("plans/etl.prod.sfntest.yaml").read_text(encoding="utf-8")
    assert (
        "target: {plan: etl.yaml, environment: prod}" in text
        or "target:\n  plan: etl.yaml\n  environment: prod" in text
    )
    assert run("test", "plans").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--init", "-x"], "--init and -x exclude each other; pass one of them."),
        (["--init", "a.sfntest.yaml", "b.sfntest.yaml"], "--init writes one FILE."),
        (["--plan", "sfnorch.yaml"], "--plan requires --init; the target of scenarios is in their file."),
        (["--force"], "--force requires --init; the target of scenarios is in their file."),
    ],
)
def test_wrong_usage(run: Run, plan: Path, arguments: list[str], message: str):
    result = run("test", *arguments)
    assert result.code == 2
    assert message in result.err


def test_it_needs_a_plan(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = run("test", "--init")
    assert result.code == 1
    assert "sfnorch.yaml does not exist" in result.err
