"""An emulator of AWS, run as a process of its own: ministack, for real round trips over HTTP.

An access key of twelve digits is an account of its own there, so that tests don't see each other's stacks.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.reader import parse_template
from tests.waiting import PATIENCE, wait_until

REGION = "eu-central-1"
_PYTHON = os.environ.get("MINISTACK_PYTHON", sys.executable)
"""Where the emulator is installed: beside the tests, unless they run with versions that it does not take."""

SECRET = "a-secret-key-of-nobody"


@dataclass(frozen=True)
class Account:
    """An account of the emulator: its number, and where it is reached."""

    number: str
    endpoint: str

    def environment(self) -> dict[str, str]:
        """What a process must have in its environment to reach it, and nothing of this machine's own settings."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.number,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, service: str) -> Any:
        """A client of a service, for what a test looks at or prepares."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.number,
            aws_secret_access_key=SECRET,
        )


def new_account(endpoint: str) -> Account:
    """An account that nothing is in yet."""
    return Account(number=f"{10**11 + secrets.randbelow(9 * 10**11)}", endpoint=endpoint)


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """The address of an emulator that runs meanwhile; what it writes goes into the folder."""
    for _ in range(_STARTS):
        endpoint, process = _start(folder)
        try:
            if _comes_up(endpoint, process):
                yield endpoint
                return
        finally:
            process.kill()  # it has nothing to save, and operations may go on in it
            process.wait()
    raise AssertionError((folder / "ministack.log").read_text())


_STARTS = 5
"""How often an emulator is started: its port may be taken between the moment it is found and the emulator's start."""


def _start(folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GATEWAY_PORT": str(port), "HOME": str(folder), "LOG_LEVEL": "WARNING"}
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen([_PYTHON, "-m", "ministack"], cwd=folder, env=environment, stdout=log, stderr=log)
    return f"http://127.0.0.1:{port}", process


def _comes_up(endpoint: str, process: subprocess.Popen[bytes]) -> bool:
    wait_until(lambda: process.poll() is not None or _answers(endpoint))
    return process.poll() is None


def _answers(endpoint: str) -> bool:
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("GET", "/_ministack/health")
        connection.getresponse()
    except OSError:
        return False
    else:
        return True
    finally:
        connection.close()


UNENDING = (
    "  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}\n"
    "  Wait: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Handle, Timeout: '43200'}}\n"
)
"""Resources for which a stack's operation goes on until `fail_operation`."""


def fail_operation(account: Account, stack_name: str) -> None:
    """Has the operation fail that waits for `UNENDING`, as soon as it waits."""

    def is_signalled() -> bool:
        try:
            account.client("cloudformation").signal_resource(
                StackName=stack_name, LogicalResourceId="Wait", UniqueId="1", Status="FAILURE"
            )
        except ClientError as error:
            if "is not waiting for signals" not in str(error):
                raise
            return False
        return True

    wait_until(is_signalled)


def small_template(plan: str, folder: Path | None = None, environment: str = "") -> str:
    """A plan's rendering as JSON, with alarms on one metric: the emulator knows no metric math."""
    plan_model = parse_plan(plan, folder=folder, environment=environment)
    return simplify_alarms(render_template(build_workflow(plan_model), "cfn"))


def simplify_alarms(text: str) -> str:
    """A template as JSON, with alarms on one metric."""
    data = json.loads(json.dumps(parse_template(text, "plan").data))
    for resource in data["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
            del properties["Metrics"]
            properties |= {
                "MetricName": "ExecutionsFailed",
                "Namespace": "AWS/States",
                "Statistic": "Sum",
                "Period": 60,
            }
    return json.dumps(data)
