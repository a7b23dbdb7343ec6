"""The command that resumes: what a shell makes of it, and the same in a message."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfnorch.patterns import build_workflow
from sfnorch.patterns.message import make_resume_line
from sfnorch.resume_command import MAIN_MACHINES, build_resume_command
from tests.golden.artifacts import starter_plan
from tests.jsonata_engine import evaluate

MACHINE = "arn:aws:states:eu-west-1:123456789012:execution:etl-master:"

NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='<>{}[]?*"#%\\^|~`$&,;:/'), min_size=1, max_size=80
)
"""Names that StartExecution takes: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""


def in_message(arn: str, machine: str = "master") -> str:
    """The last line of a message of the execution."""
    line: str = evaluate(str(make_resume_line(machine)), states={"context": {"Execution": {"Id": arn}}})
    return line


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"stack_name": "etl"}, "sfnorch resume tonight-1 --stack-name etl"),
        (
            {"stack_name": "etl", "region": "eu-west-1", "profile": "my team"},
            "sfnorch resume tonight-1 --stack-name etl --region eu-west-1 --profile 'my team'",
        ),
        ({"stack_name": "other"}, f"sfnorch resume {MACHINE}tonight-1"),
        ({}, f"sfnorch resume {MACHINE}tonight-1"),
    ],
)
def test_the_command(options: dict[str, str], expected: str):
    assert build_resume_command(f"{MACHINE}tonight-1", **options) == expected


@given(NAMES)
@example("-rf")
@example("it's (the) end! @home")
@example("a.b")
def test_a_shell_takes_the_execution_as_one_word(name: str):
    by_name = ["sfnorch", "resume", name, "--stack-name", "etl"]
    by_arn = ["sfnorch", "resume", f"{MACHINE}{name}"]
    plain = re.fullmatch(r"\w[\w-]*", name, re.ASCII)
    assert shlex.split(build_resume_command(f"{MACHINE}{name}", stack_name="etl")) == (by_name if plain else by_arn)
    # jsonata-python takes letters of every script for word characters, and a shell takes them for a word
    told = shlex.split(in_message(f"{MACHINE}{name}").removeprefix("Resume: "))
    assert told == (by_name if plain else by_arn) or (told == by_name and re.fullmatch(r"\w[\w-]*", name))


def test_a_shell_does_not_run_what_stands_in_a_name():
    arn = f"{MACHINE}it's-'(echo)'"
    command = in_message(arn).removeprefix("Resume: ")
    shown = f"set -- {command}; printf '%s' \"$3\""
    told = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True)
    assert told.stdout == arn


@pytest.mark.parametrize(
    ("arn", "machine", "expected"),
    [
        (f"{MACHINE}tonight-1", "master", "tonight-1 --stack-name etl"),
        (f"{MACHINE}tonight-1", "flow", f"'{MACHINE}tonight-1'"),
        ("arn:aws-cn:states:cn-north-1:1:execution:a-b-flow:x", "flow", "x --stack-name a-b"),
        ("arn:aws:states:us-east-1:1:execution:by-hand:x", "loop", "'arn:aws:states:us-east-1:1:execution:by-hand:x'"),
        ("arn:aws:states:us-east-1:1:execution:-loop:x", "loop", "'arn:aws:states:us-east-1:1:execution:-loop:x'"),
        (
            "arn:aws:states:us-east-1:1:execution:a(b)-loop:x",
            "loop",
            "'arn:aws:states:us-east-1:1:execution:a(b)-loop:x'",
        ),
    ],
)
def test_a_message_names_the_stack_where_the_machine_is_one_of_a_stack(arn: str, machine: str, expected: str):
    assert in_message(arn, machine) == f"Resume: sfnorch resume {expected}"


@pytest.mark.parametrize("pattern", ["master-child", "dynamic", "dag", "continuous", "linear"])
def test_the_machine_that_a_stack_is_run_by_has_one_of_the_known_ends(pattern: str):
    first = build_workflow(starter_plan(pattern)).machines[0]
    assert (first.physical_name.suffix if first.physical_name else "") in MAIN_MACHINES
