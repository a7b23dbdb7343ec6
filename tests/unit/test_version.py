"""The version is in one file; the changelog names it, and what is rendered from it has it."""

from __future__ import annotations

import re
from pathlib import Path

from sfnorch.delivery.repository.installation import read_installation
from sfnorch.version import __version__
from tests.golden.artifacts import ROOT

VERSION = re.compile(rf"(?<![\d.]){re.escape(__version__)}(?![\d.]*\d)")
PLACES = (
    "src",
    "docs",
    ".github",
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Makefile",
    "pyproject.toml",
    "mkdocs.yml",
)


def texts(place: Path) -> list[Path]:
    """Return the text files of a folder, or the file."""
    if place.is_file():
        return [place]
    return [path for path in place.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".svg")]


def test_no_file_but_the_package_has_the_version():
    files = [path for place in PLACES for path in texts(ROOT / place)]
    having = [path.relative_to(ROOT).as_posix() for path in files if VERSION.search(path.read_text(encoding="utf-8"))]
    assert having == ["src/sfnorch/version.py"]


def test_the_newest_heading_of_the_changelog_is_the_version():
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == __version__


def test_the_pipeline_is_pinned_to_the_version():
    assert read_installation({}, __version__).requirement == f"sfnorch=={__version__}"
