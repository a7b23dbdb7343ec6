"""The plan that a command reads instead of a template."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.plan.files import find_plan


def choose_plan(template_file: Path | None, plan_file: Path | None) -> Path | None:
    """Return the plan that the options name, or the one in the current folder; None with a template.

    Fail as wrong usage if the options name both.
    """
    if template_file is None:
        return find_plan(plan_file)
    if plan_file is not None:
        raise click.UsageError("A template and --plan exclude each other; pass one of them.")
    return None
