"""The DAG of a `dynamic` plan: the jobs in the run's params, in sequence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, SourceLines
from sfnorch.airflow.ending import assemble_dag, build_ending
from sfnorch.airflow.jinja import UnsupportedInAirflowError
from sfnorch.airflow.literals import Literal, SourceCall, SourceCode
from sfnorch.airflow.operators import GLUE, GLUE_PARTS, HINT_FOR_JOBS, build_job_settings, build_retry_argument
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.plan.models.dynamic import DynamicPlan

MAX_JOBS = 25
"""The maximum number of jobs of a run. Each job is a separate task, since Airflow starts the next instance of a mapped
task while one is deferred."""


def build_given_dag(plan: DynamicPlan) -> Dag:
    """Return the DAG: a task for each possible job of a run. Tasks beyond the run's list are skipped."""
    run = ReadableRun(plan)
    settings: dict[str, Literal] = {}
    faults: list[str] = []
    for job in plan.jobs:
        try:
            if made := build_job_settings(job, run) | build_retry_argument(job):
                settings[job.name] = made
        except UnsupportedInAirflowError as fault:
            faults.append(f"jobs: {job.name}: Airflow does not support {fault}")
    if faults:
        raise SfnorchError("\n".join(faults), hint=HINT_FOR_JOBS)
    others = run.render_arguments({})
    end = build_ending(plan, parts=None, what="jobs", fails=True, notify="failure", after=["jobs"])
    names = SourceCall(
        function="Param",
        keywords={
            "type": "array",
            "items": {"type": "string", **_list_allowed_patterns(plan)},
            "minItems": 1,
            "maxItems": SourceCode("LONGEST"),
            "description": "The Glue jobs that run, in sequence.",
        },
    )
    return assemble_dag(
        plan,
        end,
        title="the Glue jobs in a run's params",
        params={"glue_jobs": names},
        constants={
            "LONGEST": MAX_JOBS,
            "SETTINGS": settings,
            "OTHER_SETTINGS": {"script_args": others} if others else {},
            "TRIGGER_RULE": "none_skipped" if plan.continue_on_failure else "all_success",
        },
        parts=(*GLUE_PARTS, "given_job"),
        imports=(GLUE,),
        body=(
            SourceLines(
                (
                    "jobs = [given_job(number) for number in range(1, LONGEST + 1)]",
                    "for before, after in zip(jobs, jobs[1:]):",
                    "    before >> after",
                )
            ),
        ),
    )


def _list_allowed_patterns(plan: DynamicPlan) -> dict[str, Literal]:
    """Return the patterns of job names that a run may use, as in the parameter AllowedGlueJobs."""
    if "*" in plan.allowed_jobs:
        return {}
    exact = [re.escape(name) for name in plan.job_names]
    allowed = [re.escape(name.removesuffix("*")) + (".*" if name[-1] == "*" else "") for name in plan.allowed_jobs]
    return {"pattern": f"^({'|'.join(exact + allowed)})$"}
