"""What the plan's jobs are called in lists, and their settings there."""

from __future__ import annotations

from sfnorch.patterns.given_jobs import collect_settings, run_names
from sfnorch.plan.models.job import Job


def test_jobs_go_by_their_names_and_those_without_settings_have_none():
    jobs = [Job(name="a"), Job(name="b"), Job(name="a")]
    assert run_names(jobs) == ["a", "b", "a"]
    assert collect_settings(jobs) == {}


def test_settings_are_arguments_of_start_job_run():
    job = Job(
        name="a",
        arguments={"--m": "f"},
        worker_type="G.1X",
        number_of_workers=2,
        execution_class="FLEX",
        timeout_minutes=5,
        retries=1,
        security_configuration="s",
    )
    assert collect_settings([job, job]) == {
        "a": {
            "Arguments": {"--m": "f"},
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2,
            "ExecutionClass": "FLEX",
            "Timeout": 5,
            "SecurityConfiguration": "s",
            "Retries": 1,
        }
    }


def test_a_later_run_with_other_settings_has_a_name_of_its_own():
    jobs = [Job(name="a"), Job(name="a", timeout_minutes=5), Job(name="a")]
    assert run_names(jobs) == ["a", "a (2)", "a (3)"]
    assert collect_settings(jobs) == {"a (2)": {"JobName": "a", "Timeout": 5}, "a (3)": {"JobName": "a"}}
