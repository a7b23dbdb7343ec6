"""Whatever a plan, a template, a function, AWS or the command line holds, no command shows or saves it raw."""

from __future__ import annotations

import json
import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_logs import Runs
from tests.functional.test_runs import ROOT, stacks  # noqa: F401 - a fixture
from tests.ministack import Account
from tests.terminals import Terminal
from tests.unit.test_printable import is_hidden
from tests.wire import Fault, Wire, json_error, xml_error

RAW = "\x9b2J\x7f\u202e\u200b\u2028"
"""What XML and any depth of JSON can hold as it is."""
EVIL = f"\x1b[31m\x1b]8;;http://x\x1b\\{RAW}[bold]\x07\r"
ESCAPES = (r"\u009b", r"\x9b", r"\udcff", "#92;u009b")
"""How the first of RAW's characters is shown, also by repr and in Mermaid; and a byte of a file's name."""

FUNCTION = f"""
import sys
def handler(event, context):
    print({EVIL!r})
    sys.stderr.write({EVIL!r})
    raise RuntimeError({EVIL!r})
"""
TEMPLATE = {
    "Resources": {
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": f"machine{EVIL}",
                "RoleArn": f"arn:aws:iam::111122223333:role/{EVIL}",
                "Definition": {
                    "Comment": EVIL,
                    "QueryLanguage": "JSONata",
                    "StartAt": f"job{EVIL}",
                    "States": {
                        f"job{EVIL}": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::glue:startJobRun.sync",
                            "Arguments": {"JobName": f"orders{EVIL}", "Arguments": {"--x": EVIL}},
                            "Next": f"call{EVIL}",
                        },
                        f"call{EVIL}": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "Arguments": {"FunctionName": {"Ref": "Function"}, "Payload": {EVIL: EVIL}},
                            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": f"tell{EVIL}"}],
                            "Next": f"tell{EVIL}",
                        },
                        f"tell{EVIL}": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sns:publish",
                            "Arguments": {"TopicArn": f"arn:aws:sns:x:1:{EVIL}", "Subject": EVIL, "Message": EVIL},
                            "Next": f"fail{EVIL}",
                        },
                        f"fail{EVIL}": {"Type": "Fail", "Error": f"error{EVIL}", "Cause": f"cause{EVIL}"},
                    },
                },
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": "arn:aws:iam::111122223333:role/r",
                "Code": {"ZipFile": FUNCTION},
            },
        },
    },
}
PLAN = f"pattern: master-child\nchildren:\n- name: {json.dumps(EVIL)}\n  jobs: [{json.dumps(EVIL)}]\n{json.dumps(EVIL)}: 1\n"

OFFLINE = [
    ["lint", "t.json"],
    ["lint", "t.json", "--output", "json"],
    ["graph", "t.json"],
    ["graph", "t.json", "--format", "mermaid"],
    ["graph", "t.json", "--format", "dot"],
    ["graph", "t.json", "-o", "graph.txt"],
    ["graph", "t.json", "-o", f"graph{EVIL}.mmd".replace("/", ""), "--format", "mermaid"],
    ["graph", "t.json", "-o", "graph.dot", "--format", "dot"],
    ["graph", "t.json", "--machine", f"none{EVIL}"],
    ["simulate", "t.json", "--run-functions", "--save", "run.svg"],
    ["simulate", "t.json", "--save", "run.html", "--mock", f"call{EVIL}={json.dumps({EVIL: EVIL})}"],
    ["simulate", "t.json", "--save", "run.txt", "--output", "json", "--run-functions"],
    ["simulate", "t.json", "--fail", f"orders{EVIL}"],
    ["simulate", "t.json", "--fail", f"none{EVIL}"],
    ["simulate", "t.json", "--input", f"{{{json.dumps(EVIL)}: 1, {json.dumps(EVIL)}: 2}}"],
    ["render", "--plan", "plan.yaml"],
    ["render", "--plan", "plan.yaml", "--output", "json"],
    ["simulate", "--plan", "plan.yaml"],
    ["export", "airflow", "--plan", "plan.yaml"],
    ["lint", f"none{EVIL}.yaml"],
    ["lint", "--ignore", f"none{EVIL}"],
    ["render", "--machine", f"none{EVIL}", "--format", "asl"],
    ["render", "-o", f"none/{EVIL}"],
    ["render", "-o", os.fsdecode(b"\xff\x1b.yaml")],
    [f"none{EVIL}"],
    [f"--none{EVIL}"],
    ["help", f"none{EVIL}"],
    ["init", f"none{EVIL}"],
    ["pipeline", f"none{EVIL}"],
    ["deploy", "--stack-name", f"s{EVIL}"],
    ["--debug", "lint", f"none{EVIL}.yaml"],
]


def is_clean(done: Outcome) -> bool:
    return not is_hidden(done.out) and not is_hidden(done.err)


