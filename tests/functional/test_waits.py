"""Each wait at a terminal has a spinner with words, which is gone before anything else is shown or asked.

An answer is held until the words are seen: how fast the machine is does not matter.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import Command
from tests.conftest import Run
from tests.functional.test_deploy import TOPIC, status
from tests.functional.test_runs import Machines, stacks  # noqa: F401 - a fixture
from tests.ministack import REGION, Account
from tests.screens import plain, plain_tree
from tests.terminals import Terminal
from tests.wire import Answer, Wire, json_answer

pytestmark = pytest.mark.slow  # they start whole processes

ENVIRONMENT = {"NO_COLOR": "1", "PYTHONUTF8": "1"}
LARGE = TOPIC + f"# {'x' * 60_000}\n"
JOB = """\
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
      Definition:
        QueryLanguage: JSONata
        StartAt: A
        States:
          A:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Arguments: {JobName: a}
            End: true
"""
PLAN = "pattern: dynamic\nlogging: false\ntracing: false\n"


class Holding:
    """Holds the next answer of each operation of these names until it is let go, in their order."""

    def __init__(self, wire: Wire, *operations: str, answer: Callable[[str, bytes], Answer | None] = lambda *_: None):
        self._held = [(operation, threading.Event()) for operation in operations]
        self._reached = 0
        self._answer = answer
        wire.answer = self._hold

    def _hold(self, operation: str, body: bytes) -> Answer | None:
        if self._reached < len(self._held) and self._held[self._reached][0] == operation:
            self._reached += 1
            self._held[self._reached - 1][1].wait(120)
        return self._answer(operation, body)

    def let_go(self) -> None:
        """Let every answer go."""
        for _, event in self._held:
            event.set()

    def see(self, terminal: Terminal, *words: str) -> None:
        """See the words while each answer is held, and let it go."""
        for text, (_, event) in zip(words, self._held, strict=True):
            terminal.wait_for(text, after=len(terminal.written))
            event.set()


def terminal_of(*arguments: str, **environment: str) -> Terminal:
    return Terminal(*arguments, environment={**ENVIRONMENT, **environment})


def test_a_deployment(run: Run, account: Account, wire: Wire):
    Path("t.yaml").write_text(LARGE)
    bucket = f"sfnorch-{account.number}-{REGION}"
    holding = Holding(wire, "DescribeStacks", "S3 HEAD", "S3 PUT", "DescribeChangeSet")
    terminal = terminal_of("deploy", "--template", "t.yaml", "--stack-name", "s", "--resolve-s3")
    holding.see(
        terminal,
        "Reading the stack s…",
        "Looking up the bucket…",
        f"Creating the bucket {bucket}…",
        "Waiting for the change set…",
    )
    terminal.wait_for("Deploy these changes? [y/N]: ")
    reviewed = (
        "The template has 60,245 bytes; templates larger than 51,200 bytes require an S3 bucket. Creating the private,\n"
        f"encrypted, versioned bucket {bucket}.\n"
        "CHANGE  RESOURCE  TYPE\nadd     Topic     AWS::SNS::Topic\n1 to add\nDeploy these changes? [y/N]:"
    )
    assert terminal.screen.replace("\n", " ").split() == reviewed.replace("\n", " ").split()
    holding = Holding(wire, "ExecuteChangeSet", "DescribeStacks")
    terminal.type("y\n")
    holding.see(terminal, "Starting the deployment…", "Reading the stack s…")
    assert (terminal.end(), status(account)) == (0, "CREATE_COMPLETE")
    assert plain(terminal.screen).splitlines()[-6:] == [
        "HH:MM:SS  CREATE_IN_PROGRESS    s  AWS::CloudFormation::Stack",
        "HH:MM:SS  CREATE_IN_PROGRESS    Topic  AWS::SNS::Topic",
        "HH:MM:SS  CREATE_COMPLETE       Topic  AWS::SNS::Topic",
        "HH:MM:SS  CREATE_COMPLETE       s  AWS::CloudFormation::Stack",
        "Deployed: s is CREATE_COMPLETE.",
        "Title  news",
    ]
    assert ("…" in terminal.screen, "\x1b[3" in terminal.written) == (False, False)


def test_diff_status_and_delete(run: Run, account: Account, wire: Wire):
    Path("t.yaml").write_text(TOPIC)
    assert run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes").code == 0
    holding = Holding(wire, "GetTemplate", "CreateChangeSet", "DeleteChangeSet")
    terminal = terminal_of("diff", "--template", "t.yaml", "--stack-name", "s")
    holding.see(terminal, "Reading the deployed template…", "Waiting for the change set…", "Deleting the change set…")
    assert (terminal.end(), terminal.screen) == (0, "s: no differences.\n")

    holding = Holding(wire, "DescribeStacks", "ListStackResources")
    terminal = terminal_of("status", "--stack-name", "s", "--output", "json")
    holding.see(terminal, "Reading the stack s…", "Reading the last executions and the alarms…")
    assert terminal.end() == 0
    assert terminal.screen.splitlines()[0] == "{"

    holding = Holding(wire, "DescribeStacks")
    terminal = terminal_of("delete", "--stack-name", "s")
    holding.see(terminal, "Reading the stack s…")
    question = "Type the name of the stack to delete it (s):"
    terminal.wait_for(question)
    assert terminal.screen == f"{question}\n"
    holding = Holding(wire, "DeleteStack", "DescribeStackEvents")
    terminal.type("s\n")
    holding.see(terminal, "Starting the deletion…", "Waiting for CloudFormation")
    assert terminal.end() == 0
    assert plain(terminal.screen) == (
        f"{question} s\n"
        "HH:MM:SS  DELETE_IN_PROGRESS    s  AWS::CloudFormation::Stack\n"
        "HH:MM:SS  DELETE_IN_PROGRESS    Topic  AWS::SNS::Topic\n"
        "HH:MM:SS  DELETE_COMPLETE       Topic  AWS::SNS::Topic\n"
        "HH:MM:SS  DELETE_COMPLETE       s  AWS::CloudFormation::Stack\n"
        "s is deleted.\n"
    )


def test_glue_jobs(run: Run, account: Account, wire: Wire):
    Path("t.yaml").write_text(JOB)
    jobs = json_answer({"JobNames": ["b"]})
    holding = Holding(wire, "ListJobs", answer=lambda operation, _: jobs if operation == "ListJobs" else None)
    terminal = terminal_of("deploy", "--template", "t.yaml", "--stack-name", "s", "--require-jobs", "--yes")
    holding.see(terminal, "Looking up the Glue jobs…")
    assert terminal.end() == 1
    assert terminal.screen.splitlines()[-3:] == [
        "2 warnings, 2 infos; the deployment continues.",
        "Error: unknown Glue job a",
        "  nothing was deployed; without --require-jobs this is a warning",
    ]


def test_a_run(stacks: Run, account: Account, wire: Wire):  # noqa: F811
    machines = Machines(account, "failed")
    holding = Holding(wire, "StartExecution", "GetExecutionHistory", answer=machines.answer)
    terminal = terminal_of("run", "--stack-name", "etl")
    holding.see(terminal, "Starting the execution…", "Reading the execution's history…")
    assert terminal.end() == 3
    assert plain_tree(terminal.screen).startswith("master SUCCEEDED  ")


@pytest.mark.parametrize(
    ("arguments", "words", "text"),
    [
        (["lint", "pipe"], "Linting pipe", JOB),
        (["graph", "pipe"], "Reading the template", JOB),
        (["simulate", "pipe"], "Reading the template", JOB),
        (["render", "--plan", "pipe"], "Rendering the plan", PLAN),
    ],
    ids=["lint", "graph", "simulate", "render"],
)
def test_what_takes_long_without_a_network(tmp_path: Path, run: Run, arguments: list[str], words: str, text: str):
    os.mkfifo("pipe")
    terminal = terminal_of(*arguments)
    terminal.wait_for(f"{words}…")
    (tmp_path / "pipe").write_text(text)
    assert terminal.end() == 0
    assert "…" not in terminal.screen.replace(" …", "").replace(":…", "")


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_logs_and_pipes_hold_no_spinner(run: Run, account: Account, wire: Wire, term: str):
    wire.after = lambda _: time.sleep(1)  # longer than a spinner lets wait for itself
    arguments = ["outputs", "--stack-name", "s"]
    told = "Error: The stack s does not exist in eu-central-1\n  specify another with --stack-name and --region, or create it with `sfnorch deploy`\n"
    if term == "dumb":
        terminal = terminal_of(*arguments, TERM="dumb")
        assert (terminal.end(), terminal.written.replace("\r\n", "\n")) == (1, told)
        return
    command = Command(*arguments, environment={"TERM": term, "FORCE_COLOR": "1"})
    assert (command.communicate(), command.returncode) == (("", told), 1)


def test_ctrl_c_does_not_wait_for_glue(run: Run, account: Account, wire: Wire):
    Path("t.yaml").write_text(JOB)
    holding = Holding(wire, "ListJobs")
    terminal = terminal_of("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes")
    terminal.wait_for("Looking up the Glue jobs…")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert terminal.screen.splitlines()[-1] == "Stopped."
    holding.let_go()
