"""Commented plans to start from, one a pattern or more, each in a folder with the code that belongs to it."""

from __future__ import annotations

from importlib.resources import files

STARTERS = {
    "master-child": "master-child",
    "dynamic": "dynamic",
    "dag": "dag",
    "continuous": "continuous",
    "linear": "flow",
    "retry-catch": "flow",
    "parallel-map": "flow",
    "parameterized": "flow",
}
"""Each plan to start from, and its pattern."""

NAMES = (*STARTERS, "flow")
"""What `sfnorch init` takes: a pattern is its first plan."""


_INPUTS = {
    "dynamic": '{"threadId": "T1", "glueJobs": ["glue-job-a", "glue-job-b"]}',
    "linear": '{"source": "demo.run"}',
}


def starter_input(name: str) -> str:
    """Return what a run of the plan may be started with, as JSON."""
    return _INPUTS.get(_folder(name), "{}")


def starter_text(name: str) -> str:
    """Return the commented plan."""
    return (files(__name__) / _folder(name) / "sfnorch.yaml").read_text(encoding="utf-8")


def starter_code(name: str) -> dict[str, str]:
    """Return the files that lie beside the plan, by name, with what is in them."""
    folder = files(__name__) / _folder(name)
    there = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in there if file.name.endswith(".py")}


def _folder(name: str) -> str:
    """Return the folder of the plan, or of the pattern's first one."""
    return name if name in STARTERS else next(each for each, pattern in STARTERS.items() if pattern == name)
