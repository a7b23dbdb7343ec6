"""A function's environment variables act on its own process, not on the one that isolates it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest

from sfnorch.simulator.function_process import FunctionProcesses
from sfnorch.simulator.isolation import HOME, Isolation, find_isolation
from tests.unit.simulator.test_function_answers import function

NOT_HERE = find_isolation().reason
isolated = pytest.mark.skipif(bool(NOT_HERE), reason=f"this system can't isolate a process: {NOT_HERE}")

CODE = """
import ctypes, os
def handler(event, context):
    libc = ctypes.CDLL(None, use_errno=True)
    return [{name: os.environ.get(name) for name in event}, libc.unshare(0x10000000)]
"""


def called(environment: dict[str, str], isolation: Isolation | None) -> Any:
    """What the function sees of its variables, and what becomes of a user namespace of its own."""
    processes = FunctionProcesses(isolation=isolation)
    names = [*environment, "HOME", "ENVIRONMENT"]
    try:
        return processes.call(function(CODE)._replace(environment=environment), names, "1").get("result")
    finally:
        processes.close()


@isolated
def test_a_variable_that_the_dynamic_linker_obeys_does_nothing_outside():
    """The linker writes a file, as the code of LD_PRELOAD could; isolated, it is in a /tmp of its own."""
    tmp, name = Path("/tmp"), f"sfnorch-test-{secrets.token_hex(8)}"  # noqa: S108 - there is one on both sides
    environment = {"LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(tmp / name), "LEVEL": "debug"}
    try:
        seen, namespace = called(environment, None)
        assert (seen, namespace) == ({**environment, "HOME": HOME, "ENVIRONMENT": None}, -1)
        assert list(tmp.glob(f"{name}*")) == []
        called(environment, Isolation("not wanted"))
        assert list(tmp.glob(f"{name}*")) != []
    finally:
        for file in tmp.glob(f"{name}*"):
            file.unlink()
