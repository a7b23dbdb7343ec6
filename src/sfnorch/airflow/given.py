"""The DAG of a `dynamic` plan: the jobs in the run's params, in sequence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, SourceLines
from sfnorch.airflow.ending import assemble_dag, build_ending
from sfnorch.airflow.literals import Literal, SourceCall, SourceCode
from sfnorch.airflow.operators import GLUE, build_job_settings, build_retry_argument

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyJob
    from sfnorch.plan.models.dynamic import DynamicPlan

MAX_JOBS = 25
"""The maximum number of jobs of a run. Each job is a separate task, since Airflow starts the next instance of a mapped
task while one is deferred."""


def build_given_dag(plan: DynamicPlan) -> Dag:
    """Return the DAG: a task for each possible job of a run. Tasks beyond the run's list are skipped."""
    settings = {job.name: made for job in plan.jobs if (made := _build_settings(job))}
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
        schedule=None,
        params={"glue_jobs": names},
        constants={
            "LONGEST": MAX_JOBS,
            "SETTINGS": settings,
            "TRIGGER_RULE": "none_skipped" if plan.continue_on_failure else "all_success",
        },
        parts=("glue_job", "given_job"),
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


def _build_settings(job: AnyJob) -> dict[str, Literal]:
    """Return the settings that the job's task applies when it starts."""
    return build_job_settings(job) | build_retry_argument(job)


def _list_allowed_patterns(plan: DynamicPlan) -> dict[str, Literal]:
    """Return the patterns of job names that a run may use, as in the parameter AllowedGlueJobs."""
    if "*" in plan.allowed_jobs:
        return {}
    exact = [re.escape(name) for name in plan.job_names]
    allowed = [re.escape(name.removesuffix("*")) + (".*" if name[-1] == "*" else "") for name in plan.allowed_jobs]
    return {"pattern": f"^({'|'.join(exact + allowed)})$"}
