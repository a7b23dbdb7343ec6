"""The output files of a command for several plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.environment import PLAN_FILES
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.report.plan_results import PlanResult


def name_output(part: PlanResult, folder: Path | None, name: str) -> Path:
    """Return the output file of a plan: its path below the first wildcard of the pattern, without the suffix.

    `folder` is that of all output files, by default the current folder. For the pattern `plans/**/*.yaml`, the template
    of `plans/shop/orders.yaml` is `shop/orders-SAM-template.yaml`. The name depends on no other plan.
    """
    found = click.get_current_context().meta[PLAN_FILES]
    inner = part.plan.relative_to(found.folder)
    return (folder or Path()) / inner.with_name(f"{inner.stem}-{name}")


def refuse_shared_files(parts: Sequence[PlanResult], folder: Path | None, name: str) -> None:
    """Raise SfnorchError if two plans have the same output file, as `orders.yaml` and `orders.yml` have."""
    owners: dict[Path, PlanResult] = {}
    for part in parts:
        file = name_output(part, folder, name)
        first = owners.setdefault(file, part)
        if first is not part:
            raise SfnorchError(
                f"{first.plan} and {part.plan} have the same output file, {file}",
                hint="nothing was written; rename one of the plans, or change the pattern",
            )


def create_folder(folder: Path) -> None:
    """Create the folder and those above it, unless they exist. Raises SfnorchError if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SfnorchError(f"{folder} can't be created: {error.strerror}", hint="pass another folder with -o") from None
