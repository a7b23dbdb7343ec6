"""The functions of `sfnorch` that call AWS, against an emulator: the programs of the page, and each function by itself."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import sfnorch
from sfnorch import (
    AwsAccount,
    DeployRequest,
    ExecutionRequest,
    JobOverride,
    Notice,
    OperationLeft,
    OperationProgress,
    OperationStarted,
    RequestError,
    Review,
    RunRequest,
    SfnorchError,
    StackRequest,
    StackUpdate,
    Step,
)
from tests.conftest import Run
from tests.docs.pages import DOCS, blocks
from tests.functional.test_deploy import TAKEN, TOPIC
from tests.functional.test_runs import ROOT, Machines, stacks  # noqa: F401 - a fixture
from tests.ministack import REGION, Account, small_template
from tests.wire import Wire

PLAN = "pattern: dynamic\nname: etl\nlogging: false\ntracing: false\n"
CHAINS = """\
pattern: master-child
name: etl
logging: false
tracing: false
children:
- {name: orders, jobs: [a, b]}
- {name: sales, jobs: [c]}
"""


def program(name: str) -> str:
    """The text of a program that the page of the Python API shows."""
    page = (DOCS / "reference" / "python-api.md").read_text(encoding="utf-8")
    return next(body for file, _, body in blocks(page) if file == name)


@pytest.fixture
def folder(run: Run, account: Account) -> Path:
    """An empty folder, which is the current one, and an empty account."""
    return Path()


def deploy_topic(
    text: str = TOPIC, *, agree: bool = True, **fields: object
) -> tuple[sfnorch.DeployResult, list[StackUpdate]]:
    """Deploy a template as the stack s, and return the result and the events."""
    Path("t.yaml").write_text(text)
    events: list[StackUpdate] = []
    request = DeployRequest(template=Path("t.yaml"), stack_name="s", **fields)  # type: ignore[arg-type]
    return sfnorch.deploy(request, consent=lambda _: agree, on_event=events.append), events


def test_the_program_that_deploys(folder: Path, account: Account, capsys: pytest.CaptureFixture[str]):
    Path("t.json").write_text(small_template(PLAN))  # the emulator does not take the alarms of the plan itself
    text = program("deploy_etl.py").replace('plan=Path("sfnorch.yaml")', 'template=Path("t.json")')
    Path("deploy_etl.py").write_text(text)
    runpy.run_path("deploy_etl.py")
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert "add StateMachine" in lines
    assert [line for line in lines if line.startswith("CREATE_COMPLETE etl")] == ["CREATE_COMPLETE etl "]
    assert lines[-2:] == ["etl: deployed", "state machines: ['jobs']"]
    assert shown.err == ""
    tags = account.client("cloudformation").describe_stacks(StackName="etl")["Stacks"][0]["Tags"]
    assert tags == [{"Key": "team", "Value": "etl"}]


def test_the_program_that_runs_and_resumes(
    stacks: Run,  # noqa: F811
    wire: Wire,
    account: Account,
    capsys: pytest.CaptureFixture[str],
):
    machines = Machines(account, "failed", "resumed")
    wire.answer = machines.answer
    Path("run_etl.py").write_text(program("run_etl.py"))
    runpy.run_path("run_etl.py")
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert "failed: extract-sales ValueError: the input is empty" in lines
    assert "resumes: {'sales': ['extract-sales', 'sum-sales']} skips: ['orders']" in lines
    assert (lines[-1], shown.err) == ("end: succeeded", "")
    assert [machine for machine, _, _ in machines.started] == ["etl-master", "etl-master"]


@pytest.mark.smoke
def test_a_deployment_reports_what_happens(folder: Path):
    result, events = deploy_topic(parameters={"Word": "quiet"})
    assert (result.stack_name, result.end) == ("s", "deployed")
    assert result.stack is not None
    assert result.stack.status == "CREATE_COMPLETE"
    (review,) = (event for event in events if isinstance(event, Review))
    assert [(change.kind, change.logical_id) for change in review.change_set.changes] == [("add", "Topic")]
    assert (review.parameters["Word"], review.overridden, review.defaults["Title"]) == (
        "****",
        {"Word": "quiet"},
        "news",
    )
    kinds = [type(event) for event in events if not isinstance(event, Review)]
    assert (kinds[0], kinds[-1], set(kinds[1:-1])) == (OperationStarted, OperationLeft, {OperationProgress})
    again, events = deploy_topic()
    assert (again.end, events) == ("unchanged", [])


def test_nothing_changes_without_consent(folder: Path, account: Account):
    result, events = deploy_topic(agree=False)
    assert (result.stack_name, result.end, result.stack) == ("s", "declined", None)
    assert [type(event) for event in events] == [Review]
    assert sfnorch.deploy(DeployRequest(template=Path("t.yaml"), stack_name="s")).end == "declined"
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_a_failed_deployment_is_a_result(folder: Path, account: Account):
    account.client("ssm").put_parameter(Name="/taken", Value="b", Type="String")
    result, _ = deploy_topic(TAKEN)
    assert result.end == "failed"
    assert result.ending is not None
    assert result.ending.resource == "Taken"


def test_a_change_set_is_left_and_executed_later(folder: Path, account: Account):
    left, events = deploy_topic(execute=False)
    assert (left.end, [type(event) for event in events]) == ("left", [Review])
    assert left.change_set is not None
    asked: list[Step] = []
    done = sfnorch.execute_change_set(
        left.change_set.name, "s", termination_protection=True, consent=lambda step: not asked.append(step)
    )
    assert (done.stack_name, done.end) == ("s", "deployed")
    assert [step.question for step in asked] == ["Deploy these changes?"]
    stack = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
    assert stack["EnableTerminationProtection"]
    with pytest.raises(SfnorchError, match="The change set x of the stack s does not exist"):
        sfnorch.execute_change_set("x", "s")


def test_the_difference_of_a_deployed_stack(folder: Path):
    deploy_topic()
    request = StackRequest(template=Path("t.yaml"), stack_name="s")
    assert not sfnorch.diff(request).has_differences
    assert (sfnorch.diff(request).drift, sfnorch.diff(request, drift=True).drift) == (None, ())
    Path("t.yaml").write_text(TOPIC.replace("'${Title} ${Word}'", "'${Title}, ${Word}'"))
    found = sfnorch.diff(request)
    assert found.has_differences
    assert [line for line in found.lines if line[:1] in "+-"][2:] == [
        "-    Properties: {DisplayName: !Sub '${Title} ${Word}'}",
        "+    Properties: {DisplayName: !Sub '${Title}, ${Word}'}",
    ]
    assert found.change_set is not None
    assert [change.logical_id for change in found.change_set.changes] == ["Topic"]


@pytest.mark.parametrize(
    ("jobs", "message", "key"),
    [
        ([JobOverride("nobody", ("x",))], "jobs['nobody']: unknown child; available: orders, sales", "nobody"),
        ([JobOverride(3, ("x",))], "jobs[3]: unknown child; available: orders, sales", 3),
        ([JobOverride(1, ("x",)), JobOverride("orders", ("y",))], "jobs['orders']: the parameter OrdersGlueJobs is set twice", "orders"),
    ],
)  # fmt: skip
def test_jobs_that_do_not_fit_the_plan(jobs: list[JobOverride], message: str, key: object, folder: Path):
    with pytest.raises(RequestError) as error:
        sfnorch.deploy(DeployRequest(plan=sfnorch.parse_plan(CHAINS), jobs=jobs))
    assert (error.value.message, error.value.field, error.value.key) == (message, "jobs", key)


def test_jobs_become_parameters_of_the_stack(folder: Path):
    events: list[StackUpdate] = []
    request = DeployRequest(plan=sfnorch.parse_plan(CHAINS), jobs=[JobOverride(2, ("x", "y"))], execute=False)
    sfnorch.deploy(request, on_event=events.append)
    (review,) = (event for event in events if isinstance(event, Review))
    assert (review.parameters["SalesGlueJobs"], review.overridden) == ("x,y", {"SalesGlueJobs": "x,y"})


def test_the_stack_of_the_plan_is_not_that_of_its_pipeline(folder: Path):
    request = sfnorch.PipelineDeployRequest(plan=sfnorch.parse_plan(CHAINS), stack_name="etl")
    with pytest.raises(RequestError, match="etl is the stack of the plan"):
        sfnorch.deploy_pipeline(request)


def test_status_and_deletion(folder: Path, account: Account):
    deploy_topic()
    assert sfnorch.read_stack("s").outputs == {"Title": "news"}
    followed = sfnorch.follow_stack("s")
    assert (followed.ending, followed.status) == (None, sfnorch.status("s"))
    assert sfnorch.status("s").machines == ()
    assert sfnorch.delete("s", consent=lambda stack: stack.name != "s") is None
    events: list[StackUpdate] = []
    deletion = sfnorch.delete("s", on_event=events.append)
    assert deletion is not None
    assert deletion.done
    assert type(events[-1]) is OperationLeft
    with pytest.raises(SfnorchError, match=f"The stack s does not exist in {REGION}"):
        sfnorch.status("s")


def test_an_execution_is_started_watched_and_stopped(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = Machines(account, "failed")
    wire.answer = machines.answer
    waited: list[str] = []

    def note(words: str):  # type: ignore[no-untyped-def]
        waited.append(words)
        return sfnorch.app.account.wait_without_words(words)

    aws = AwsAccount(region=REGION, waits=note)
    request = RunRequest(stack_name="etl", threads={"T1": ["a", "b"]}, name="tonight")
    (arn,) = sfnorch.start_run(request, aws)
    thread = {"threadId": "T1", "child": "orders", "glueJobs": ["a", "b"]}
    assert machines.started[0][1:] == ("tonight", {"threads": [thread]})
    assert waited == [
        "Loading the AWS client",
        "Reading the AWS credentials",
        "Reading the stack etl",
        "Starting the execution",
    ]
    result = sfnorch.watch(ExecutionRequest(execution=arn))
    assert (result.end, [failure.job.name for failure in result.failures if failure.job]) == (
        "work_failed",
        ["extract-sales"],
    )
    assert result.resumable == (arn,)
    assert sfnorch.stop(ExecutionRequest(execution=arn)).executions == ()
    logs = sfnorch.read_logs(ExecutionRequest(execution=arn), tail=5)
    assert [run.job for run in logs.runs] == ["extract-sales"]


def test_a_run_that_does_not_fit_the_machine(stacks: Run):  # noqa: F811
    with pytest.raises(RequestError, match="only: the state machine jobs has no children") as error:
        sfnorch.run(RunRequest(stack_name="dyn", only=["a"]))
    assert error.value.field == "only"


def test_an_execution_that_is_resumed_twice(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = Machines(account, "resumed", "resumed")
    wire.answer = machines.answer
    planned = sfnorch.plan_resume(ExecutionRequest(execution=f"{ROOT}:failed-r1"))
    assert (dict(planned.jobs), planned.skipped) == ({"sales": ["extract-sales", "sum-sales"]}, ["orders"])
    assert machines.started == []
    sfnorch.start_resume(planned)
    with pytest.raises(SfnorchError, match="The execution is already resumed by"):
        sfnorch.start_resume(planned)


def test_a_notice_of_a_lost_value(folder: Path):
    deploy_topic(parameters={"Title": "olds"})
    _, events = deploy_topic("Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert notices[0] == "The new template has no parameter Title; its value 'olds' in the stack is lost."
