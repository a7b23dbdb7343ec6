"""The files in the repository of a plan: the buildspec that the pipeline runs, and a README."""

from __future__ import annotations

from importlib.resources import files

from sfnorch.delivery.repository.installation import find_installation

BUILDSPEC_FILE, README_FILE = "buildspec.yml", "README.md"

_PACKAGE, _INPUT = "SFNORCH_PACKAGE: sfnorch", "SIMULATED_INPUT: '{}'"


def render_files(plan_file: str, simulated_input: str) -> dict[str, str]:
    """Return the text of each file of a repository whose plan a pipeline deploys.

    The buildspec installs sfnorch as it is installed here.
    """
    buildspec = render_buildspec(find_installation().requirement, simulated_input)
    return {BUILDSPEC_FILE: buildspec, README_FILE: render_readme(plan_file)}


def render_buildspec(requirement: str, simulated_input: str = "{}") -> str:
    """Return the buildspec; `requirement` is the package of sfnorch for pip: its name with a version, or a folder.

    `simulated_input` is the input of the simulated run.
    """
    text = _read_text(BUILDSPEC_FILE).replace(_PACKAGE, f"SFNORCH_PACKAGE: {_quote(requirement)}")
    return text.replace(_INPUT, f"SIMULATED_INPUT: {_quote(simulated_input)}")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def render_readme(plan_file: str) -> str:
    """Return the README for the repository of a plan."""
    return _read_text(README_FILE).replace("PLAN_FILE", plan_file)


def _read_text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
