"""Deploys through a wire that loses, doubles and refuses calls at random, and counts what a person would be misled by.

Each deployment creates a stack, updates it or deletes it, on an emulator (ministack). Afterwards the emulator itself is
asked what became of the stack. Counted are reports that are wrong, change sets and stacks that were left behind, and
operations that were begun twice. usage: python -m benchmarks.faults [--deployments N] [--seed N]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sfnorch.cli.main import main as run_sfnorch
from tests.ministack import Account, emulator, new_account
from tests.wire import Wire, wire_to

TEMPLATE = """\
Parameters: {Title: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Title}}
Outputs: {Title: {Value: !Ref Title}}
"""
FAULTS = ("lost", "doubled", "dropped", "reset", "unwell", "throttled")
RATES = (0.1, 0.3, 0.5)
BLAME = ("another hand", "is under way", "There has been")
HONEST = ("goes on in AWS", "It is unknown whether", "stays, deleting it failed")
"""What an error says that leaves open how the operation ends, or names what is left."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the emulator knows of a stack."""

    title: str | None
    status: str
    begun: int
    """Operations that were ever begun on stacks of this name."""
    left: int
    """Change sets that were not executed, and stacks that are nothing but a change set."""


def truth(client: Any, stack: str) -> Truth:
    """What has become of the stack."""
    try:
        row = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError:
        return Truth(None, "DELETE_COMPLETE", 0, 0)
    outputs = {item["OutputKey"]: item["OutputValue"] for item in row.get("Outputs", ())}
    events = client.describe_stack_events(StackName=row["StackId"])["StackEvents"]
    begun = {
        (event.get("ClientRequestToken"), event["ResourceStatus"])
        for event in events
        if event["PhysicalResourceId"] == row["StackId"]
        and event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
    }
    sets = client.list_change_sets(StackName=stack)["Summaries"]
    left = sum(item["ExecutionStatus"] not in ("EXECUTE_COMPLETE", "OBSOLETE") for item in sets)
    return Truth(outputs.get("Title"), row["StackStatus"], len(begun), left)


def sfnorch(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and all that it printed."""
    printed = io.StringIO()
    sys.argv = ["sfnorch", *arguments]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            run_sfnorch()
        except SystemExit as end:
            return int(end.code or 0), printed.getvalue()
    return 0, printed.getvalue()


@contextlib.contextmanager
def faulty(wire: Wire, chances: random.Random, rate: float) -> Iterator[None]:
    """Let calls go wrong at this rate while the block runs."""
    wire.chance = lambda _: chances.create_choice(FAULTS) if chances.random() < rate else ""
    try:
        yield
    finally:
        wire.chance = lambda _: ""


def wrong(code: int, printed: str, before: Truth, after: Truth, title: str | None) -> str:
    """What is wrong in the report of a deployment to the title, or of a deletion (None); empty where it is right."""
    is_done = after.title == title and after.status in (
        ("CREATE_COMPLETE", "UPDATE_COMPLETE") if title else ("DELETE_COMPLETE",)
    )
    if "bug in sfnorch" in printed:
        return "a bug is reported"
    if any(words in printed for words in BLAME) and "goes on in AWS" not in printed:
        return "somebody else is blamed"
    if code == 0 and not is_done:
        return "a success is reported, and is none"
    if code and after.begun > before.begun and not any(words in printed for words in HONEST):
        return "a failure is reported, and the operation was begun"
    return ""


def soak(account: Account, wire: Wire, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """The counts, and what was printed where something was wrong."""
    client = account.client("cloudformation")
    chances = random.Random(seed)  # noqa: S311 - no secret
    counts: Counter[str] = Counter()
    bad: list[str] = []
    os.environ.update({**account.environment(), "AWS_ENDPOINT_URL": wire.address})
    for number in range(count):
        stack = f"s{number // 3}"
        kind = ("create", "update", "delete")[number % 3]
        title = None if kind == "delete" else f"title-{number}"
        before = truth(client, stack)
        rate = chances.create_choice(RATES)
        if kind == "delete" and before.title is None:
            counts["nothing to delete"] += 1
            continue
        with faulty(wire, chances, rate):
            words = ("delete",) if title is None else ("deploy", "--template", "t.yaml")
            given = () if title is None else ("--parameter-overrides", f"Title={title}")
            code, printed = sfnorch(*words, "--stack-name", stack, "--yes", *given)
        after = truth(client, stack)
        fault = wrong(code, printed, before, after, title)
        extra = after.begun - before.begun - 1
        left = after.left and "stays, deleting it failed" not in printed
        counts += Counter(
            {
                "operations": 1,
                "reported as done": code == 0,
                "reported as failed": code != 0,
                "wrong reports": bool(fault),
                "leftovers": after.left,
                "leftovers that are not reported": bool(left),
                "duplicates": max(0, extra) if title else 0,
            }
        )
        if fault or left or (title and extra > 0):
            bad.append(f"--- {kind} {stack}, rate {rate}: {fault}; exit code {code}, {before} -> {after}\n{printed}")
    return counts, bad


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deployments", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as endpoint, wire_to(endpoint) as wire:
        os.chdir(folder)
        Path("t.yaml").write_text(TEMPLATE, encoding="utf-8")
        counts, bad = soak(new_account(endpoint), wire, options.deployments, options.seed)
        calls = len(wire.calls)
        os.chdir("/")
    print("\n".join(bad))
    for name in ("operations", "reported as done", "reported as failed", "wrong reports", "leftovers",
                 "leftovers that are not reported", "duplicates", "nothing to delete"):  # fmt: skip
        print(f"{name:<34} {counts[name]:5}")
    print(f"{'calls':<34} {calls:5}")


if __name__ == "__main__":
    main()
