"""The DAG of a plan `dynamic`: the jobs that a run's params name, one after another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, Rows
from sfnorch.airflow.ending import ending, with_ending
from sfnorch.airflow.literals import Call, Code, Literal
from sfnorch.airflow.operators import GLUE, again, job_settings

if TYPE_CHECKING:
    from sfnorch.plan.models import DynamicPlan, Job

LONGEST = 25
"""How many jobs a run may name. Each is a task of its own: of a mapped task's instances Airflow would start the next
while one is deferred."""


def given_dag(plan: DynamicPlan) -> Dag:
    """Return the DAG: a task for each job that a run may name, those beyond its list skipped."""
    settings = {job.name: made for job in plan.jobs if (made := _settings(job))}
    end = ending(plan, parts=None, what="jobs", fails=True, notify="failure", after=["jobs"])
    names = Call(
        function="Param",
        keywords={
            "type": "array",
            "items": {"type": "string", **_allowed(plan)},
            "minItems": 1,
            "maxItems": Code("LONGEST"),
            "description": "The Glue jobs that run, one after another.",
        },
    )
    return with_ending(
        plan,
        end,
        title="the Glue jobs that a run names",
        schedule=None,
        params={"glue_jobs": names},
        constants={
            "LONGEST": LONGEST,
            "SETTINGS": settings,
            "TRIGGER_RULE": "none_skipped" if plan.continue_on_failure else "all_success",
        },
        parts=("glue_job", "given_job"),
        imports=(GLUE,),
        body=(
            Rows(
                (
                    "jobs = [given_job(number) for number in range(1, LONGEST + 1)]",
                    "for before, after in zip(jobs, jobs[1:]):",
                    "    before >> after",
                )
            ),
        ),
    )


def _settings(job: Job) -> dict[str, Literal]:
    """Return what the task of the job is set to when it starts."""
    return job_settings(job) | again(job)


def _allowed(plan: DynamicPlan) -> dict[str, Literal]:
    """Return the pattern of the names that a run may give, as the parameter AllowedGlueJobs has them."""
    if "*" in plan.allowed_jobs:
        return {}
    exact = [re.escape(name) for name in plan.job_names]
    allowed = [re.escape(name.removesuffix("*")) + (".*" if name[-1] == "*" else "") for name in plan.allowed_jobs]
    return {"pattern": f"^({'|'.join(exact + allowed)})$"}