def shows_escapes(done: Outcome) -> bool:
    return any(escape in done.out + done.err for escape in ESCAPES)


@pytest.fixture
def folder(run: Run) -> Path:
    """The current folder, with a hostile template and a hostile plan."""
    Path("t.json").write_text(json.dumps(TEMPLATE))
    Path("plan.yaml").write_text(PLAN)
    return Path()


def test_no_command_shows_or_saves_a_hostile_text_raw(folder: Path, run: Run):
    for arguments in OFFLINE:
        done = run(*arguments)
        assert done.code != 70, (arguments, done.err)
        assert is_clean(done), (arguments, done)
        wrote = done.out.startswith("Wrote graph.")
        assert wrote or shows_escapes(done), (arguments, done)
        if arguments[-2:] == ["--output", "json"] or "json" in arguments[-2:]:
            json.loads(done.out)
    made = [path for path in folder.iterdir() if path.name not in ("t.json", "plan.yaml")]
    assert {path.suffix for path in made} >= {".svg", ".html", ".txt", ".mmd", ".dot", ".yaml"}
    for path in made:
        text = path.read_text(encoding="utf-8")
        assert not is_hidden(text), path
        assert path.suffix == ".yaml" or any(escape in text for escape in ESCAPES), path
    ET.parse(folder / "run.svg")  # noqa: S314 - made here


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal")
def test_a_terminal_gets_no_sequence_but_sfnorchs_own(folder: Path):
    terminal = Terminal("simulate", "t.json", "--run-functions", environment={})
    assert terminal.end() in (1, 3)
    assert r"\u001b[31m" in terminal.screen  # which fails for sequences that it does not know
    assert not any(mark in terminal.written for mark in ("\x1b]", "\x9b", "\x07", "\u202e"))


def hostile(body: bytes) -> bytes:
    """The answer of a service with hostile texts where people's texts are: reasons, values, causes, log lines."""
    raw = RAW.encode()
    for name in (b"Stack", b"Resource"):
        reason = b"<%bStatusReason>%b</%bStatusReason>" % (name, raw, name)
        body = re.sub(rb"<%bStatusReason>[^<]*</%bStatusReason>|<%bStatusReason ?/>" % (name, name, name), b"", body)
        body = body.replace(b"</%bStatus>" % name, b"</%bStatus>%b" % (name, reason))
    return body.replace(b"<OutputValue>", b"<OutputValue>" + raw).replace(b"the input is empty", raw)


def test_no_command_shows_a_hostile_answer_of_aws_raw(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    runs = Runs(account, LogGroupName=f"/aws{RAW}", ErrorMessage=RAW)
    wire.reworded, wire.answer = hostile, runs.answer
    on = ("--stack-name", "etl")
    failed = f"{ROOT}:failed-r1"
    commands: list[tuple[str, ...]] = [
        ("status", *on),
        ("status", *on, "--output", "json"),
        ("outputs", *on),
        ("outputs", *on, "--output", "json"),
        ("watch", failed, *on),
        ("watch", failed, *on, "--output", "json"),
        ("logs", failed, *on),
        ("resume", failed, *on, "--yes", "--no-wait"),
        ("stop", failed, *on),
        ("delete", *on, "--yes"),
    ]
    Path("t.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}\nOutputs: {A: {Value: b}}\n")
    commands.append(("deploy", "--template", "t.yaml", "--stack-name", "new", "--yes"))
    commands.append(("diff", "--template", "t.yaml", "--stack-name", "new"))
    shown: dict[tuple[str, ...], bool] = {}
    for arguments in commands:
        done = stacks(*arguments)
        assert done.code != 70, (arguments, done.err)
        assert is_clean(done), (arguments, done)
        shown[arguments[:1]] = shows_escapes(done) or shown.get(arguments[:1], False)
    assert {name for (name,), is_shown in shown.items() if is_shown} >= {"outputs", "watch", "logs", "delete", "deploy"}


@pytest.mark.parametrize("command", ["status", "outputs", "delete", "run"])
def test_an_error_of_aws_is_not_shown_raw(run: Run, wire: Wire, account: Account, command: str):
    wire.faults = [Fault("*", xml_error("ValidationError", f"no{RAW}", 400), times=9)]
    options: list[str] = ["--yes"] if command == "delete" else []
    done = run(command, *options, "--stack-name", "s")
    assert (done.code, is_clean(done), shows_escapes(done)) == (1, True, True), done


def test_an_error_with_control_characters_is_not_shown_raw(run: Run, wire: Wire, account: Account):
    answer: Any = json_error("StateMachineDoesNotExist", f"no{EVIL}")
    wire.faults = [Fault("*", answer, times=9)]
    done = run("watch", "arn:aws:states:eu-central-1:111122223333:execution:m:n")
    assert done.code == 1
    assert (is_clean(done), shows_escapes(done)) == (True, True), done
