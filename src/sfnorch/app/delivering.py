"""The files of a pipeline that deploys a plan, and of a repository with a plan to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sfnorch.app.sources import PlanSource, load_plan_or_default
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.schema import SCHEMA_FILE, format_plan_schema
from sfnorch.plan.starters import starter_code, starter_input, starter_text


def render_pipeline(plan: PlanSource = None, *, source: str = SOURCE_KINDS[0], approval: bool = True) -> str:
    """Return the template of the pipeline that deploys the plan, as `sfnorch pipeline render` writes it.

    `source` is the kind of the source of the plan: connection, codecommit or s3. `approval` requires a manual approval
    before a change set is executed.

    Raises PlanError for an invalid plan, and SfnorchError for a plan that a pipeline cannot deploy.
    """
    from sfnorch.delivery.pipeline.render import render_plan_pipeline  # slow to load

    return render_plan_pipeline(load_plan_or_default(plan), source, approval=approval)


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The files of a plan to start from, by name: in the order in which they are written, the plan last."""

    texts: Mapping[str, str]
    code: tuple[str, ...]
    """The names of the files with the code of functions."""


def make_starter(pattern: str = "master-child", *, pipeline: bool = False) -> StarterFiles:
    """Return the files of a plan to start from, as `sfnorch init` writes them.

    `pattern` is a pattern or an example flow. `pipeline` adds the files with which a pipeline deploys the folder.
    """
    code = starter_code(pattern)
    # the plan comes last: if it exists, all files exist
    texts = {**code, SCHEMA_FILE: format_plan_schema(), PLAN_FILE: starter_text(pattern)}
    if pipeline:
        from sfnorch.delivery.repository.files import render_files

        texts = render_files(PLAN_FILE, starter_input(pattern)) | texts
    return StarterFiles(texts, tuple(code))
