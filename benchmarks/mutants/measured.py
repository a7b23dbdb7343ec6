"""Measure which tests execute which lines, and how long each test takes, by a run of the suite without a fault.

The result is stored in a folder with a digest of the code and the tests, and used until these change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import coverage
import pytest

from benchmarks.mutants.sites import Mutant

_SETTINGS = """\
[run]
source_pkgs = {packages}
parallel = true
"""


class Times:
    """A plugin of pytest that writes the duration of each test that passed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase's time to its test."""
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write the file, except in the workers of pytest-xdist."""
        if not os.environ.get("PYTEST_XDIST_WORKER"):
            seconds = {test: round(time, 4) for test, time in self.seconds.items() if test not in self.failed}
            self.file.write_text(json.dumps(seconds, indent=0), encoding="utf-8")


class Measured:
    """The tests of each line, and their durations."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.seconds: dict[str, float] = json.loads((folder / "seconds.json").read_text(encoding="utf-8"))
        self._data = coverage.CoverageData(str(folder / "coverage"))
        self._data.read()
        self._files = {name[name.rindex("src/sfnorch/") :]: name for name in self._data.measured_files()}
        self._tree = tree
        self._words: dict[str, dict[str, list[int]]] = {}

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the ids of the tests that execute the fault: tests of the package first, then by duration."""
        found = self._of_lines(mutant.path, mutant.lines)
        for name in mutant.names:
            for path in self._files:
                found |= self._of_lines(path, self._lines_with(path, name))
        package = mutant.path.split("/")[2]
        near = []
        if not found and not mutant.is_in_function:  # such as a field of a model
            near = [path for path in self._files if path.startswith(f"src/sfnorch/{package}/")]
        elif not found:  # a program that runs in a separate process
            stem = Path(mutant.path).stem
            near = [path for path in self._files if path != mutant.path and self._lines_with(path, stem)]
        for path in near:
            found.update(*self._contexts(path).values())
        # the schema of plans is generated from the declarations of models
        schemas = (
            set() if mutant.is_in_function or package != "plan" else {test for test in self.seconds if _is_schema(test)}
        )

        def rank(test: str) -> tuple[int, float, str]:
            if test in schemas:
                return 0, 0.0, test
            if test.startswith((f"tests/unit/{package}", "tests/golden")):
                return 0, self.seconds[test], test
            return 1 if test.startswith(("tests/unit", "tests/conformance")) else 2, self.seconds[test], test

        return sorted((test for test in found | schemas if test in self.seconds), key=rank)

    def _of_lines(self, path: str, lines: tuple[int, ...] | list[int]) -> set[str]:
        contexts = self._contexts(path)
        return {test for line in lines for test in contexts.get(line, ())}

    @cache  # noqa: B019 - there is one for a whole process
    def _contexts(self, path: str) -> dict[int, set[str]]:
        if path not in self._files:
            return {}
        lines = self._data.contexts_by_lineno(self._files[path])
        return {line: {each.rpartition("|")[0] for each in contexts if each} for line, contexts in lines.items()}

    def _lines_with(self, path: str, name: str) -> list[int]:
        if path not in self._words:
            words: dict[str, list[int]] = defaultdict(list)
            for number, line in enumerate((self._tree / path).read_text(encoding="utf-8").splitlines(), 1):
                for word in set(re.findall(r"\w+", line)):
                    words[word].append(number)
            self._words[path] = words
        return self._words[path].get(name, [])


def _is_schema(test: str) -> bool:
    return test.startswith("tests/golden") and "schema" in test


def measure(tree: Path, folder: Path, packages: list[str], tests: list[str], workers: int) -> Measured:
    """Return the stored result for this code and these tests, or run the tests and measure.

    Raises SystemExit if a test fails: it would seem to detect every fault.
    """
    folder.mkdir(exist_ok=True)
    digest = _digest(tree, [*packages, *tests])
    mark = folder / "digest"
    if not mark.exists() or mark.read_text(encoding="utf-8") != digest:
        mark.unlink(missing_ok=True)
        settings = folder / "settings"
        names = ",".join(f"sfnorch.{package}" for package in [*packages, "report"])
        settings.write_text(_SETTINGS.format(packages=names), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.mutants.measured", str(folder / "seconds.json")]
        options = ["-q", "-n", str(workers), "--dist", "worksteal", "--cov", f"--cov-config={settings}"]
        environment = {**os.environ, "COVERAGE_FILE": str(folder / "coverage"), "PYTHONPATH": str(tree / "src")}
        arguments = [*command, *options, "--cov-context=test", "--cov-report=", *tests]
        if subprocess.run(arguments, cwd=tree, env=environment, check=False).returncode:
            raise SystemExit("a test fails without any fault in the code")
        mark.write_text(digest, encoding="utf-8")
    return Measured(folder, tree)


def _digest(tree: Path, more: list[str]) -> str:
    found = hashlib.sha256(" ".join(more).encode())
    for folder in ("src", "tests"):
        for path in sorted((tree / folder).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(tree)}\0".encode() + path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[2:], plugins=[Times(Path(sys.argv[1]))]))
