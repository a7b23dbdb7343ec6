"""The template that a command reads: a file, or the rendering of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.plan.files import find_plan

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.template.contents import Template
    from sfnorch.template.reader import Source
    from sfnorch.template.resources import Surroundings


def read_source(template_file: Path | None, plan_file: Path | None) -> Source:
    """Return the template file, or without one the plan's SAM template. Raises SfnorchError if it cannot be read."""
    from sfnorch.app.sources import read_source as read

    if template_file is not None and plan_file is not None:
        raise click.UsageError("A template and --plan exclude each other; pass one of them.")
    return read(template_file, find_plan(plan_file) if template_file is None else None)


def rendering(plan: AnyPlan, plan_file: Path | None) -> Source:
    """Render the plan as a SAM template, and return the parsed template."""
    from sfnorch.app.sources import render_source

    name = find_plan(plan_file)
    return render_source(plan, f"{name}, rendered" if name else "the default plan, rendered")


def read_contents(
    template_file: Path | None,
    plan_file: Path | None,
    parameters: Mapping[str, str] | None = None,
    where: Surroundings | None = None,
) -> Template:
    """Return the contents of the template file, or of the template of the plan, evaluated for the stack at `where`."""
    from sfnorch.template.contents import contents

    return contents(read_source(template_file, plan_file), parameters, where)
