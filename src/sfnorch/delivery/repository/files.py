"""The files in the repository of a plan: the buildspec that the pipeline runs, and a README."""

from __future__ import annotations

from importlib.resources import files

BUILDSPEC_FILE, README_FILE = "buildspec.yml", "README.md"

_PACKAGE, _INPUT = "SFNORCH_PACKAGE: sfnorch", "SIMULATED_INPUT: '{}'"


def buildspec_text(requirement: str, simulated_input: str = "{}") -> str:
    """Return the buildspec; `requirement` is the package of sfnorch for pip: its name with a version, or a folder.

    `simulated_input` is the input of the simulated run.
    """
    text = _text(BUILDSPEC_FILE).replace(_PACKAGE, f"SFNORCH_PACKAGE: {_quoted(requirement)}")
    return text.replace(_INPUT, f"SIMULATED_INPUT: {_quoted(simulated_input)}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def readme_text(plan_file: str) -> str:
    """Return the README for the repository of a plan."""
    return _text(README_FILE).replace("PLAN_FILE", plan_file)


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
