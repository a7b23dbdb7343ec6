"""How long hostile expressions, templates and plans take with the limits that users have.

usage: python -m benchmarks.hostile. Prints the CPU time of each, and the peak memory of the process.
"""

from __future__ import annotations

import json
import subprocess
import sys

from sfnorch.evaluation.budget import MOST_STEPS

SECONDS = 5.0


def main() -> None:
    for what in ("expressions", "documents"):
        command = [sys.executable, "-m", "tests.hostile.limits", what, str(MOST_STEPS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        answer = json.loads(done.stdout.splitlines()[-1])
        for name, seconds in sorted(answer["seconds"].items(), key=lambda item: -item[1]):
            print(f"{seconds:6.2f} s  {name[:100]}")
        within = sum(seconds <= SECONDS for seconds in answer["seconds"].values())
        print(f"{within} of {len(answer['seconds'])} {what} within {SECONDS:.0f} s; {answer['peak'] / 2**20:.0f} MB\n")


if __name__ == "__main__":
    main()
