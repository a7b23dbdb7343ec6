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
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from sfnorch.cfn.render import render_template
from sfnorch.patterns import workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.reader import parse_template

REGION = "eu-central-1"
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GATEWAY_PORT": str(port), "HOME": str(folder), "LOG_LEVEL": "WARNING"}
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        endpoint = f"http://127.0.0.1:{port}"
        try:
            _wait(endpoint, process)
            yield endpoint
        finally:
            process.terminate()
            process.wait(10)


def _wait(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the emulator has ended by itself"
        connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=1)
        try:
            connection.request("GET", "/_ministack/health")
            connection.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise AssertionError("the emulator does not answer")


def small_template(plan: str, folder: Path | None = None) -> str:
    """A plan's rendering as JSON, with alarms on one metric: the emulator knows no metric math."""
    text = render_template(workflow(parse_plan(plan, folder=folder)), "cfn")
    data = json.loads(json.dumps(parse_template(text, "plan").data))
    for resource in data["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            del properties["Metrics"]
            properties |= {
                "MetricName": "ExecutionsFailed",
                "Namespace": "AWS/States",
                "Statistic": "Sum",
                "Period": 60,
            }
    return json.dumps(data)
