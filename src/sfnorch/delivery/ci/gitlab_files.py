"""The pipeline of GitLab CI/CD, for merge requests and the main branch.

https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.delivery.account.names import DEPLOY, PREVIEW, REVIEW, DeliveryTarget
from sfnorch.delivery.ci.commands import (
    EXECUTE,
    INSTALL,
    SCENARIOS,
    SCENARIOS_REPORT,
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
    requires_approval,
)
from sfnorch.delivery.ci.text import fill, indent, quote, read_part

PIPELINE_FILE = ".gitlab-ci.yml"

SINGLE_ENVIRONMENT = "production"
"""The environment of GitLab for a plan without environments."""


def render_gitlab(targets: Sequence[DeliveryTarget], requirement: str, simulated_input: str) -> dict[str, str]:
    """Return the text of the file by its path; `targets` are in the order of their deployments.

    `requirement` is the package of sfnorch for pip, `simulated_input` the input of the simulated execution.
    """
    values = [_list_values(each, before) for each, before in zip(targets, (None, *targets), strict=False)]
    comparisons = "\n".join(fill(read_part("gitlab", "comparison.yml"), one) for one in values)
    shared = {
        "order": describe_order(targets, SINGLE_ENVIRONMENT),
        "stages": ", ".join(f"review-{one['id']}, deploy-{one['id']}" for one in values),
        "package": quote(requirement),
        "input": quote(simulated_input),
        "install": INSTALL,
        "test": TEST,
        "scenarios": SCENARIOS,
        "scenarios_report": SCENARIOS_REPORT,
        "steps": indent((f"- {line}" for target in targets for line in _list_steps(target)), 4),
        "comparisons": comparisons.rstrip("\n"),
        "compared": ", ".join(f"compare-{one['id']}" for one in values),
        "environments": "".join(fill(read_part("gitlab", "environment.yml"), one) for one in values).rstrip("\n"),
    }
    return {PIPELINE_FILE: fill(read_part("gitlab", "pipeline.yml"), shared)}


def _list_steps(target: DeliveryTarget) -> list[str]:
    chosen = [f"export SFNORCH_ENV={target.environment}"] if target.environment else []
    return [*chosen, *list_build_commands(target)]


def _list_values(target: DeliveryTarget, previous: DeliveryTarget | None) -> dict[str, str]:
    """Return the values of the jobs that compare, review and deploy the environment."""
    account = target.account or f"${{{name_variable('ACCOUNT', target)}}}"
    chosen = {"SFNORCH_ENV": target.environment} if target.environment else {}
    folder = name_folder(target)
    return {
        "id": _name_jobs(target),
        "environment": quote(target.environment or SINGLE_ENVIRONMENT),
        "stack": quote(target.stack_name),
        "region": target.region or f"${{{name_variable('REGION', target)}}}",
        "preview_role": name_role(target, account, PREVIEW),
        "review_role": name_role(target, account, REVIEW),
        "deploy_role": name_role(target, account, DEPLOY),
        "compare_variables": _format_variables(chosen | list_compare_variables(target, account)),
        "review_variables": _format_variables(chosen | list_review_variables(target, account)),
        "needs": ", ".join(["build", *([f"deploy-{_name_jobs(previous)}"] if previous else ())]),
        "approval": "      when: manual" if requires_approval(target, previous) else "",
        "compare": indent(list_compare_commands(folder), 6),
        "review": indent(list_review_commands(folder), 6),
        "execute": EXECUTE,
    }


def _format_variables(variables: dict[str, str]) -> str:
    return indent((f"{name}: {quote(value)}" for name, value in variables.items()), 4)


def _name_jobs(target: DeliveryTarget) -> str:
    return target.job_name or SINGLE_ENVIRONMENT
