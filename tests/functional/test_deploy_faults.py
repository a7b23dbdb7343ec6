"""`sfnorch deploy` when something breaks: throttling, lost connections, expired credentials, a kill, another's deploy."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.commands import Command
from tests.conftest import Run
from tests.functional.test_deploy import TAKEN, TOPIC, change_sets, status
from tests.ministack import SECRET, UNENDING, Account, fail_operation
from tests.screens import plain
from tests.waiting import wait_until
from tests.wire import Fault, Wire, page, wire_to, xml_error

LARGE = TOPIC + "".join(f"  Output{n}: {{Value: {'x' * 1000}}}\n" for n in range(60))
DEPLOY = ["deploy", "--template", "t.yaml", "--stack-name", "s", "--yes"]
FOLLOW = (
    "`sfnorch status --follow --stack-name s` follows it again; `aws cloudformation cancel-update-stack --stack-name s` "
    "takes an update back, `sfnorch delete --stack-name s` a creation"
)


@pytest.fixture
def template(run: Run) -> Path:
    """A template in the test's folder."""
    path = Path("t.yaml")
    path.write_text(TOPIC)
    return path


def _start(arguments: list[str], endpoint: str) -> Command:
    """A command in a process of its own."""
    return Command(*arguments, environment={"AWS_ENDPOINT_URL": endpoint})


def test_throttled_polls_are_asked_again_and_nothing_is_told_twice(run: Run, wire: Wire, template: Path):
    throttled = xml_error("Throttling", "Rate exceeded")
    wire.faults = [Fault("DescribeStackEvents", throttled, times=2, after=1), Fault("DescribeChangeSet", throttled)]
    done = run(*DEPLOY)
    assert (done.code, done.out) == (0, "Title  news\n")
    assert [line.split()[1:3] for line in done.err.splitlines() if line[:1].isdigit() and ":" in line[:3]] == [
        ["CREATE_IN_PROGRESS", "s"],
        ["CREATE_IN_PROGRESS", "Topic"],
        ["CREATE_COMPLETE", "Topic"],
        ["CREATE_COMPLETE", "s"],
    ]


def test_a_connection_that_is_lost_while_following(run: Run, wire: Wire, template: Path):
    wire.faults = [Fault("DescribeStackEvents", None, times=3, after=1)]
    done = run(*DEPLOY)
    assert (done.code, done.out) == (0, "Title  news\n")
    assert wire.calls.count("ExecuteChangeSet") == 1


def test_credentials_that_expire_while_following(run: Run, wire: Wire, template: Path, account: Account):
    expired = xml_error("ExpiredToken", "The security token included in the request is expired", 403)
    wire.faults = [Fault("DescribeStackEvents", expired, times=99, after=1)]
    done = run(*DEPLOY)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-3:] == [
        "Error: The AWS credentials have expired (DescribeStackEvents)",
        "Error: The operation on s continues in AWS and is no longer followed",
        "  log in again (`aws sso login`, or renew the keys of the profile), then repeat the command; " + FOLLOW,
    ]
    wire.faults = []
    assert run("status", "--follow", "--stack-name", "s").code == 0
    assert status(account) == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (
            Fault("*", page(), times=99),
            (
                "Error: The response is not from AWS, but an HTML page (DescribeStacks: HTTP 200)\n"
                "  a proxy or a login page may have answered; check HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL\n"
            ),
        ),
        (
            Fault("*", page(407), times=99),
            (
                "Error: The response is not from AWS, but an HTML page (DescribeStacks: HTTP 407)\n"
                "  a proxy or a login page may have answered; check HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL\n"
            ),
        ),
        (
            Fault("*", xml_error("InvalidClientTokenId", "The security token is invalid.", 403), times=99),
            (
                "Error: AWS rejected the credentials (DescribeStacks: InvalidClientTokenId)\n"
                "  log in again (`aws sso login`, or renew the keys of the profile), then repeat the command\n"
            ),
        ),
        (
            Fault(
                "CreateChangeSet",
                xml_error(
                    "AccessDenied",
                    "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: "
                    "cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-central-1:111122223333:"
                    "stack/s/* because no identity-based policy allows it",
                    403,
                ),
            ),
            (
                "Error: CreateChangeSet: User: arn:aws:iam::111122223333:user/ann is not authorized to perform: "
                "cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-central-1:111122223333:stack/s/* "
                "because no identity-based policy allows it (AccessDenied)\n"
                "  arn:aws:iam::111122223333:user/ann needs cloudformation:CreateChangeSet on "
                "arn:aws:cloudformation:eu-central-1:111122223333:stack/s/*\n"
            ),
        ),
    ],
)
def test_what_aws_or_another_answers(run: Run, wire: Wire, template: Path, fault: Fault, error: str):
    wire.faults = [fault]
    done = run(*DEPLOY)
    assert (done.code, done.out, done.err) == (1, "", error)


