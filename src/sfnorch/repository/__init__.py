"""What stands in the repository of a plan beside it: the buildspec that the pipeline's stages run, and a README."""

from __future__ import annotations

from importlib.resources import files

BUILDSPEC_FILE, README_FILE = "buildspec.yml", "README.md"

_PACKAGE = "SFNORCH_PACKAGE: sfnorch"


def buildspec_text(package: str) -> str:
    """The buildspec; `package` is what pip is to install sfnorch from: its name with a version, or a folder."""
    return _text(BUILDSPEC_FILE).replace(_PACKAGE, f"SFNORCH_PACKAGE: '{package}'")


def readme_text(plan_file: str) -> str:
    """The README of a repository that holds a plan."""
    return _text(README_FILE).replace("PLAN_FILE", plan_file)


def _text(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
