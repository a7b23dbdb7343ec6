"""`sfnorch deploy` and `diff` after a plan was edited: what stays is kept, and what AWS would refuse stops before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_deploy import TOPIC
from tests.ministack import Account, small_template
from tests.screens import plain

NO_PLAN = (
    "Error: The stack s {holds}, and this deployment would replace its resources with {brings}\n"
    "  pass --stack-name to deploy another stack, or --replace-plan to replace the resources\n"
)


def plan(*children: str, name: str = "etl") -> str:
    rows = [{"name": child, "jobs": [f"load-{child}"]} for child in children]
    return small_template(json.dumps({"pattern": "master-child", "name": name, "children": rows}))


@pytest.fixture
def deploy(run: Run, account: Account) -> Run:
    """Deploys a template under the name s, or another that the arguments give, without questions."""

    def command(template: str, *arguments: str) -> Outcome:
        Path("t.json").write_text(template)
        named = () if "--stack-name" in arguments else ("--stack-name", "s")
        done = run("deploy", "--template", "t.json", "--yes", *named, *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


def machines(account: Account) -> dict[str, Any]:
    """When each state machine was created, by its name."""
    rows = account.client("stepfunctions").list_state_machines()["stateMachines"]
    return {row["name"]: row["creationDate"] for row in rows}


def changes(done: Outcome) -> set[tuple[str, str]]:
    """The kinds of changes and the state machines that are changed, as the review shows them."""
    rows = [line.split() for line in done.err.splitlines()]
    return {(row[0], row[1]) for row in rows if len(row) > 2 and row[2] == "AWS::StepFunctions::StateMachine"}


def parameters(account: Account, stack: str = "s") -> dict[str, str]:
    rows = account.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Parameters"]
    return {row["ParameterKey"]: row["ParameterValue"] for row in rows if row["ParameterValue"]}


def test_children_are_added_and_removed_and_the_others_stay(deploy: Run, account: Account):
    assert deploy(plan("orders", "customers"), "--jobs", "orders=load-orders-again").code == 0
    first = machines(account)
    assert first.keys() == {"s-master", "s-orders", "s-customers"}

    done = deploy(plan("countries", "orders", "customers"))
    assert done.code == 0, done.err
    assert changes(done) == {("add", "CountriesStateMachine"), ("modify", "MasterStateMachine")}
    assert "OrdersGlueJobs  load-orders-again  orders   kept from the stack\n" in done.err
    second = machines(account)
    assert second.keys() == {*first, "s-countries"}
    assert {name: second[name] for name in first} == first
    assert parameters(account)["OrdersGlueJobs"] == "load-orders-again"
    assert "CountriesGlueJobs" not in parameters(account)

    done = deploy(plan("customers"))
    assert done.code == 0, done.err
    assert changes(done) == {
        ("remove", "CountriesStateMachine"),
        ("remove", "OrdersStateMachine"),
        ("modify", "MasterStateMachine"),
    }
    assert (
        "The new template has no parameter OrdersGlueJobs; its value 'load-orders-again' in the stack is lost.\n"
        in done.err
    )
    assert (
        "OrdersStateMachine: the state machine s-orders is deleted, with the history of its executions.\n" in done.err
    )
    assert machines(account) == {name: first[name] for name in ("s-master", "s-customers")}


def test_the_first_child_and_a_child_by_name(deploy: Run, account: Account):
    assert deploy(plan("orders", "customers"), "--child1-jobs", "a,b", "--jobs", "customers=c").code == 0
    assert {"OrdersGlueJobs": "a,b", "CustomersGlueJobs": "c"}.items() <= parameters(account).items()
    done = deploy(plan("customers", "orders"), "--child1-jobs", "d")
    assert {"OrdersGlueJobs": "a,b", "CustomersGlueJobs": "d"}.items() <= parameters(account).items()
    assert deploy(plan("orders"), "--child2-jobs", "a").err.splitlines()[-1] == (
        "Error: --child2-jobs: unknown child; available: orders."
    )
    assert done.code == 0


def test_another_plan_does_not_take_the_stack(deploy: Run, account: Account):
    assert deploy(plan("orders", name="a")).code == 0
    before = machines(account)
    refused = deploy(plan("orders", name="b"))
    assert (refused.code, refused.err) == (
        1,
        NO_PLAN.format(holds="holds the plan a (master-child)", brings="the plan b (master-child)"),
    )
    refused = deploy(TOPIC)
    assert (refused.code, refused.err) == (
        1,
        NO_PLAN.format(holds="holds the plan a (master-child)", brings="a template without a plan"),
    )
    assert machines(account) == before
    assert deploy(plan("orders", name="b"), "--replace-plan").code == 0


def test_a_plan_with_environments_takes_its_stack_from_before_and_not_that_of_another_environment(
    deploy: Run, account: Account
):
    text = json.dumps(
        {
            "pattern": "master-child",
            "name": "etl",
            "children": [{"name": "orders", "jobs": ["load-orders"]}],
            "environments": {"dev": {"job_suffix": "-dev"}, "prod": {"job_suffix": "-prod"}},
        }
    )
    assert deploy(plan("orders")).code == 0
    before = machines(account)
    assert deploy(small_template(text, environment="dev")).code == 0
    assert machines(account) == before
    refused = deploy(small_template(text, environment="prod"))
    assert (refused.code, refused.err) == (
        1,
        NO_PLAN.format(
            holds="holds the plan etl (master-child) in the environment dev",
            brings="the plan etl (master-child) in the environment prod",
        ),
    )


def test_a_plan_does_not_take_a_stack_made_by_hand(deploy: Run, account: Account):
    assert deploy(TOPIC).code == 0
    refused = deploy(plan("orders"))
    assert (refused.code, refused.err) == (
        1,
        NO_PLAN.format(holds="was not created by sfnorch from a plan", brings="the plan etl (master-child)"),
    )
    assert deploy(plan("orders"), "--replace-plan").code == 0


def test_a_plan_takes_a_stack_that_was_rendered_before_templates_named_their_plan(deploy: Run, account: Account):
    assert deploy("# Rendered by sfnorch: change the plan and render again\n" + TOPIC).code == 0
    assert deploy(plan("orders")).code == 0


def test_a_stack_is_named_after_its_plan(deploy: Run, run: Run, account: Account):
    Path("t.json").write_text(plan("orders", name="Nightly ETL"))
    assert run("deploy", "--template", "t.json", "--yes").code == 0
    Path("sfnorch.yaml").write_text("pattern: master-child\nname: Nightly ETL\n")
    assert run("outputs").out.startswith("MasterStateMachineArn")
    Path("other.yaml").write_text("pattern: master-child\nname: daily\n")
    assert run("outputs", "--plan", "other.yaml").err.startswith("Error: The stack daily does not exist in ")
    Path("sfnorch.yaml").write_text("pattern: [\n")
    done = run("status")
    assert done.code == 1
    assert done.err == (
        "Error: the stack's name is unknown: the plan is not valid YAML (sfnorch.yaml)\n"
        "  correct the plan, or pass --stack-name\n"
    )
    assert run("outputs", "--stack-name", "Nightly-ETL").code == 0


def topic(logical_id: str, name: str, *, fifo: bool = False) -> str:
    properties = {"TopicName": name, **({"FifoTopic": True} if fifo else {})}
    return json.dumps({"Resources": {logical_id: {"Type": "AWS::SNS::Topic", "Properties": properties}}})


MOVED = (
    "Error: After: the name news is in use by Before (AWS::SNS::Topic), which is deleted only after After is created; "
    "deploy twice, first without After, or give it another name\n"
)


def test_a_name_that_moves_to_another_logical_id(deploy: Run, run: Run, account: Account):
    assert deploy(topic("Before", "news")).code == 0
    done = deploy(topic("After", "news"))
    assert done.code == 1
    assert done.err.endswith(MOVED + "  nothing was deployed\n")
    client = account.client("cloudformation")
    assert client.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert [row["ExecutionStatus"] for row in client.list_change_sets(StackName="s")["Summaries"]] == [
        "EXECUTE_COMPLETE"
    ]

    done = run("diff", "--template", "t.json", "--stack-name", "s")
    assert done.code == 1
    assert done.err == MOVED + "  a deployment would fail before it changes the stack\n"
    document = json.loads(
        run("diff", "--template", "t.json", "--stack-name", "s", "--output", "json").out.split("\n{")[0]
    )
    assert document["conflicts"] == [MOVED.removeprefix("Error: ").rstrip()]

    client.create_change_set(StackName="s", ChangeSetName="another-hand", TemplateBody=topic("After", "news"))
    client.get_waiter("change_set_create_complete").wait(StackName="s", ChangeSetName="another-hand")
    done = run("deploy", "--stack-name", "s", "--execute-change-set", "another-hand", "--yes")
    assert (done.code, done.err) == (1, MOVED + "  nothing was deployed\n")

    assert deploy(topic("Other", "other")).code == 0
    assert deploy(topic("After", "news")).code == 0


def test_diff_shows_what_is_kept_and_which_plan_the_stack_holds(deploy: Run, run: Run, account: Account):
    assert deploy(plan("orders", name="a"), "--jobs", "orders=x").code == 0
    Path("t.json").write_text(plan("orders", name="b"))
    done = run("diff", "--template", "t.json", "--stack-name", "s")
    assert done.code == 0, done.err
    assert "parameter OrdersGlueJobs: 'x' is kept from the stack, used by orders\n" in plain(done.out)
    assert plain(done.out).endswith(
        "The stack s holds the plan a (master-child), and this deployment would replace its resources with the plan b "
        "(master-child)\n"
    )
