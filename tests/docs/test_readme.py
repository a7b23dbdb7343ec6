"""The README held to the truth: its commands are run in order, and what they print is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sfnorch.plan.load import parse_plan
from tests.commands import Command
from tests.golden.artifacts import ROOT
from tests.template_yaml import yaml_1_1

README = (ROOT / "README.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
BLOCKS = [(match[1], match[2], match[3]) for match in _FENCE.finditer(README)]


def shell(command: str, folder: Path) -> str:
    """What a command prints, errors included, as a reader with a terminal of 80 columns sees it."""
    program, *words = shlex.split(command)
    assert program == "sfnorch"
    done = Command(*words, folder=folder, environment={"COLUMNS": "80", "NO_COLOR": "1"}, merged=True)
    return "\n".join(line.rstrip() for line in done.communicate()[0].splitlines())


def readme_with_outputs(folder: Path) -> str:
    """The README with what its console blocks print now."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def renewed(match: re.Match[str]) -> str:
        name, kind, body = match[1], match[2], match[3]
        if name:
            (folder / name).write_text(body, encoding="utf-8")
        if kind != "console":
            return match[0]
        command = body.splitlines()[0]
        return f"```console\n{command}\n{shell(command.removeprefix('$ '), folder)}\n```"

    return _FENCE.sub(renewed, readme)


def test_the_commands_print_what_the_readme_shows(tmp_path: Path):
    assert readme_with_outputs(tmp_path) == README


@pytest.mark.parametrize(
    "plan",
    [
        body
        for name, kind, body in BLOCKS
        if name
        and name
        not in (
            *("wrong.yaml", "wrong-schedule.yaml", "circle.yaml", "etl.yaml", "partition.yaml", "wrong-flow.yaml"),
            "flow.yaml",
        )
        and kind == "yaml"
    ],
)
def test_the_plans_load(plan: str):
    assert parse_plan(plan)


def test_the_deploy_commands_set_parameters_that_the_template_has():
    template = yaml_1_1((ROOT / "SAM-template.yaml").read_text())
    commands = [body for _, kind, body in BLOCKS if kind == "bash" and "--stack-name" in body]
    given = {name for body in commands for name in re.findall(r"(?:--parameter-overrides .*)", body)}
    names = {name for line in given for name in re.findall(r"(\w+)=", line)}
    assert names == {"Environment", "AlarmSNSTopicArn", "Child1GlueJobs", "AllowedGlueJobs"}
    assert names <= set(template["Parameters"])


def test_every_link_into_the_readme_leads_somewhere():
    titles = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors
    files = {link for link in re.findall(r"\]\(([^#)][^)]*)\)", README) if "://" not in link}
    assert {link for link in files if not (ROOT / link).exists()} == set()


def test_the_library_does_what_its_example_asserts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (example,) = [body for _, kind, body in BLOCKS if kind == "python" and "assert " in body]
    (tmp_path / "SAM-template.yaml").write_text((ROOT / "SAM-template.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    exec(example, {})  # noqa: S102 - the project's own words
