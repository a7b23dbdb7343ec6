"""The files beside this module: stylesheets and the script of a page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_file(name: str) -> str:
    """Return the text of a file of this package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
