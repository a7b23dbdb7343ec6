"""The workflows of GitHub Actions: one for pull requests, one for the main branch.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.delivery.account.names import DEPLOY, PREVIEW, REVIEW, DeliveryTarget
from sfnorch.delivery.ci.commands import (
    EXECUTE,
    INSTALL,
    SCENARIOS,
    TEST,
    describe_order,
    list_build_commands,
    list_compare_commands,
    list_compare_variables,
    list_review_commands,
    list_review_variables,
    name_folder,
    name_role,
    name_variable,
)
from sfnorch.delivery.ci.text import fill, indent, quote, read_part

REVIEW_FILE, DEPLOY_FILE = ".github/workflows/sfnorch-review.yml", ".github/workflows/sfnorch-deploy.yml"

SINGLE_ENVIRONMENT = "production"
"""The environment of GitHub for a plan without environments."""

_ACTIONS = {
    "checkout_action": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "python_action": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "upload_action": "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "download_action": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "credentials_action": "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
}
"""Actions by the commits of their versions, since a tag can be moved to other code."""

_STEPS = {
    "checkout": ["- uses: <<checkout_action>>", "  with:", "    persist-credentials: false"],
    "python": ["- uses: <<python_action>>", "  with:", "    python-version: '3.13'"],
    "download": ["- uses: <<download_action>>", "  with:", "    name: built", "    path: built/"],
}

_PREVIOUS_IS_DONE = (
    "    if: ${{ !cancelled() && needs.review-<<previous>>.result == 'success' && "
    "(needs.deploy-<<previous>>.result == 'success' || needs.deploy-<<previous>>.result == 'skipped') }}"
)
"""A deployment is skipped if its change set is empty."""


def render_github(targets: Sequence[DeliveryTarget], requirement: str, simulated_input: str) -> dict[str, str]:
    """Return the text of each workflow by its path; `targets` are in the order of their deployments.

    `requirement` is the package of sfnorch for pip, `simulated_input` the input of the simulated execution.
    """
    shared: dict[str, str] = {
        **_ACTIONS,
        **{name: indent(lines, 6) for name, lines in _STEPS.items()},
        "package": quote(requirement),
        "input": quote(simulated_input),
        "install": INSTALL,
        "test": TEST,
        "scenarios": f"{SCENARIOS} --output github",
        "execute": EXECUTE,
        "build": read_part("github", "build.yml").rstrip("\n"),
        "steps": "\n".join(map(_write_build_step, targets)),
    }
    jobs = [_write_environment(each, before) for each, before in zip(targets, (None, *targets), strict=False)]
    deployment = {
        "order": describe_order(targets, SINGLE_ENVIRONMENT),
        "environments": "".join(fill(text, shared | own) for text, own in jobs).rstrip("\n"),
    }
    return {
        REVIEW_FILE: fill(read_part("github", "review.yml"), shared | _write_comparison(targets)),
        DEPLOY_FILE: fill(read_part("github", "deploy.yml"), shared | deployment),
    }


def name_environment(target: DeliveryTarget) -> str:
    """Return the name of the environment in GitHub."""
    return target.environment or SINGLE_ENVIRONMENT


def _write_build_step(target: DeliveryTarget) -> str:
    title = f"Lint, render and simulate {target.environment}".strip()
    lines = [f"- name: {title}", "  run: |", *(f"    {line}" for line in list_build_commands(target))]
    if target.environment:
        lines += ["  env:", f"    SFNORCH_ENV: {quote(target.environment)}"]
    return indent(lines, 6)


def _write_comparison(targets: Sequence[DeliveryTarget]) -> dict[str, str]:
    """Return the values of the workflow for pull requests."""
    rows, names = [], []
    for target in targets:
        account = _find_account(target)
        variables = {**_choose_environment(target), **list_compare_variables(target, account)}
        variables["BUILT"] = name_folder(target)
        names = list(variables)
        values = {**variables, "ROLE": name_role(target, account, PREVIEW), "REGION": _find_region(target)}
        lines = [f"{name}: {quote(value)}" for name, value in values.items()]
        rows.append(indent([f"- {lines[0]}", *(f"  {line}" for line in lines[1:])], 10))
    return {
        "matrix": "\n".join(rows),
        "compare_variables": indent((f"{name}: ${{{{ matrix.{name} }}}}" for name in names), 6),
        "compare": indent(list_compare_commands('"$BUILT"'), 10),
    }


def _write_environment(target: DeliveryTarget, previous: DeliveryTarget | None) -> tuple[str, dict[str, str]]:
    """Return the jobs that review and deploy the environment, with their values."""
    account = _find_account(target)
    before = f"review-{_name_jobs(previous)}, deploy-{_name_jobs(previous)}" if previous else ""
    variables = {**_choose_environment(target), **list_review_variables(target, account)}
    return read_part("github", "environment.yml"), {
        "id": _name_jobs(target),
        "environment": quote(name_environment(target)),
        "variables": indent((f"{name}: {quote(value)}" for name, value in variables.items()), 6),
        "stack": target.stack_name,
        "needs": f"[{before}]" if before else "build",
        "condition": _PREVIOUS_IS_DONE if previous else "",
        "previous": _name_jobs(previous) if previous else "",
        "region": _find_region(target),
        "review_role": name_role(target, account, REVIEW),
        "deploy_role": name_role(target, account, DEPLOY),
        "review": indent(list_review_commands(name_folder(target)), 10),
    }


def _choose_environment(target: DeliveryTarget) -> dict[str, str]:
    """Return the variable with the environment for all commands of sfnorch."""
    return {"SFNORCH_ENV": target.environment} if target.environment else {}


def _name_jobs(target: DeliveryTarget) -> str:
    """Return the end of the names of the environment's jobs, which have no dots."""
    return target.job_name or SINGLE_ENVIRONMENT


def _find_account(target: DeliveryTarget) -> str:
    return target.account or _refer("ACCOUNT", target)


def _find_region(target: DeliveryTarget) -> str:
    return target.region or _refer("REGION", target)


def _refer(part: str, target: DeliveryTarget) -> str:
    """Return the expression for a variable of the repository."""
    return f"${{{{ vars.{name_variable(part, target)} }}}}"
