"""`sfnorch init --ci`: the files of each CI, what is kept, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.template_yaml import yaml_1_1, yaml_1_2

PLAN = """\
pattern: dynamic
name: nightly-etl
environments:
  dev: {account: '111111111111', region: eu-central-1}
  prod: {stack_name: etl}
"""
FILES = {
    "github": [
        ".github/workflows/sfnorch-review.yml",
        ".github/workflows/sfnorch-deploy.yml",
        "cloudformation/github-roles.yaml",
        "README.md",
    ],
    "gitlab": [".gitlab-ci.yml", "cloudformation/gitlab-roles.yaml", "README.md"],
    "codepipeline": ["buildspec.yml", "README.md"],
}
NEXT = {
    "github": "deploy the roles as README.md describes, then push the files",
    "gitlab": "deploy the roles as README.md describes, then push the files",
    "codepipeline": "push the files, then run sfnorch pipeline deploy",
}


@pytest.mark.smoke
@pytest.mark.parametrize("ci", FILES)
def test_the_files_of_each_ci_and_a_plan_to_start_from(run: Run, ci: str):
    done = run("init", "--ci", ci)
    assert done.code == 0, done.err
    written = ", ".join((*FILES[ci], "sfnorch.schema.json", "sfnorch.sfntest.yaml", "sfnorch.yaml"))
    assert done.out == f"Wrote {written}. Next: {NEXT[ci]}.\n"
    assert all(Path(name).is_file() for name in FILES[ci])
    assert run("render").code == 0


@pytest.mark.parametrize("ci", FILES)
def test_an_existing_plan_is_kept_even_by_force(run: Run, ci: str):
    Path("sfnorch.yaml").write_text(PLAN)
    done = run("init", "--ci", ci)
    assert done.code == 0, done.err
    assert (
        done.out
        == f"Wrote {', '.join((*FILES[ci], 'sfnorch.sfntest.yaml', 'sfnorch.schema.json'))}. Kept: sfnorch.yaml. Next: {NEXT[ci]}.\n"
    )
    assert run("init", "--ci", ci).code == 1
    Path("README.md").write_text("mine")
    done = run("init", "--ci", ci, "--force")
    assert (done.code, " Kept: README.md, sfnorch.yaml. " in done.out) == (0, True)
    assert (Path("sfnorch.yaml").read_text(), Path("README.md").read_text()) == (PLAN, "mine")


def test_each_environment_has_its_jobs_its_account_and_its_role(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    run("init", "--ci", "github")
    run("init", "--ci", "gitlab")
    jobs = yaml_1_2(Path(".github/workflows/sfnorch-deploy.yml").read_text())["jobs"]
    assert list(jobs) == ["build", "review-dev", "deploy-dev", "review-prod", "deploy-prod"]
    roles = {
        name: step["with"]["role-to-assume"]
        for name, job in jobs.items()
        for step in job["steps"]
        if "role-to-assume" in step.get("with", {})
    }
    assert roles == {
        "review-dev": "arn:aws:iam::111111111111:role/nightly-etl-dev-ci-review",
        "deploy-dev": "arn:aws:iam::111111111111:role/nightly-etl-dev-ci-deploy",
        "review-prod": "arn:aws:iam::${{ vars.SFNORCH_ACCOUNT_PROD }}:role/etl-ci-review",
        "deploy-prod": "arn:aws:iam::${{ vars.SFNORCH_ACCOUNT_PROD }}:role/etl-ci-deploy",
    }
    deploy = yaml_1_2(Path(".gitlab-ci.yml").read_text())["deploy-prod"]
    assert deploy["variables"]["AWS_ROLE_ARN"] == "arn:aws:iam::${SFNORCH_ACCOUNT_PROD}:role/etl-ci-deploy"
    assert (deploy["variables"]["AWS_DEFAULT_REGION"], deploy["rules"][0]["when"]) == (
        "${SFNORCH_REGION_PROD}",
        "manual",
    )


def test_the_boundary_has_the_permissions_of_the_functions_of_every_environment(run: Run):
    function = "functions: [{name: clean, code: clean.py, permissions: [{actions: [%s], resources: ['*']}]}]"
    steps = "steps: [{name: clean, lambda: clean}]"
    Path("clean.py").write_text("def handler(event, context):\n    return event\n")
    plan = f"pattern: flow\nname: etl\n{function % 's3:GetBucketTagging'}\n{steps}\n"
    own = function % "s3:GetBucketCORS"
    Path("sfnorch.yaml").write_text(f"{plan}environments: {{dev: {{}}, prod: {{{own}}}}}\n")
    done = run("init", "--ci", "github")
    assert done.code == 0, done.err
    roles = yaml_1_1(Path("cloudformation/github-roles.yaml").read_text())["Resources"]
    actions = roles["RoleBoundary"]["Properties"]["PolicyDocument"]["Statement"][0]["Action"]
    assert {"s3:GetBucketTagging", "s3:GetBucketCORS"} <= set(actions)


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        ("pattern: dynamic\nname: Nightly\n", "Error: the stack name Nightly has capital letters\n"),
        (f"pattern: dynamic\nname: {'e' * 45}\n", f"Error: the stack name {'e' * 45} has more than 44 characters\n"),
        ("pattern: dynamic\nenvironments: {dev: {account: 1}}\n", "Error: environments.dev.account: "),
        ("pattern: dag\nname: etl\n", "Error: tasks: "),
    ],
)
def test_a_plan_that_cannot_be_delivered_is_an_error_and_nothing_is_written(run: Run, plan: str, error: str):
    Path("sfnorch.yaml").write_text(plan)
    done = run("init", "--ci", "github")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(error)
    assert [path.name for path in Path().iterdir()] == ["sfnorch.yaml"]


def test_a_folder_that_is_a_file_is_an_error(run: Run):
    Path("cloudformation").write_text("a file")
    done = run("init", "--ci", "gitlab")
    assert done.code == 1
    assert done.err.endswith("Error: the folder cloudformation can't be created: File exists\n")


def test_pipeline_is_another_name_for_one_ci(run: Run):
    done = run("init", "--pipeline", "--ci", "gitlab")
    assert done.code == 2
    assert done.err.endswith("Error: --pipeline and --ci gitlab exclude each other; pass one of them.\n")
    assert run("init", "--pipeline", "--ci", "codepipeline").code == 0
