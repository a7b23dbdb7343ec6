"""Times `sfnorch deploy` beside `aws cloudformation deploy`, a new stack each, on one emulator.

What counts is what either adds to what CloudFormation itself takes, as the stack's events tell it. Pairs run in turn,
A B A B ...; the medians are printed. usage: python -m benchmarks.deploy [--runs N] [--endpoint URL]
The emulator is ministack, started here, with a template that it knows; another one's may be given.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.docs.reference import SMALL
from tests.ministack import Account, emulator, new_account, small_template

SFNORCH = str(Path(sys.executable).with_name("sfnorch"))
Command = Callable[[str], list[str]]


def sfnorch(stack: str) -> list[str]:
    """The command that deploys with sfnorch."""
    return [SFNORCH, "deploy", "--template", "template.json", "--stack-name", stack, "--yes"]


def aws(stack: str) -> list[str]:
    """The command that deploys with the AWS CLI."""
    words = ["aws", "cloudformation", "deploy", "--template-file", "template.json", "--stack-name", stack]
    return [*words, "--capabilities", "CAPABILITY_IAM"]


def added(command: Command, stack: str, account: Account, folder: str) -> float:
    """The seconds that the command takes, less those from the stack's first event to its last."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(
        command(stack), cwd=folder, env={**environment, **account.environment()}, check=True, capture_output=True
    )
    took = time.perf_counter() - began
    events = account.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    own = [event["Timestamp"] for event in events if event["ResourceStatus"] != "REVIEW_IN_PROGRESS"]
    return took - (max(own) - min(own)).total_seconds()


def main() -> None:
    """Prints what each adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--endpoint", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as own:
        account = new_account(options.endpoint or own)
        Path(folder, "template.json").write_text(small_template(SMALL), encoding="utf-8")
        commands = {"sfnorch deploy": sfnorch, **({"aws cloudformation deploy": aws} if shutil.which("aws") else {})}
        added(sfnorch, "warm", account, folder)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for run in range(options.runs):
            for name, command in commands.items():
                times[name].append(added(command, f"{name.split()[0]}-{run}", account, folder))
    for name, seconds in times.items():
        print(f"{name:<28} adds {statistics.median(seconds):6.2f} s   (sfnorch: under 2 s)")


if __name__ == "__main__":
    main()
