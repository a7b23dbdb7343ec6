"""The files in the repository of a plan: a README, and what its CI runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

from sfnorch.delivery.account.names import DeliveryTarget, refuse_stack_names
from sfnorch.delivery.account.render import render_account_roles
from sfnorch.delivery.ci import CODEPIPELINE, GITHUB, GITLAB
from sfnorch.delivery.ci.commands import name_folder
from sfnorch.delivery.ci.github_files import DEPLOY_FILE, REVIEW_FILE, render_github
from sfnorch.delivery.ci.gitlab_files import PIPELINE_FILE, render_gitlab
from sfnorch.delivery.ci.text import quote
from sfnorch.delivery.repository.installation import find_installation
from sfnorch.workflow import Workflow

BUILDSPEC_FILE, README_FILE = "buildspec.yml", "README.md"
ROLES_FILES = {GITHUB: "cloudformation/github-roles.yaml", GITLAB: "cloudformation/gitlab-roles.yaml"}

_PACKAGE, _INPUT = "SFNORCH_PACKAGE: sfnorch", "SIMULATED_INPUT: '{}'"
_BUILD = re.compile(r"(?<=\n)      - sfnorch lint\n.*?(?=\nreports:)", re.DOTALL)
"""The commands that lint, render and simulate."""

_TEST = "sfnorch test --run-functions --junit reports/scenarios.xml"
_ARTIFACTS = "files: [SAM-template.yaml, reports/tests.xml, reports/timeline.txt]"


def render_files(
    ci: str, plan_file: str, simulated_input: str, targets: Sequence[DeliveryTarget], workflows: Sequence[Workflow]
) -> dict[str, str]:
    """Return the text of each file of a repository from which this CI delivers a plan.

    `targets` are the environments in the order of their deployments, `workflows` what they deploy. The builds install
    sfnorch as it is installed here. Raises SfnorchError for names of stacks that are too long for their roles.
    """
    requirement, readme = find_installation().requirement, {README_FILE: render_readme(plan_file, ci)}
    if ci == CODEPIPELINE:
        return {BUILDSPEC_FILE: render_buildspec(requirement, simulated_input, targets), **readme}
    refuse_stack_names(targets)
    render = render_github if ci == GITHUB else render_gitlab
    roles = {ROLES_FILES[ci]: render_account_roles(workflows, ci)}
    return {**render(targets, requirement, simulated_input), **roles, **readme}


def list_installing_files(ci: str) -> list[str]:
    """Return the paths of the files that set what a build of this CI installs."""
    return {CODEPIPELINE: [BUILDSPEC_FILE], GITHUB: [REVIEW_FILE, DEPLOY_FILE], GITLAB: [PIPELINE_FILE]}[ci]


def render_buildspec(requirement: str, simulated_input: str = "{}", targets: Sequence[DeliveryTarget] = ()) -> str:
    """Return the buildspec; `requirement` is the package of sfnorch for pip: its name with a version, or a folder.

    `simulated_input` is the input of the simulated run. With environments, the plan is rendered for each of them.
    """
    text = _read_text(BUILDSPEC_FILE).replace(_PACKAGE, f"SFNORCH_PACKAGE: {quote(requirement)}")
    text = text.replace(_INPUT, f"SIMULATED_INPUT: {quote(simulated_input)}")
    if not any(target.environment for target in targets):
        return text
    lines = [_TEST, *(line for target in targets for line in _list_build_lines(target))]
    commands = "".join(f"      - {line}\n" for line in lines)
    text = _BUILD.sub(lambda _: commands, text)
    built = [f"{name_folder(target)}/{name}" for target in targets for name in ("SAM-template.yaml", "timeline.txt")]
    return text.replace(_ARTIFACTS, f"files: [{', '.join(built)}, reports/tests.xml]")


def _list_build_lines(target: DeliveryTarget) -> list[str]:
    """Return the commands of the Build stage for an environment. A shell of CodeBuild has no option pipefail."""
    folder = name_folder(target)
    template, timeline = f"{folder}/SAM-template.yaml", f"{folder}/timeline.txt"
    return [
        f"export SFNORCH_ENV={target.environment}",
        f"mkdir -p {folder}",
        "sfnorch lint",
        f"sfnorch render -o {template}",
        f'sfnorch simulate {template} --run-functions --input "$SIMULATED_INPUT" > {timeline}',
        f"cat {timeline}",
    ]


def render_readme(plan_file: str, ci: str) -> str:
    """Return the README for the repository of a plan."""
    return _read_text(f"README.{ci}.md").replace("PLAN_FILE", plan_file)


def _read_text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
