"""`--env` and `SFNORCH_ENV`: the plan, the stack, the account and the parameters of an environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.ministack import REGION, Account
from tests.screens import plain
from tests.template_yaml import yaml_1_1
from tests.wire import Wire

PLAN = """\
pattern: master-child
name: orders
parameters:
  mode: {type: enum, values: [full, delta], default: full}
children:
- name: orders
  jobs: [extract-orders, clean-orders]
"""
ENVIRONMENTS = """\
environments:
  dev: {job_suffix: -dev}
  prod:
    account: ACCOUNT
    region: eu-central-1
    stack_name: orders-live
    params: {mode: delta}
    parameters: {OrdersGlueJobs: extract-orders}
    tags: {team: data}
"""
TEMPLATE = """\
Parameters:
  Environment: {Type: String, Default: dev}
  OrdersGlueJobs: {Type: String, Default: ''}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Sub '${Environment} ${OrdersGlueJobs}'}
"""
CHOOSE = "Error: --env: the plan has environments; choose one: dev, prod.\n"
STACKS = "Error: The plan sfnorch.yaml has environments, each with a stack\n  pass --env dev|prod\n"
EXECUTION = "arn:aws:states:{region}:{account}:execution:master:run-1"


@pytest.fixture(autouse=True)
def plan(run: Run) -> Path:
    """A plan with environments, in the current folder."""
    path = Path("sfnorch.yaml")
    path.write_text(PLAN + ENVIRONMENTS.replace("ACCOUNT", "123456789012"))
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def render(run: Run, *arguments: str) -> Any:
    done = run("render", "-o", "-", *arguments)
    assert (done.code, done.err) == (0, ""), done.err
    return yaml_1_1(done.out)


def own(template: Any) -> Any:
    return template["Metadata"]["Sfnorch"]


# what an environment is named by


def test_the_option_and_the_variable(run: Run, monkeypatch: pytest.MonkeyPatch):
    assert own(render(run)) == {"Pattern": "master-child", "Name": "orders"}
    assert own(render(run, "--env", "dev"))["Environment"] == "dev"
    monkeypatch.setenv("SFNORCH_ENV", "prod")
    assert own(render(run))["Environment"] == "prod"
    assert own(render(run, "--env", "dev"))["Environment"] == "dev"
    monkeypatch.setenv("SFNORCH_ENV", "")
    assert "Environment" not in own(render(run))


def test_an_unknown_environment(run: Run, monkeypatch: pytest.MonkeyPatch):
    for arguments in (["render"], ["lint"], ["graph"], ["simulate"], ["deploy", "--yes"], ["status"], ["run"]):
        done = run(*arguments, "--env", "prd")
        assert (done.code, done.out) == (1, "")
        assert done.err == "Error: The environment 'prd' is unknown (sfnorch.yaml)\n  did you mean prod?\n"
    monkeypatch.setenv("SFNORCH_ENV", "test-1")
    assert run("render").err == "Error: The environment 'test-1' is unknown (sfnorch.yaml)\n  available: dev, prod\n"


def test_a_plan_without_environments(run: Run, plan: Path):
    plan.write_text(PLAN)
    before = render(run)
    done = run("status", "--env", "prod")
    assert done.code == 1
    assert done.err == (
        "Error: The environment 'prod' is unknown: sfnorch.yaml has no environments\n"
        "  add the key environments to the plan, or remove --env and SFNORCH_ENV\n"
    )
    plan.write_text(PLAN + ENVIRONMENTS.replace("ACCOUNT", "123456789012"))
    assert render(run) == before
    plan.unlink()
    assert run("render", "--env", "prod").err == (
        "Error: The environment 'prod' is unknown: the default plan has no environments\n"
        "  add the key environments to the plan, or remove --env and SFNORCH_ENV\n"
    )


def test_invalid_environments(run: Run, plan: Path):
    change(plan, "region: eu-central-1", "region: europe")
    expected = (
        "Error: environments.prod.region: 'europe' is invalid; must be a Region, such as eu-central-1 (sfnorch.yaml, "
        "line 12)\n"
    )
    for command in (["render"], ["deploy", "--yes"], ["diff"], ["status"], ["run"], ["outputs"], ["delete", "--yes"]):
        for name in ("dev", "prod"):
            done = run(*command, "--env", name)
            assert (done.code, done.out, done.err) == (1, "", expected), command


# commands without an account


def test_render(run: Run):
    template = render(run, "--env", "prod")
    assert template["Parameters"]["Environment"]["Default"] == "prod"
    assert template["Parameters"]["ModeDefault"]["Default"] == ""
    assert "extract-orders-dev" not in json.dumps(template)
    assert "extract-orders-dev" in json.dumps(render(run, "--env", "dev"))
    assert "extract-orders-dev" not in json.dumps(render(run))


def test_simulate(run: Run, plan: Path):
    change(plan, "123456789012", "111122223333")
    done = run("simulate", "--env", "dev")
    assert (done.code, done.err) == (0, "")
    assert "extract-orders-dev" in done.out
    assert "parameters: mode=full" in done.out
    done = run("simulate", "--env", "prod", "--output", "json")
    assert done.code == 0
    text = json.dumps(json.loads(done.out))
    assert ":111122223333:" in text
    assert ":123456789012:" not in text
    assert ":eu-central-1:" in text
    assert "clean-orders" not in text  # the parameter OrdersGlueJobs
    assert "delta" in text


def test_graph_and_export(run: Run):
    assert "extract-orders-dev" in run("graph", "--env", "dev", "--format", "mermaid").out
    assert "extract-orders-dev" not in run("graph", "--env", "prod", "--format", "mermaid").out
    assert run("export", "airflow", "--env", "dev").code == 0
    dags = [path.read_text() for path in Path().rglob("*.py")]
    assert len(dags) == 1
    assert "extract-orders-dev" in dags[0]


def test_lint(run: Run, plan: Path):
    done = run("lint", "--env", "prod")
    assert (done.code, done.err) == (0, "")
    assert done.out == "sfnorch.yaml (prod), rendered: 2 state machines, nothing found.\n"


VALUES = {
    "{Unknown: 1}": (
        "unknown parameter Unknown; available: Environment, AlarmSNSTopicArn, AlarmTopicKeyArn, ModeDefault, "
        "OrdersGlueJobs, AllowedGlueJobs, PermissionsBoundaryArn"
    ),
    "{OrdersGlueJob: a}": "unknown parameter OrdersGlueJob; did you mean OrdersGlueJobs?",
    "{PermissionsBoundaryArn: none}": (
        "PermissionsBoundaryArn cannot be 'none': the ARN of a managed policy, or empty"
    ),
}


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("command", ["lint", "simulate"])
def test_invalid_values_of_parameters(run: Run, plan: Path, values: str, command: str):
    change(plan, "{OrdersGlueJobs: extract-orders}", values)
    done = run(command, "--env", "prod")
    name = values[1:].partition(":")[0]
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Error: environments.prod.parameters.{name}: {VALUES[values]} (sfnorch.yaml, line 15)\n"


def test_pipeline(run: Run):
    assert run("pipeline", "render", "--env", "dev").code == 0


# which stack


@pytest.mark.parametrize("command", [["deploy", "--yes"], ["diff"]])
def test_deploy_and_diff_without_an_environment(run: Run, account: Account, wire: Wire, command: list[str]):
    done = run(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(CHOOSE)
    assert run(*command, "--stack-name", "s").code == 2  # a base plan is not what a stack is to contain
    assert wire.calls == []


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["outputs"],
        ["delete", "--yes"],
        ["run"],
        ["watch"],
        ["logs"],
        ["resume"],
        ["stop", "run-1"],
        ["backfill", "--from", "2026-01-01", "--to", "2026-01-02"],
    ],
)
def test_other_commands_without_an_environment(run: Run, account: Account, wire: Wire, command: list[str]):
    done = run(*command)
    assert (done.code, done.out, done.err) == (1, "", STACKS)
    assert wire.calls == []


def test_a_stack_name_needs_no_environment(run: Run, account: Account):
    done = run("status", "--stack-name", "s")
    assert "The stack s does not exist" in plain(done.err)


@pytest.mark.parametrize(("name", "stack"), [("dev", "orders-dev"), ("prod", "orders-live")])
def test_the_stack_of_an_environment(run: Run, plan: Path, account: Account, name: str, stack: str):
    change(plan, "123456789012", f"'{account.number}'")
    for command in ("status", "outputs"):
        assert f"The stack {stack} does not exist" in plain(run(command, "--env", name).err)
    assert "The stack other does not exist" in plain(run("status", "--env", name, "--stack-name", "other").err)


# which account and Region


COMMANDS = [
    ["deploy", "--yes"],
    ["deploy", "--template", "t.yaml", "--yes"],
    ["diff"],
    ["status"],
    ["outputs"],
    ["delete", "--yes"],
    ["run"],
    ["watch"],
    ["logs"],
    ["resume", "--yes"],
    ["stop", "run-1"],
    ["backfill", "--from", "2026-01-01", "--to", "2026-01-02"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_another_region_is_refused_before_any_call(run: Run, account: Account, wire: Wire, command: list[str]):
    Path("t.yaml").write_text(TEMPLATE)
    done = run(*command, "--env", "prod", "--region", "us-east-1")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: --region us-east-1: the environment prod is in eu-central-1.\n")
    assert wire.calls == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_credentials_of_another_account_are_refused(run: Run, account: Account, wire: Wire, command: list[str]):
    Path("t.yaml").write_text(TEMPLATE)
    done = run(*command, "--env", "prod")
    assert (done.code, done.out) == (1, "")
    assert plain(done.err).endswith(
        f"Error: The credentials are those of the account {account.number}, and the environment prod is in "
        "123456789012\n  nothing was changed; choose another profile with --profile, or another environment\n"
    )
    assert wire.calls == ["GetCallerIdentity"]


def test_the_region_of_the_environment_overrides_the_variables(
    run: Run, plan: Path, account: Account, monkeypatch: pytest.MonkeyPatch
):
    change(plan, "123456789012", f"'{account.number}'")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert "The stack orders-live does not exist in eu-central-1\n" in plain(run("status", "--env", "prod").err)
    assert "The stack orders-dev does not exist in us-east-1\n" in plain(run("status", "--env", "dev").err)


@pytest.mark.parametrize("command", ["watch", "logs", "stop", "resume"])
@pytest.mark.parametrize(
    ("region", "number", "place"), [("us-east-1", "123456789012", REGION), (REGION, "999999999999", "123456789012")]
)
def test_an_execution_that_is_elsewhere(
    run: Run, account: Account, wire: Wire, command: str, region: str, number: str, place: str
):
    arn = EXECUTION.format(region=region, account=number)
    done = run(command, arn, "--env", "prod", *(["--yes"] if command == "resume" else []))
    found = region if place == REGION else number
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"Error: {arn} is in {found}, and the environment prod is in {place}.\n")
    assert wire.calls == []


# what a stack gets


def deployed(account: Account, stack: str) -> dict[str, str]:
    stacks = account.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stacks[0]["Parameters"]}


def test_two_environments_side_by_side(run: Run, plan: Path, account: Account):
    change(plan, "123456789012", f"'{account.number}'")
    Path("t.yaml").write_text(TEMPLATE)
    for name in ("dev", "prod"):
        done = run("deploy", "--template", "t.yaml", "--env", name, "--yes")
        assert done.code == 0, done.err
    assert deployed(account, "orders-dev") == {"Environment": "dev", "OrdersGlueJobs": ""}
    assert deployed(account, "orders-live") == {"Environment": "prod", "OrdersGlueJobs": "extract-orders"}
    Path("t.yaml").write_text(TEMPLATE.replace("DisplayName", "TopicName"))
    for name in ("dev", "prod"):
        assert run("diff", "--template", "t.yaml", "--env", name, "--exit-code").code == 4
    assert run("deploy", "--template", "t.yaml", "--env", "dev", "--yes").code == 0
    assert run("diff", "--template", "t.yaml", "--env", "dev", "--exit-code").code == 0
    assert run("diff", "--template", "t.yaml", "--env", "prod", "--exit-code").code == 4


def test_an_override_of_a_value_of_the_environment(run: Run, plan: Path, account: Account):
    change(plan, "123456789012", f"'{account.number}'")
    Path("t.yaml").write_text(TEMPLATE)
    done = run(
        *("deploy", "--template", "t.yaml", "--env", "prod", "--yes"),
        *("--parameter-overrides", "OrdersGlueJobs=a,b"),
    )
    assert done.code == 0, done.err
    assert deployed(account, "orders-live") == {"Environment": "prod", "OrdersGlueJobs": "a,b"}


@pytest.mark.parametrize("command", [["deploy", "--yes"], ["diff"]])
def test_a_template_of_another_environment(run: Run, plan: Path, account: Account, wire: Wire, command: list[str]):
    change(plan, "123456789012", f"'{account.number}'")
    assert run("render", "--env", "dev", "-o", "dev.yaml").code == 0
    done = run(*command, "--template", "dev.yaml", "--env", "prod")
    assert (done.code, done.out) == (1, "")
    assert plain(done.err).endswith(
        "Error: The template is that of the environment dev, not of prod\n"
        "  render it again with --env prod, or choose the other environment\n"
    )
    assert wire.calls == ["GetCallerIdentity"]


@pytest.mark.parametrize("command", [["deploy", "--yes"], ["diff"]])
def test_values_of_parameters_that_the_template_does_not_allow(
    run: Run, plan: Path, account: Account, wire: Wire, command: list[str]
):
    change(plan, "123456789012", f"'{account.number}'")
    change(plan, "{OrdersGlueJobs: extract-orders}", "{Unknown: 1}")
    done = run(*command, "--env", "prod")
    assert done.code == 1
    message = VALUES["{Unknown: 1}"]
    assert plain(done.err) == f"Error: environments.prod.parameters.Unknown: {message} (sfnorch.yaml, line 15)\n"
    assert set(wire.calls) == {"GetCallerIdentity"}


def test_the_code_of_functions_is_beside_the_plan(run: Run, plan: Path):
    Path("jobs").mkdir()
    Path("jobs/clean.py").write_text("def handler(event, context):\n    return {}\n")
    Path("jobs/plan.yaml").write_text(
        "pattern: flow\nfunctions: [{name: clean, code: clean.py}]\nsteps: [{name: clean, lambda: clean}]\n"
        "environments:\n  dev: {functions: {clean: {timeout: 60}}}\n  prod: {functions: {clean: {code: no.py}}}\n"
    )
    assert run("render", "--plan", "jobs/plan.yaml", "--env", "dev").code == 0
    done = run("render", "--plan", "jobs/plan.yaml", "--env", "prod")
    assert done.err.startswith("Error: environments.prod.functions.clean.code: ")
    assert done.err.endswith("(jobs/plan.yaml, line 6)\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("'!!!'", "'!!!' is invalid; must be"),
        ("7", "expected"),
        ("[a]", "expected"),
    ],
)
def test_an_invalid_name_of_a_plan(run: Run, plan: Path, account: Account, wire: Wire, name: str, message: str):
    change(plan, "name: orders\n", f"name: {name}\n")
    done = run("status", "--env", "dev")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"Error: name: {message} 1 to 60 letters, digits, blanks, dots, dashes and underscores, beginning with a letter "
        "or a digit (sfnorch.yaml, line 2)\n"
    )
    assert wire.calls == []


def test_the_change_set_that_was_reviewed_is_executed(run: Run, plan: Path, account: Account, wire: Wire):
    change(plan, "123456789012", f"'{account.number}'")
    Path("t.yaml").write_text(TEMPLATE)
    for name in ("dev", "prod"):
        assert run("deploy", "--template", "t.yaml", "--env", name, "--yes").code == 0
    Path("t.yaml").write_text(TEMPLATE.replace("DisplayName", "TopicName"))
    done = run("deploy", "--template", "t.yaml", "--env", "prod", "--no-execute")
    assert done.code == 0
    command = done.out.split()[1:]
    assert command[:4] == ["deploy", "--env", "prod", "--execute-change-set"]
    other = run(*("dev" if word == "prod" else word for word in command), "--yes")
    assert other.code == 1
    assert "does not exist" in plain(other.err)
    Path("t.yaml").write_text(TEMPLATE.replace("Topic:", "Other:"))
    wire.calls.clear()
    done = run(*command, "--yes")
    assert done.code == 0, done.err
    assert "CreateChangeSet" not in wire.calls
    Path("t.yaml").write_text(TEMPLATE.replace("DisplayName", "TopicName"))
    assert run("diff", "--template", "t.yaml", "--env", "prod", "--exit-code").code == 0
    assert run("diff", "--template", "t.yaml", "--env", "dev", "--exit-code").code == 4


def test_a_template_and_the_environment_of_a_plan_elsewhere(run: Run, plan: Path, account: Account):
    change(plan, "123456789012", f"'{account.number}'")
    Path("plans").mkdir()
    plan.rename("plans/orders.yaml")
    Path("t.yaml").write_text(TEMPLATE)
    options = ("--template", "t.yaml", "--plan", "plans/orders.yaml")
    assert run("deploy", *options, "--env", "prod", "--yes").code == 0
    assert deployed(account, "orders-live")["Environment"] == "prod"
    assert run("diff", *options, "--env", "prod", "--exit-code").code == 0
    for command in (["deploy", "--yes"], ["diff"]):
        done = run(*command, *options)
        assert done.code == 2
        assert done.err.endswith("Error: A template and --plan exclude each other; pass one of them.\n")


@pytest.mark.parametrize("command", ["lint", "simulate", "graph"])
def test_a_template_has_no_environments(run: Run, monkeypatch: pytest.MonkeyPatch, command: str):
    assert run("render", "--env", "dev", "-o", "t.yaml").code == 0
    done = run(command, "t.yaml", "--env", "prod")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: A template and --env exclude each other; an environment is that of a plan.\n")
    monkeypatch.setenv("SFNORCH_ENV", "prod")
    assert run(command, "t.yaml").code == 0
