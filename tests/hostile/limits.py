"""Runs in a process of its own, whose memory is limited: every hostile expression, or every hostile document.

usage: python -m tests.hostile.limits expressions|documents MOST-STEPS
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import resource
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from sfnorch.cli.process import run
from sfnorch.evaluation.budget import MOST_STEPS
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.query.evaluator import Evaluator
from tests.hostile.documents import documents
from tests.hostile.expressions import EXPRESSIONS, FEW_STEPS, STEPS

MOST_MEMORY = 1024 * 2**20
"""Bytes of address space: Python and its libraries take half of it. What is resident is measured."""

_NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def evaluated(code: str, most_steps: int) -> str:
    """What ends the expression; empty where it comes to a value."""
    try:
        Evaluator(random.Random(1), lambda: _NOW, most_steps).evaluate_field(f"{{% {code} %}}", {}, "Output")  # noqa: S311
    except StatesError as error:
        return error.cause.rpartition("threw an error during evaluation. ")[2]
    return ""


def read(command: str) -> tuple[int, str]:
    """The exit code of a command, and all that it prints."""
    shown = io.StringIO()
    sys.argv = ["sfnorch", *command.split()]
    code = 0
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        try:
            run()
        except SystemExit as end:
            code = int(end.code or 0)
    return code, shown.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    most_steps = int(sys.argv[2])
    found: dict[str, object] = {}
    seconds: dict[str, float] = {}
    if sys.argv[1] == "expressions":
        for code, says in EXPRESSIONS.items():
            began = time.process_time()
            few = says == STEPS and most_steps < MOST_STEPS
            found[code] = evaluated(code, FEW_STEPS if few else most_steps)
            seconds[code] = time.process_time() - began
    else:
        os.chdir(tempfile.mkdtemp())
        for document in documents():
            if document.slow and most_steps < MOST_STEPS:
                continue
            Path("d.yaml").write_text(document.text)
            began = time.process_time()
            found[document.name] = read(document.command.format("d.yaml"))
            seconds[document.name] = time.process_time() - began
    sys.stdout.write(json.dumps({"found": found, "seconds": seconds, "peak": peak_memory()}) + "\n")


def peak_memory() -> int:
    """Return the most bytes that this program had in memory.

    On Linux ru_maxrss begins with the memory of the process that started this one, so it is not used there.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