def test_nothing_to_reach_aws_with(run: Run, account: Account, template: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    done = run("outputs", "--stack-name", "s")
    assert (done.code, done.err) == (
        1,
        "Error: http://127.0.0.1:9/ can't be reached\n  check the network and the name of the region\n",
    )
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    done = run("outputs", "--stack-name", "s")
    assert (done.code, done.err) == (
        1,
        "Error: No AWS region is set\n  specify one: --region eu-central-1, or AWS_DEFAULT_REGION\n",
    )
    done = run("outputs", "--stack-name", "s", "--profile", "nobody")
    assert (done.code, done.err) == (
        1,
        "Error: The config profile (nobody) could not be found\n  `aws configure list-profiles` lists the available profiles\n",
    )
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # no machine of EC2's is waited for
    done = run("outputs", "--stack-name", "s")
    assert (done.code, done.err) == (
        1,
        (
            "Error: No usable AWS credentials: Unable to locate credentials\n"
            "  set AWS_PROFILE or --profile, or the keys in the environment; `aws configure` creates a profile\n"
        ),
    )


STEPS = [
    "S3 HEAD", "S3 PUT", "S3 PUT publicAccessBlock", "S3 PUT encryption", "S3 PUT policy", "S3 PUT versioning",
    "CreateChangeSet", "DescribeChangeSet", "DescribeStackEvents", "ExecuteChangeSet",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_a_step_the_same_command_deploys(account: Account, template: Path, run: Run, step: str):
    template.write_text(LARGE)
    with wire_to(account.endpoint) as wire:
        process = _start(DEPLOY, wire.address)
        wire.after = lambda operation: process.kill() if operation == step else None
        assert process.wait() == -signal.SIGKILL
        process.communicate()
    done = run(*DEPLOY)
    assert (done.code, status(account)) == (0, "CREATE_COMPLETE"), done.err
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]
    bucket = account.client("s3").list_buckets()["Buckets"][0]["Name"]
    assert account.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_killed_while_it_made_a_failed_stack_anew(account: Account, template: Path, run: Run):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    template.write_text(TAKEN)
    run(*DEPLOY)
    template.write_text(TOPIC)
    with wire_to(account.endpoint) as wire:
        process = _start(DEPLOY, wire.address)
        wire.after = lambda operation: process.kill() if operation == "DeleteStack" else None
        assert process.wait() == -signal.SIGKILL
        process.communicate()
    assert (run(*DEPLOY).code, status(account)) == (0, "CREATE_COMPLETE")


WAITING = TOPIC.replace("Outputs:", UNENDING + "Outputs:")


def test_the_second_of_two_deploys_says_what_is_in_progress(account: Account, template: Path, run: Run, wire: Wire):
    template.write_text(WAITING)
    first = _start(DEPLOY, account.endpoint)
    assert first.stderr is not None
    while "CREATE_IN_PROGRESS    Wait" not in (line := first.stderr.readline()):
        assert line, "the first deploy has ended"
    template.write_text(TOPIC)
    other = run(*DEPLOY)
    assert (other.code, other.out, other.err) == (
        1,
        "",
        (
            "Error: An operation on s is in progress: CREATE_IN_PROGRESS. Nothing was changed\n"
            "  follow it with `sfnorch status --follow`, then repeat the deployment\n"
        ),
    )
    template.write_text(WAITING)
    wire.once_after("DescribeStackEvents", lambda: fail_operation(account, "s"))
    same = run(*DEPLOY)
    assert same.err.splitlines()[0] == "This deployment of s is in progress already: CREATE_IN_PROGRESS."
    assert (same.code, same.err.splitlines()[-2]) == (1, "Error: s: ROLLBACK_COMPLETE")
    first.communicate()
    assert (first.returncode, status(account)) == (1, "ROLLBACK_COMPLETE")


def test_the_later_of_two_deploys_at_the_same_moment_changes_nothing(
    account: Account, template: Path, run: Run, wire: Wire
):
    """The other deploy comes between our change set and its execution."""
    run(*DEPLOY)
    (Path("other") / "t.yaml").parent.mkdir()
    (Path("other") / "t.yaml").write_text(TOPIC.replace("news", "other"))
    others: list[int] = []

    def other(operation: str) -> None:
        if operation == "DescribeChangeSet" and not others:
            process = _start([*DEPLOY[:2], "other/t.yaml", *DEPLOY[3:], "--parameter-overrides", "Title=theirs"],
                             account.endpoint)  # fmt: skip
            process.communicate()
            others.append(process.returncode)

    wire.after = other
    done = run(*DEPLOY, "--parameter-overrides", "Title=ours")
    assert (others, done.code, done.out) == ([0], 1, "")
    outputs = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"] == "theirs"
    assert plain(done.err).splitlines()[-2:] == [
        (
            "Error: The change set sfnorch-DIGEST-NONCE can't be executed: ChangeSet "
            "[arn:aws:cloudformation:eu-central-1:ACCOUNT:changeSet/sfnorch-DIGEST-NONCE/UUID] does not exist"
        ),
        "  if someone else changed the stack, repeat the deployment",
    ]
    assert [row for row in change_sets(account) if row[1] == "AVAILABLE"] == []


def test_no_secret_is_told(account: Account, template: Path, run: Run, wire: Wire, monkeypatch: pytest.MonkeyPatch):
    token = "FwoGZXIvYXdzEBYaDH-a-session-token"
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    told = []
    for fault in (
        Fault("DescribeStacks", xml_error("SignatureDoesNotMatch", f"x-amz-security-token:{token} of {SECRET}", 403)),
        Fault("DescribeStacks", xml_error("ValidationError", f"the secret {SECRET} and {token}")),
        Fault("nothing", None),
    ):
        wire.faults = [fault]
        for debug in ([], ["--debug"]):
            done = run(*debug, *DEPLOY, "--parameter-overrides", "Word=a-word-nobody-sees")
            told.append(done.out + done.err)
    assert len(told) == 6
    assert [word for word in (token, SECRET, "a-word-nobody-sees") for text in told if word in text] == []
    assert "cloudformation CreateChangeSet StackName=s" in told[-1]
    assert "  -> 200" in told[-1]


def test_ctrl_c_while_following(account: Account, template: Path):
    with wire_to(account.endpoint) as wire:
        process = _start(DEPLOY, wire.address)
        throttled = xml_error("Throttling", "Rate exceeded")
        wire.faults = [Fault("DescribeStackEvents", throttled, times=99, after=1)]
        wait_until(lambda: wire.calls.count("DescribeStackEvents") > 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-2:] == [
        "Error: The operation on s continues in AWS and is no longer followed",
        "  " + FOLLOW,
    ]
    assert not re.search("Traceback", err)


def test_a_stack_that_can_not_be_read_after_its_deployment_is_read_again(run: Run, wire: Wire, template: Path):
    unwell = Fault("DescribeStacks", xml_error("InternalFailure", "try later", 500), times=0)
    wire.faults = [unwell]
    wire.once_after("ExecuteChangeSet", lambda: setattr(unwell, "times", 5))  # as often as botocore calls
    done = run(*DEPLOY)
    assert (done.code, done.out) == (0, "Title  news\n"), done.err


@pytest.mark.parametrize("operation", ["DescribeChangeSet", "DescribeStackEvents"])
def test_nothing_is_left_where_a_read_fails_between_the_change_set_and_its_execution(
    run: Run, wire: Wire, template: Path, account: Account, operation: str
):
    denied = xml_error("AccessDenied", "not you", 403)
    wire.lost = ["CreateChangeSet"]
    wire.faults = [Fault(operation, denied, times=1, after=1 if operation == "DescribeChangeSet" else 0)]
    done = run(*DEPLOY)
    assert (done.code, done.err.splitlines()[-1]) == (1, f"Error: {operation}: not you (AccessDenied)")
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_an_answer_is_lost_and_the_change_set_can_not_be_read_for_a_while(
    run: Run, wire: Wire, template: Path, account: Account
):
    wire.lost = ["CreateChangeSet"]
    wire.faults = [Fault("DescribeChangeSet", xml_error("InternalFailure", "try later", 500), times=5)]
    done = run(*DEPLOY)
    assert (done.code, status(account)) == (0, "CREATE_COMPLETE"), done.err
