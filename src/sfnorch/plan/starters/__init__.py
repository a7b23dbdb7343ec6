"""Example plans that `sfnorch init` writes, at least one per pattern, each in a folder with its code."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sfnorch.plan.files import PLAN_FILE, SCENARIO_FILE

STARTERS = {
    "master-child": "master-child",
    "dynamic": "dynamic",
    "dag": "dag",
    "continuous": "continuous",
    "fan-out": "fan-out",
    "linear": "flow",
    "retry-catch": "flow",
    "parallel-map": "flow",
    "parameterized": "flow",
}
"""The pattern of each example plan."""

NAMES = (*STARTERS, "flow")
"""The arguments of `sfnorch init`. The name of a pattern means the first plan of this pattern."""


_INPUTS = {
    "dynamic": '{"threadId": "T1", "glueJobs": ["glue-job-a", "glue-job-b"]}',
    "linear": '{"source": "demo.run"}',
}


def starter_input(name: str) -> str:
    """Return an input for an execution of the plan, as JSON."""
    return _INPUTS.get(_folder(name), "{}")


def starter_text(name: str) -> str:
    """Return the text of the plan."""
    return (files(__name__) / _folder(name) / PLAN_FILE).read_text(encoding="utf-8")


def starter_scenarios(name: str) -> str:
    """Return the text of the scenarios of the plan, which `sfnorch test --init` has written."""
    return (files(__name__) / _folder(name) / SCENARIO_FILE).read_text(encoding="utf-8")


def starter_code(name: str) -> dict[str, str]:
    """Return the contents of the Python files next to the plan, by name."""
    folder = files(__name__) / _folder(name)
    there = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in there if file.name.endswith(".py")}


def find_starter_folder(name: str) -> Path:
    """Return the folder with the plan and the code of its functions."""
    return Path(str(files(__name__) / _folder(name)))


def _folder(name: str) -> str:
    """Return the folder of the plan, or of the first plan of the pattern."""
    return name if name in STARTERS else next(each for each, pattern in STARTERS.items() if pattern == name)
