"""The documentation held to the truth: its commands are run in order, and what they print is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sfnorch.plan.load import parse_plan
from sfnorch.scenarios.files import SUFFIXES
from tests.commands import Command
from tests.docs.pages import README, ROOT, blocks, name_of, pages
from tests.golden.artifacts import PIPELINES
from tests.template_yaml import yaml_1_1

TEXTS = {page: page.read_text(encoding="utf-8") for page in pages()}
BLOCKS = [block for text in TEXTS.values() for block in blocks(text)]
ROLES = "-roles.yaml"
"""The end of the names of templates with roles of a CI."""

_FENCE = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
WRONG = (
    "wrong.yaml",
    "wrong-deadline.yaml",
    "wrong-schedule.yaml",
    "wrong-event.yaml",
    "cycle.yaml",
    "wrong-flow.yaml",
    "wrong-environments.yaml",
)
"""Plans with mistakes, which a page shows."""

OTHERS = (
    "etl.yaml",
    "partition.yaml",
    "flow.yaml",
    "around.yaml",
    "jsonpath.yaml",
    "batches.yaml",
    "mocks.yaml",
    "refused.yaml",
    "strict.yaml",
    "durations.yaml",
    "split.yaml",
    "split-prices.yaml",
    "split-environments.yaml",
)
"""Templates, a plan with its included files, one whose code is beside it, a file of mocks, a configuration of lint."""


def shell(command: str, folder: Path) -> str:
    """What a command prints, errors included, as a reader with a terminal of 80 columns sees it."""
    program, *words = shlex.split(command)
    assert program == "sfnorch"
    done = Command(*words, folder=folder, environment={"COLUMNS": "80", "NO_COLOR": "1"}, merged=True)
    return "\n".join(line.rstrip() for line in done.communicate()[0].splitlines())


def docs_with_outputs(folder: Path) -> dict[Path, str]:
    """Return each page with what its console blocks print now, one page after another in one folder."""

    def renewed(match: re.Match[str]) -> str:
        name, kind, body = match[1], match[2], match[3]
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(body, encoding="utf-8")
        if kind != "console":
            return match[0]
        command = body.splitlines()[0]
        return f"```console\n{command}\n{shell(command.removeprefix('$ '), folder)}\n```"

    return {page: _FENCE.sub(renewed, page.read_text(encoding="utf-8")) for page in pages()}


def test_the_commands_print_what_the_pages_show(tmp_path: Path):
    assert docs_with_outputs(tmp_path) == TEXTS


@pytest.mark.parametrize(
    "plan",
    [
        body
        for name, kind, body in BLOCKS
        if name and kind == "yaml" and name not in (*WRONG, *OTHERS) and not name.endswith(SUFFIXES)
    ],
)
def test_the_plans_load(plan: str):
    assert parse_plan(plan)


def test_the_deploy_commands_set_parameters_that_the_template_has():
    template = yaml_1_1((ROOT / "SAM-template.yaml").read_text())
    commands = [body for _, kind, body in BLOCKS if kind == "bash" and "--stack-name" in body and ROLES not in body]
    given = {name for body in commands for name in re.findall(r"(?:--parameter-overrides .*)", body)}
    names = {name for line in given for name in re.findall(r"(\w+)=", line)}
    assert names == {"Environment", "AlarmSNSTopicArn", "Child1GlueJobs", "AllowedGlueJobs"}
    assert names <= set(template["Parameters"])


def test_the_commands_that_deploy_roles_set_the_parameters_of_these():
    commands = [body for _, kind, body in BLOCKS if kind == "bash" and ROLES in body]
    for command in commands:
        (ci,) = re.findall(rf"cloudformation/(\w+){ROLES}", command)
        golden = PIPELINES / f"{'code' if ci == 'pipeline' else ''}{ci}{ROLES}"
        declared = yaml_1_1(golden.read_text())["Parameters"]
        given = set(re.findall(r"(\w+)=", command.partition("--parameter-overrides")[2]))
        assert {name for name, body in declared.items() if "Default" not in body} == given
    assert len(commands) > 1


@pytest.mark.parametrize("page", TEXTS, ids=name_of)
def test_every_link_leads_somewhere(page: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]+`", "", TEXTS[page], flags=re.DOTALL))
    broken = [link for link in links if "://" not in link and not _leads_somewhere(page, link)]
    assert broken == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's titles, as both GitHub and the site's generator make them for these titles."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_is_short():
    assert len(TEXTS[README].splitlines()) <= 200


def test_every_page_is_in_the_navigation():
    assert sorted((ROOT / "docs").rglob("*.md")) == sorted(page for page in pages() if page != README)


def test_the_library_does_what_its_example_asserts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (example,) = [body for name, kind, body in BLOCKS if kind == "python" and "assert " in body and not name]
    (tmp_path / "SAM-template.yaml").write_text((ROOT / "SAM-template.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    exec(example, {})  # noqa: S102 - the project's own words
