"""Commands in regions of other partitions; of these the emulator knows the regions, and not the partitions' ARNs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sfnorch.partitions import CONSOLES, find_partition
from tests.conftest import Run
from tests.functional.test_follow import CONSOLE, FAILURE, LINES, TREE
from tests.functional.test_runs import ROOT, Machines
from tests.ministack import Account, small_template
from tests.screens import plain, plain_tree
from tests.wire import Answer, Wire

REGIONS = ["us-gov-west-1", "cn-north-1"]
OF_AWS = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies:
      - {Statement: [{Effect: Allow, Action: [sns:Publish], Resource: 'arn:aws:sns:us-east-1:123456789012:oncall'}]}
      Definition:
        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Arguments: {TopicArn: 'arn:aws:sns:us-east-1:123456789012:oncall', Message: m}
            Catch: [{ErrorEquals: [States.ALL], Next: Done}]
            Next: Done
          Done: {Type: Succeed}
"""


@pytest.fixture(params=REGIONS)
def region(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A region of another partition, which the environment names."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", request.param)
    return str(request.param)


def test_a_definition_is_for_the_partition_of_the_region_unless_another_is_named(run: Run, region: str):
    for arguments, partition in (((), find_partition(region).name), (("--partition", "aws-iso"), "aws-iso")):
        done = run("render", "--format", "asl", "--machine", "child-1", *arguments)
        assert set(re.findall('"Resource": "(arn:.*?):states:::', done.out)) == {f"arn:{partition}"}


def test_a_template_has_no_partition(run: Run):
    done = run("render", "--partition", "aws-cn")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "Error: --partition requires --format asl; a template works in every partition.",
    )


def test_the_default_plan_is_linted_and_simulated_there(run: Run, region: str):
    linted = run("lint")
    assert (linted.code, linted.out) == (0, "the default plan, rendered: 6 state machines, nothing found.\n")
    played = run("simulate", "--fail", "glue-job-2-b", "--output", "json")
    document = json.loads(played.out)
    assert played.code == 3
    assert {each["arn"].split(":")[1] for each in document["executions"]} == {find_partition(region).name}
    told = "\n".join(message["message"] for message in document["messages"])
    links = re.findall("https://([^/]+)/", told)
    assert set(links) == {f"{region}.{CONSOLES[find_partition(region).name]}"}


def test_a_region_may_be_named_and_the_newer_variable_goes_first(run: Run, monkeypatch: pytest.MonkeyPatch):
    Path("t.yaml").write_text(OF_AWS)
    assert run("simulate", "t.yaml").code == 0
    assert run("simulate", "t.yaml", "--region", "cn-north-1").code == 3
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
    monkeypatch.setenv("AWS_REGION", "us-gov-east-1")
    done = run("simulate", "t.yaml")
    assert done.code == 3
    assert done.out.splitlines()[1] == "T+00s  Machine-XXXXXXXXXXXX FAILED: States.Runtime"
    cause = (
        "Machine-XXXXXXXXXXXX FAILED States.Runtime: An error occurred while executing the state 'Tell'. The resource "
        "belongs to a different partition from the running execution. Expected 'aws-us-gov', was 'aws'."
    )
    assert cause in " ".join(done.out.split())
    assert run("simulate", "t.yaml", "--region", "us-east-1").code == 0
    wrong = run("lint", "t.yaml", "--region", "us east")
    assert (wrong.code, wrong.err.splitlines()[-1]) == (
        2,
        "Error: Invalid value for '--region': 'us east' is not the name of an AWS Region; use a name such as us-east-1.",
    )


def test_nothing_is_deployed_that_names_another_partition(run: Run, account: Account, region: str, wire: Wire):
    Path("t.yaml").write_text(OF_AWS)
    done = run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes", "--region", region)
    where = f"{region} is in {find_partition(region).name}"
    topic = "arn:aws:sns:us-east-1:123456789012:oncall"
    at = "Error: Resources.Machine.Properties"
    how = f"use an ARN of the partition {find_partition(region).name}"
    wrong = "[wrong-partition]"
    fails = "each execution fails there, and no Catch handles the error"
    filled = "write arn:${AWS::Partition}:states:… with Fn::Sub, or with DefinitionSubstitutions"
    tell = "Definition.States.Tell"
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{at}.Policies[0].Statement[0].Resource: {topic} is in the partition aws, but {where}; {how} (t.yaml, line 7) {wrong}\n"
        f"{at}.{tell}.Resource: the resource of Tell is in the partition aws, but {where}: {fails}; {filled} (t.yaml, line 14) {wrong}\n"
        f"{at}.{tell}.Arguments.TopicArn: {topic} is in the partition aws, but {where}; {how} (t.yaml, line 15) {wrong}\n"
        "  nothing was deployed\n"
    )
    assert set(wire.calls) - {"ValidateStateMachineDefinition"} == {"DescribeStacks"}  # definitions are validated too


def test_the_default_plan_is_deployed_there(run: Run, account: Account, region: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)  # the account's fixture has set another
    Path("t.json").write_text(small_template("pattern: master-child\n"))
    done = run("deploy", "--template", "t.json", "--stack-name", "s", "--yes")
    assert (done.code, done.err.splitlines()[-1]) == (0, "Deployed: s is CREATE_COMPLETE.")
    outputs = json.loads(run("outputs", "--stack-name", "s", "--output", "json").out)["outputs"]
    assert outputs["MasterStateMachineArn"].split(":")[3] == region
    assert "master" in run("status", "--stack-name", "s").out


def test_a_run_there_is_followed_with_links_into_its_own_console(
    run: Run, account: Account, wire: Wire, region: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AWS_DEFAULT_REGION")  # the execution's ARN names the region
    here, there = ROOT.partition(":execution:")[0], f"arn:{find_partition(region).name}:states:{region}:000000000000"
    machines = Machines(account)

    def answer(operation: str, body: bytes) -> Answer | None:
        found = machines.answer(operation, body.replace(there.encode(), here.encode()))
        return found and (found[0], found[1], found[2].replace(here.encode(), there.encode()))

    wire.answer = answer
    done = run("watch", f"{ROOT.replace(here, there)}:failed-r1", "--stack-name", "etl")
    console = f"https://{region}.{CONSOLES[find_partition(region).name]}"
    failure = FAILURE.replace(CONSOLE, console).replace(here[:-12], there[:-12]).replace("us-east-1", region)
    assert (done.code, plain(done.err)) == (3, LINES)
    assert plain_tree(done.out) == TREE + failure
