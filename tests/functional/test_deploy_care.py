"""`sfnorch deploy` deletes nothing that is another's, leaves nothing of its own, and tells no secret."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.commands import Command
from tests.conftest import Run
from tests.functional.test_deploy import TAKEN, TOPIC, change_sets, status
from tests.functional.test_deploy_faults import DEPLOY, LARGE
from tests.ministack import REGION, UNENDING, Account, fail_operation
from tests.screens import plain
from tests.waiting import PATIENCE, wait_until
from tests.wire import Fault, Wire, json_error, xml_error

ASKED = DEPLOY[:-1]


@pytest.fixture
def template(run: Run) -> Path:
    """A template in the test's folder."""
    path = Path("t.yaml")
    path.write_text(TOPIC)
    return path


class Terminal:
    """A command at a terminal, whose screen can be read and which can be typed to."""

    def __init__(self, arguments: list[str], endpoint: str) -> None:
        self._ours, theirs = pty.openpty()
        environment = {"AWS_ENDPOINT_URL": endpoint, "TERM": "dumb", "NO_COLOR": "1"}
        self.process = Command(*arguments, environment=environment, terminal=theirs)
        os.close(theirs)
        self.screen = ""

    def wait_for(self, words: str) -> None:
        """Reads until the words stand on the screen."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.screen:
            readable, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
            assert readable, self.screen
            self.screen += os.read(self._ours, 10_000).decode()

    def wait_for_read(self) -> None:
        """Returns when the command reads what is typed: a signal that comes just before that read is heeded after it.

        Linux shows the system call that a process is in, and its first argument: read has 0 for the standard input.
        """
        call = Path(f"/proc/{self.process.pid}/syscall")
        if call.exists():
            wait_until(lambda: call.read_text().split()[:2] in (["0", "0x0"], ["63", "0x0"]))
        else:
            time.sleep(0.5)

    def type(self, text: str) -> None:
        """Types a line."""
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> int:
        """The exit code, once it has ended and its screen is read."""
        while select.select([self._ours], [], [], PATIENCE)[0]:
            try:
                data = os.read(self._ours, 10_000)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.screen += data.decode()
        return self.process.wait(PATIENCE)


def test_yes_at_the_question(template: Path, account: Account):
    terminal = Terminal(ASKED, account.endpoint)
    terminal.wait_for("Deploy these changes? [y/N]: ")
    assert status(account) == "REVIEW_IN_PROGRESS"
    terminal.type("y")
    assert (terminal.end(), status(account)) == (0, "CREATE_COMPLETE")


def test_no_at_the_question_leaves_nothing(template: Path, account: Account):
    terminal = Terminal(ASKED, account.endpoint)
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.type("n")
    assert terminal.end() == 1
    assert "Nothing was changed." in terminal.screen
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_ctrl_c_at_the_question_leaves_nothing(template: Path, account: Account):
    terminal = Terminal(ASKED, account.endpoint)
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.wait_for_read()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert terminal.screen.endswith("Deploy these changes? [y/N]: \r\nStopped.\r\n")
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_what_another_has_made_anew_meanwhile_is_not_deleted(template: Path, account: Account, run: Run):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    template.write_text(TAKEN)
    assert run(*DEPLOY).code == 1
    template.write_text(TOPIC)
    terminal = Terminal(ASKED, account.endpoint)
    terminal.wait_for("Delete it, then create it again? [y/N]: ")
    Path("other").mkdir()
    theirs = TOPIC.replace("news", "theirs").replace("Outputs:", "  Queue: {Type: AWS::SQS::Queue}\nOutputs:")
    Path("other/t.yaml").write_text(theirs)
    assert run("deploy", "--template", "other/t.yaml", *DEPLOY[3:]).code == 0
    terminal.type("y")
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.type("n")
    assert terminal.end() == 1
    outputs = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"] == "theirs"


def test_what_was_deleted_before_a_no_is_told(template: Path, account: Account, run: Run):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    template.write_text(TAKEN)
    run(*DEPLOY)
    template.write_text(TOPIC)
    terminal = Terminal(ASKED, account.endpoint)
    terminal.wait_for("Delete it, then create it again? [y/N]: ")
    terminal.type("y")
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.type("n")
    assert terminal.end() == 1
    assert "s was deleted. Nothing else was changed." in terminal.screen


def test_a_change_set_of_anothers_is_never_deleted(template: Path, account: Account, run: Run, wire: Wire):
    cloudformation = account.client("cloudformation")
    cloudformation.create_change_set(StackName="s", ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=TOPIC)
    wire.faults = [Fault("ExecuteChangeSet", xml_error("ValidationError", "Role r is invalid or cannot be assumed"))]
    done = run("deploy", "--stack-name", "s", "--execute-change-set", "theirs", "--yes")
    assert (done.code, done.err.splitlines()[-2]) == (
        1,
        "Error: The change set theirs can't be executed: Role r is invalid or cannot be assumed",
    )
    assert change_sets(account) == [("CREATE_COMPLETE", "AVAILABLE")]


def test_a_newer_review_takes_the_place_of_all_before_it(template: Path, account: Account, run: Run):
    run(*DEPLOY)
    cloudformation = account.client("cloudformation")
    theirs = {"StackName": "s", "ChangeSetName": "theirs", "TemplateBody": TOPIC.replace("news", "theirs")}
    cloudformation.create_change_set(**theirs)
    for title in ("one", "two"):
        template.write_text(TOPIC.replace("news", title))
        done = run(*ASKED, "--no-execute", "--supersede", "--no-previous-parameters", "--dotenv", "left.env")
        assert done.code == 0, done.err
    rows = cloudformation.list_change_sets(StackName="s")["Summaries"]
    left = dict(line.split("=", 1) for line in Path("left.env").read_text().splitlines())
    able = {row["ChangeSetName"] for row in rows if row["ExecutionStatus"] == "AVAILABLE"}
    assert able == {"theirs", left["CHANGE_SET"]}
    (arn,) = (row["ChangeSetId"] for row in rows if row["ChangeSetName"] == left["CHANGE_SET"])
    assert left["CHANGE_SET_LINK"] == (
        f"https://{REGION}.console.aws.amazon.com/cloudformation/home?region={REGION}#/stacks/changesets/changes"
        f"?stackId={quote(rows[0]['StackId'], safe='')}&changeSetId={quote(arn, safe='')}"
    )


def test_anothers_operation_is_waited_for_where_that_is_wanted(template: Path, account: Account, run: Run, wire: Wire):
    run(*DEPLOY)
    waiting = TOPIC.replace("Outputs:", UNENDING + "Outputs:")
    account.client("cloudformation").update_stack(StackName="s", TemplateBody=waiting)
    wire.once_after("DescribeStackEvents", lambda: fail_operation(account, "s"))
    done = run(*ASKED, "--no-execute", "--wait", "--dotenv", "left.env")
    assert done.code == 0, done.err
    assert done.err.startswith("An operation on s is in progress: UPDATE_")
    assert done.err.endswith("No changes: s is UPDATE_ROLLBACK_COMPLETE.\n")
    link = f"https://{REGION}.console.aws.amazon.com/cloudformation/home?region={REGION}#/stacks/stackinfo?stackId="
    assert Path("left.env").read_text().startswith(f"CHANGE_SET=\nCHANGE_SET_LINK={link}arn%3Aaws%3A")


def test_parameters_that_are_missing_are_told_before_a_stack_is_deleted(template: Path, account: Account, run: Run):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    needing = "Parameters: {Need: {Type: String}}\n" + TAKEN.replace("Value: a", "Value: !Ref Need")
    template.write_text(needing)
    assert run(*DEPLOY, "--parameter-overrides", "Need=x").code == 1
    done = run(*DEPLOY)
    assert (done.code, done.err) == (
        1,
        "Error: the parameter Need has no default; specify a value\n  set parameters with --parameter-overrides KEY=VALUE\n",
    )
    assert status(account) == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("operation", ["CreateChangeSet", "ExecuteChangeSet", "DescribeChangeSet"])
@pytest.mark.parametrize("fault", ["lost", "doubled"])
def test_an_answer_that_is_lost_or_a_call_that_comes_twice(
    template: Path, account: Account, run: Run, wire: Wire, operation: str, fault: str
):
    getattr(wire, fault).append(operation)
    done = run(*DEPLOY)
    assert (done.code, done.out) == (0, "Title  news\n"), done.err
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


@pytest.mark.parametrize("fault", ["lost", "doubled"])
def test_a_change_set_that_was_left_is_executed_though_its_answer_is_lost(
    template: Path, account: Account, run: Run, wire: Wire, fault: str
):
    command = run(*DEPLOY, "--no-execute").out.split()[1:]
    getattr(wire, fault).append("ExecuteChangeSet")
    # the second call comes when the operation of the first has ended
    wire.once_after("ExecuteChangeSet", lambda: wait_until(lambda: status(account) == "CREATE_COMPLETE"))
    done = run(*command, "--yes")
    assert (done.code, done.out) == (0, "Title  news\n"), done.err
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


@pytest.mark.parametrize("operation", ["CreateChangeSet", "ExecuteChangeSet"])
def test_all_answers_to_a_call_are_lost(template: Path, account: Account, run: Run, wire: Wire, operation: str):
    wire.lost = [operation] * 5  # as often as botocore calls
    done = run(*DEPLOY)
    assert (done.code, done.out) == (0, "Title  news\n"), done.err
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


@pytest.mark.parametrize("fault", ["lost", "doubled"])
def test_a_deletion_whose_answer_is_lost(template: Path, account: Account, run: Run, wire: Wire, fault: str):
    run(*DEPLOY)
    getattr(wire, fault).append("DeleteStack")
    done = run("delete", "--stack-name", "s", "--yes")
    assert (done.code, done.err.splitlines()[-1]) == (0, "s is deleted.")
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_a_change_set_that_a_kill_left_failed_is_cleared_away(template: Path, account: Account, run: Run):
    run(*DEPLOY)
    run(*DEPLOY, "--no-execute", "--parameter-overrides", "Title=x")
    name = next(
        row["ChangeSetName"]
        for row in account.client("cloudformation").list_change_sets(StackName="s")["Summaries"]
        if row["ExecutionStatus"] == "AVAILABLE"
    )
    account.client("cloudformation").create_change_set(
        StackName="s",
        ChangeSetName=f"{name[:25]}dead",
        ChangeSetType="UPDATE",
        TemplateBody=TOPIC,
    )
    assert ("FAILED", "UNAVAILABLE") in change_sets(account)
    run(*DEPLOY, "--no-execute", "--parameter-overrides", "Title=x")
    assert ("FAILED", "UNAVAILABLE") not in change_sets(account)


def test_a_cleanup_that_is_refused_is_told_and_no_failure(template: Path, account: Account, run: Run, wire: Wire):
    run(*DEPLOY)
    wire.faults = [Fault("DeleteChangeSet", xml_error("AccessDenied", "not you", 403))]
    done = run(*DEPLOY)
    assert (done.code, plain(done.err)) == (
        0,
        "The change set sfnorch-DIGEST-NONCE remains; deleting it failed: not you\nNo changes: s is CREATE_COMPLETE.\n",
    )


NEEDY = TOPIC.replace("Default: hush, NoEcho: true", "NoEcho: true, AllowedPattern: '[a-z]+'")


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_a_value_that_is_nobodys_business_is_in_no_error(
    template: Path, account: Account, run: Run, wire: Wire, debug: list[str]
):
    template.write_text(NEEDY)
    done = run(*debug, *DEPLOY, "--parameter-overrides", "Word=Hunter2-Hunter2")
    assert (done.code, done.err.splitlines()[-2]) == (
        1,
        "Error: Word cannot be the specified value: it must match [a-z]+",
    )
    wire.faults = [Fault("CreateChangeSet", xml_error("ValidationError", "Parameter Word value hunterhunter is bad"))]
    done = run(*debug, *DEPLOY, "--parameter-overrides", "Word=hunterhunter")
    assert (done.code, done.err.splitlines()[-1]) == (
        1,
        "Error: CreateChangeSet: Parameter Word value **** is bad (ValidationError)",
    )
    assert "hunterhunter" not in done.err


def test_json_tells_errors_too(template: Path, account: Account, run: Run):
    done = run("outputs", "--stack-name", "nobody", "--output", "json")
    assert (done.code, json.loads(done.out)) == (
        1,
        {
            "version": 1,
            "error": {
                "message": "The stack nobody does not exist in eu-central-1",
                "hint": "specify another with --stack-name and --region, or create it with `sfnorch deploy`",
            },
        },
    )
    done = run(*DEPLOY, "--output", "json", "--parameter-overrides", "Nobody=x")
    assert json.loads(done.out)["error"]["message"].startswith("unknown parameter Nobody; available: ")


@pytest.mark.smoke
def test_status_follow_tells_how_it_ended(template: Path, account: Account, run: Run, wire: Wire):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    waiting = (TAKEN + UNENDING).replace("DependsOn: Topic", "DependsOn: Wait")
    account.client("cloudformation").create_stack(StackName="s", TemplateBody=waiting)
    wire.once_after("DescribeStackEvents", lambda: fail_operation(account, "s"), calls=2)
    done = run("status", "--follow", "--stack-name", "s")
    assert done.code == 1
    errors = [line for line in done.err.splitlines() if line.startswith("Error")]
    assert errors[0] == "Error: s: ROLLBACK_COMPLETE"
    assert errors[1].startswith("Error: Wait (AWS::CloudFormation::WaitCondition): ")
    assert done.out.startswith("s  ROLLBACK_COMPLETE")


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:99999", ("Error: AWS can't be called: Port out of range 0-65535\n"
         "  check AWS_ENDPOINT_URL and the name of the region\n")),
        ("AWS_ENDPOINT_URL", "ftp://x", ("Error: AWS can't be called: Invalid endpoint: ftp://x\n"
         "  check AWS_ENDPOINT_URL and the name of the region\n")),
        ("AWS_ENDPOINT_URL", "foo", ("Error: AWS can't be called: Invalid endpoint: foo\n"
         "  check AWS_ENDPOINT_URL and the name of the region\n")),
        ("AWS_DEFAULT_REGION", "no where", ("Error: AWS can't be called: Provided region_name 'no where' doesn't match a "
         "supported format.\n  check AWS_ENDPOINT_URL and the name of the region\n")),
    ],
)  # fmt: skip
def test_settings_that_are_wrong(
    run: Run, account: Account, monkeypatch: pytest.MonkeyPatch, name: str, value: str, error: str
):
    monkeypatch.setenv(name, value)
    done = run("outputs")
    assert (done.code, done.out, done.err) == (1, "", error)


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_a_token_that_ends_in_a_line_break(
    run: Run, account: Account, monkeypatch: pytest.MonkeyPatch, debug: list[str]
):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "IQoJb3-a-token\r")
    done = run(*debug, "outputs")
    assert (done.code, done.err.splitlines()[-2:], "IQoJb3" in done.err) == (
        1,
        [
            "Error: The AWS session token contains a space or a line break",
            "  correct the environment variable or the profile",
        ],
        False,
    )


def test_protection_is_not_taken_off_before_there_is_consent(template: Path, account: Account, run: Run):
    def protected() -> bool:
        return bool(
            account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]["EnableTerminationProtection"]
        )

    run(*DEPLOY, "--termination-protection")
    template.write_text(TOPIC.replace("DisplayName", "TopicName"))
    left = run(*DEPLOY, "--no-execute", "--no-termination-protection")
    assert (left.code, protected()) == (0, True)
    command = left.out.split()[1:]
    assert command[-1] == "--no-termination-protection"
    assert run(*command, "--yes").code == 0
    assert not protected()


def test_a_protected_stack_that_is_made_anew(template: Path, account: Account, run: Run):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    template.write_text(TAKEN)
    run(*DEPLOY)
    account.client("cloudformation").update_termination_protection(StackName="s", EnableTerminationProtection=True)
    template.write_text(TOPIC)
    done = run(*DEPLOY)
    assert (done.code, done.err.splitlines()[-1]) == (
        1,
        "  `aws cloudformation update-termination-protection --no-enable-termination-protection` disables it",
    )
    assert run(*DEPLOY, "--no-termination-protection").code == 0
    assert status(account) == "CREATE_COMPLETE"


def test_a_failed_change_set_of_a_killed_first_deploy(template: Path, account: Account, run: Run, wire: Wire):
    wire.faults = [Fault("ListChangeSets", xml_error("ValidationError", "Stack [s] does not exist"), after=99)]
    cloudformation = account.client("cloudformation")
    run(*DEPLOY, "--no-execute")
    name = cloudformation.list_change_sets(StackName="s")["Summaries"][0]["ChangeSetName"]
    cloudformation.delete_change_set(StackName="s", ChangeSetName=name)
    assert (run(*DEPLOY).code, status(account)) == (0, "CREATE_COMPLETE")


def test_a_change_set_of_another_stack(template: Path, account: Account, run: Run):
    run(*DEPLOY)
    cloudformation = account.client("cloudformation")
    other = cloudformation.create_change_set(
        StackName="other", ChangeSetName="theirs", ChangeSetType="CREATE", TemplateBody=TOPIC
    )["Id"]
    done = run("deploy", "--stack-name", "s", "--execute-change-set", other, "--yes")
    assert (done.code, done.err) == (1, "Error: The change set belongs to the stack other, not to s\n")


def test_credentials_that_a_process_can_not_give(run: Run, account: Account, monkeypatch: pytest.MonkeyPatch):
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    Path("config").write_text("[default]\ncredential_process = /not/there\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(Path("config").resolve()))
    done = run("outputs")
    assert (done.code, done.err) == (
        1,
        (
            "Error: The AWS credentials can't be read: [Errno 2] No such file or directory: '/not/there'\n"
            "  check the profile and the environment variables\n"
        ),
    )


@pytest.mark.parametrize("answer", [(200, "text/xml", b"<foo/>"), (200, "text/plain", b"garbage")])
def test_an_answer_that_is_not_awss(run: Run, wire: Wire, answer: tuple[int, str, bytes]):
    wire.faults = [Fault("*", answer, times=99)]
    done = run("outputs")
    assert (done.code, done.err.splitlines()[0][:60]) == (
        1,
        "Error: The response is not from AWS, but an HTML page (KeyEr"
        if answer[2] == b"<foo/>"
        else "Error: The response is not from AWS, but an HTML page (Respo",
    )


def test_a_bucket_is_not_made_for_what_is_wrongly_asked(template: Path, account: Account, run: Run):
    template.write_text(LARGE)
    assert run(*DEPLOY, "--tags", "nonsense").code == 2
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_jobs_of_a_child_by_its_name(account: Account, run: Run, wire: Wire):
    Path("sfnorch.yaml").write_text(
        "pattern: master-child\njob_states: false\nlogging: false\ntracing: false\n"
        "children: [{name: one, jobs: [a]}, {name: two, jobs: [b]}]\n"
    )
    wire.faults = [Fault("ListJobs", json_error("AccessDeniedException", "no"))]
    done = run("deploy", "--yes", "--no-execute", "--jobs", "two=c,d", "--stack-name", "s")
    assert "TwoGlueJobs  c,d    two" in done.err
    assert done.code == 0
