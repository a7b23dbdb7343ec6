"""Times whole commands side by side, and tells them as ratios; then the sizes of renderings.

A machine is shared and noisy: each pair of commands runs in turn, A B A B ..., and the least CPU time of each command
counts. usage: python benchmarks/commands.py [--runs N] [--cdk PYTHON]   (PYTHON: one that has aws-cdk-lib)
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SFNORCH = [str(Path(sys.executable).with_name("sfnorch"))]
CFN_LINT = [str(Path(sys.executable).with_name("cfn-lint"))]
CLICK = [sys.executable, "-c", "import click"]


def seconds(command: list[str], folder: str) -> float:
    """How much CPU time a command takes as a whole process, with its child processes."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name: str, first: list[str], second: list[str], *, limit: str, runs: int, folder: str) -> None:
    """Prints the least CPU time of both commands, and its ratio."""
    seconds(first, folder), seconds(second, folder)  # warm: bytecode written, files cached
    pairs = [(seconds(first, folder), seconds(second, folder)) for _ in range(runs)]
    one, two = (min(times) for times in zip(*pairs, strict=True))
    print(f"{name:<58} {one * 1000:8.0f} ms {two * 1000:8.0f} ms   {one / two:7.2f} x   ({limit})")


def plan(children: int, jobs: int, more: str = "") -> str:
    """A plan of so many children with so many jobs each."""
    chains = "".join(
        f"  - name: c{c}\n    jobs: [{', '.join(f'job-{c}-{j}' for j in range(jobs))}]\n" for c in range(children)
    )
    return f"pattern: master-child\n{more}children:\n{chains}"


def suite(count: int) -> str:
    """Scenarios of the default plan, most of them with a failure, a throttled start, or a long job."""
    kinds = ("failures: {glue-job-2-c: %d}", "throttles: {glue-job-4-b: %d}", "durations: {glue-job-1-a: %dm}")
    rows = (f"- {{name: s{n}, given: {{{kinds[n % 3] % (n % 4 + 1)}}}, expect: {{}}}}\n" for n in range(count))
    return f"target: {{plan: default.plan}}\nscenarios:\n{''.join(rows)}"


def lint_limits(render: list[str], measured: dict[str, Any]) -> None:
    """Times lint beside cfn-lint on the default template, and on one of nearly a megabyte."""
    folder = measured["folder"]
    (Path(folder) / "megabyte.plan").write_text(plan(40, 16))
    for arguments in (["-o", "default.yaml"], ["--plan", "megabyte.plan", "-o", "megabyte.yaml"]):
        subprocess.run([*render, *arguments], cwd=folder, check=True, capture_output=True)
    lint = [*SFNORCH, "lint"]
    compare(
        "lint the default : cfn-lint",
        [*lint, "default.yaml"],
        [*CFN_LINT, "default.yaml"],
        limit="at most 1.2",
        **measured,
    )
    size = (Path(folder) / "megabyte.yaml").stat().st_size
    compare(
        f"lint {size:,} bytes : cfn-lint",
        [*lint, "megabyte.yaml"],
        [*CFN_LINT, "megabyte.yaml"],
        limit="at most 3",
        runs=3,
        folder=folder,
    )


def main() -> None:
    """Runs the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--cdk", metavar="PYTHON", help="a Python that has aws-cdk-lib")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "400.yaml").write_text(plan(40, 10))
        for jobs in (25, 100):
            (Path(folder) / f"{40 * jobs}.yaml").write_text(plan(40, jobs, "job_states: false\n"))
        (Path(folder) / "default.plan").write_text("pattern: master-child\n")
        (Path(folder) / "short.yaml").write_text("pattern: master-child\njob_states: false\n")
        render = [*SFNORCH, "render"]
        measured = {"runs": options.runs, "folder": folder}
        compare("sfnorch --help : import click", [*SFNORCH, "--help"], CLICK, limit="at most 1.3", **measured)
        compare("sfnorch render : import click", render, CLICK, limit="at most 4.5", **measured)
        many = [*render, "--plan", "400.yaml", "-o", "400.out"]
        compare("render 400 jobs : render the default", many, render, limit="at most 6", **measured)
        more, fewer = ([*render, "--plan", f"{n}.yaml", "-o", f"{n}.out"] for n in (4000, 1000))
        compare("render 4,000 jobs in Maps : render 1,000", more, fewer, limit="linear: at most 4", **measured)
        lint_limits(render, measured)
        compare("simulate the default : import click", [*SFNORCH, "simulate"], CLICK, limit="at most 12", **measured)
        compare("simulate the default : import click", [*SFNORCH, "simulate"], CLICK, limit="at most 8", **measured)
        for count, limit in ((1, "the first result: at most 1.8"), (200, "at most 10")):
            file = f"{count}.sfntest.yaml"
            (Path(folder) / file).write_text(suite(count))
            test = [*SFNORCH, "test", file, "--processes", "1"]
            simulate = [*SFNORCH, "simulate"]
            compare(f"test {count} scenarios : simulate the default", test, simulate, limit=limit, **measured)
        if options.cdk:
            cdk = [options.cdk, str(HERE / "cdk_app.py"), "cdk.out"]
            compare("CDK synthesizes the default : render", cdk, render, limit="at least 17", runs=5, folder=folder)
        for arguments in (
            [],
            ["--format", "cfn"],
            ["--plan", "short.yaml"],
            ["--plan", "short.yaml", "--format", "cfn"],
        ):
            done = subprocess.run([*render, *arguments], cwd=folder, check=True, capture_output=True, text=True)
            print(f"render {' '.join(arguments):<32} {done.stdout.strip()}")


if __name__ == "__main__":
    main()
