"""The commands of the jobs, which are the same for each CI, and the variables that they read.

Values from the repository reach a command as variables in quotes, and never as a part of a script. sfnorch itself reads
the variable SFNORCH_ENV.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sfnorch.delivery.account.names import (
    BOUNDARY_NAME,
    BUCKET,
    CREATION,
    PREVIEW_BUCKET,
    DeliveryTarget,
)

BUILT = "built"
"""The folder of the templates, with a folder for each environment."""

INSTALL = 'python -m pip install --quiet --disable-pip-version-check "$SFNORCH_PACKAGE"'
TEST = "if [ -d tests ]; then python -m pytest; fi"
SCENARIOS_REPORT = f"{BUILT}/scenarios.xml"
SCENARIOS = f"mkdir -p {BUILT} && sfnorch test --run-functions --junit {SCENARIOS_REPORT}"
EXECUTE = 'sfnorch deploy --stack-name "$STACK_NAME" --execute-change-set "$CHANGE_SET" --yes'


def name_folder(target: DeliveryTarget) -> str:
    """Return the folder of the environment's template."""
    return f"{BUILT}/{target.environment}" if target.environment else BUILT


def name_variable(part: str, target: DeliveryTarget) -> str:
    """Return the name of the CI's variable with a value that the plan does not have, such as SFNORCH_ACCOUNT_PROD."""
    end = re.sub(r"[^A-Z0-9]", "_", target.environment.upper())
    return f"SFNORCH_{part}_{end}" if end else f"SFNORCH_{part}"


def requires_approval(target: DeliveryTarget, previous: DeliveryTarget | None) -> bool:
    """Return whether a person approves the deployment: not for the first of several environments."""
    return previous is not None or not target.environment


def describe_order(targets: Sequence[DeliveryTarget], single: str) -> str:
    """Return the environments and the approvals in their order; `single` is the name of the only environment."""
    words = ["build"]
    for target, previous in zip(targets, (None, *targets), strict=False):
        words += ["approval"] if requires_approval(target, previous) else []
        words.append(target.environment or single)
    return " → ".join(words)


def name_role(target: DeliveryTarget, account: str, end: str) -> str:
    """Return the ARN of a role of the environment; `account` is the account, or the CI's variable for it."""
    return f"arn:{target.partition}:iam::{account}:role/{target.stack_name}-{end}"


def list_compare_variables(target: DeliveryTarget, account: str) -> dict[str, str]:
    """Return the variables of the job that compares."""
    return {
        "STACK_NAME": target.stack_name,
        "BUCKET": f"{target.stack_name}-{PREVIEW_BUCKET}-{account}",
        "BOUNDARY_ARN": f"arn:{target.partition}:iam::{account}:policy/{target.stack_name}-{BOUNDARY_NAME}",
    }


def list_review_variables(target: DeliveryTarget, account: str) -> dict[str, str]:
    """Return the variables of the job that creates the change set."""
    return {
        **list_compare_variables(target, account),
        "BUCKET": f"{target.stack_name}-{BUCKET}-{account}",
        "CLOUDFORMATION_ROLE_ARN": name_role(target, account, CREATION),
    }


def list_build_commands(target: DeliveryTarget) -> list[str]:
    """Return the commands that lint, render and simulate the plan in the environment."""
    folder = name_folder(target)
    template = f"{folder}/SAM-template.yaml"
    simulate = f'sfnorch simulate {template} --run-functions --input "$SIMULATED_INPUT"'
    return [
        f"mkdir -p {folder}",
        "sfnorch lint",
        f"sfnorch render -o {template}",
        f"{simulate} | tee {folder}/timeline.txt",
    ]


def list_compare_commands(folder: str) -> list[str]:
    """Return the commands that compare the stack with the template in the folder."""
    diff = [
        f"sfnorch diff --template {folder}/SAM-template.yaml",
        '--stack-name "$STACK_NAME" --s3-bucket "$BUCKET"',
        '--parameter-overrides "PermissionsBoundaryArn=$BOUNDARY_ARN"',
        '--comment "comment/$STACK_NAME.md"',
    ]
    return ["mkdir -p comment", *_join_words(diff)]


def list_review_commands(folder: str) -> list[str]:
    """Return the command that creates the change set of the template in the folder."""
    deploy = [
        f"sfnorch deploy --template {folder}/SAM-template.yaml --code-folder .",
        '--stack-name "$STACK_NAME" --s3-bucket "$BUCKET" --role-arn "$CLOUDFORMATION_ROLE_ARN"',
        '--parameter-overrides "PermissionsBoundaryArn=$BOUNDARY_ARN"',
        "--no-execute --supersede --wait --no-previous-parameters --on-failure delete",
        "--dotenv review.env --comment review.md",
    ]
    return _join_words(deploy)


def _join_words(words: list[str]) -> list[str]:
    """Return the words as the lines of one command."""
    first, *others = words
    return [f"{line} \\" for line in (first, *(f"  {word}" for word in others[:-1]))] + [f"  {others[-1]}"]
