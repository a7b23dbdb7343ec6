"""The template that a command reads: a file, or the rendering of the plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.plan.files import find_plan

if TYPE_CHECKING:
    from sfnorch.template.reader import Source


def choose_plan(template_file: Path | None, plan_file: Path | None) -> Path | None:
    """Return the plan that the options name, or the one in the current folder; None with a template.

    Fail as wrong usage if the options name both.
    """
    if template_file is None:
        return find_plan(plan_file)
    if plan_file is not None:
        raise click.UsageError("A template and --plan exclude each other; pass one of them.")
    return None


def read_source(template_file: Path | None, plan_file: Path | None) -> Source:
    """Return the template file, or without one the plan's SAM template. Raises SfnorchError if it cannot be read."""
    from sfnorch.app.sources import read_source as read

    return read(template_file, choose_plan(template_file, plan_file))
