"""Forecasts against distributions that are known in closed form, and against a simulation written independently."""

from __future__ import annotations

import itertools
import math
import random
import threading
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from sfnorch.app.forecasting import ForecastRequest, forecast
from sfnorch.app.forecasts.results import Forecast
from sfnorch.app.forecasts.samples import RunSample, share_values
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.distributions import find_percentile
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.job_history.models import DurationsDocument
from sfnorch.parallel_work import can_fork
from sfnorch.simulator.behaviour import Behaviour, Fault

CHILDREN = """\
pattern: master-child
name: etl
on_child_failure: fail
children:
- {name: orders, jobs: [a, b]}
- {name: sales, jobs: [c]}
"""
RUNS, FEW = 300, 60


def history(seconds: list[float], failures: int = 0, **rest: Any) -> dict[str, Any]:
    """A job whose runs took so long, and of which so many more failed after 10 seconds."""
    return {
        "runs": len(seconds) + failures,
        "succeeded": len(seconds),
        "seconds": seconds,
        "failed_seconds": [10.0] * failures,
        **rest,
    }


def run(folder: Path, jobs: dict[str, Any], plan: str = CHILDREN, **given: Any) -> Forecast:
    """The forecast of the plan in this process."""
    path = folder / "sfnorch.yaml"
    path.write_text(plan)
    simulation = SimulateRequest(plan=path, **given.pop("simulation", {}))
    document = DurationsDocument.model_validate({"version": 1, "jobs": jobs})
    return forecast(
        ForecastRequest(simulation=simulation, durations=document, **{"runs": RUNS, "processes": 1, **given})
    )


def exact_percentile(outcomes: list[float], percent: float) -> float:
    return find_percentile(sorted(outcomes), percent)


def within(found: float, share: float, runs: int = RUNS) -> bool:
    """Whether a share of the runs is within four standard deviations of the exact one."""
    return abs(found - share) <= 4 * math.sqrt(share * (1 - share) / runs) + 1e-9


def test_constant_durations_give_the_time_of_one_run(tmp_path: Path):
    found = run(tmp_path, {"a": history([60]), "b": history([120]), "c": history([90])}, runs=5)
    assert found.main.end == (180, 180, 180, 180, 180, 180)
    assert {each.name: each.end.p50 for each in found.executions} == {"orders": 180, "sales": 90}
    assert {job.name: job.critical.value for job in found.jobs} == {"a": 1, "b": 1, "c": 0}
    assert found.failures.value == 0
    assert found.warnings == ()


def test_a_series_and_a_parallel_maximum_against_all_outcomes(tmp_path: Path):
    a, b, c = [60.0, 120.0], [60.0, 180.0, 300.0], [100.0, 200.0, 300.0, 400.0]
    found = run(tmp_path, {"a": history(a), "b": history(b), "c": history(c)}, deadline=310.0)
    sums = [x + y for x, y in itertools.product(a, b)]
    ends = [max(total, z) for total, z in itertools.product(sums, c)]
    orders, sales = ({each.name: each for each in found.executions}[name] for name in ("orders", "sales"))
    assert {found.main.end.least, orders.end.least, sales.end.least} == {min(ends), min(sums), min(c)}
    assert {found.main.end.most, orders.end.most, sales.end.most} == {max(ends), max(sums), max(c)}
    for value in set(ends):
        assert within(
            sum(each <= value for each in found.seconds) / RUNS, sum(each <= value for each in ends) / len(ends)
        )
    assert found.deadline is not None
    assert within(found.deadline.missed.value, sum(end > 310 for end in ends) / len(ends))
    critical = {job.name: job.critical.value for job in found.jobs}
    assert within(critical["a"], sum(t > z for t, z in itertools.product(sums, c)) / len(ends))


def test_failures_against_their_rates(tmp_path: Path):
    jobs = {"a": history([60.0] * 8, failures=2), "b": history([60.0]), "c": history([30.0] * 3, failures=1)}
    found = run(tmp_path, jobs, deadline=3600.0)
    failing = {job.name: job.failed.value for job in found.jobs}
    assert within(failing["a"], 0.2)
    assert within(failing["c"], 0.25)
    assert failing["b"] == 0
    assert within({job.name: job.ran.value for job in found.jobs}["b"], 0.8)
    assert within(found.main.failed.value, 1 - 0.8 * 0.75)
    assert found.deadline is not None
    assert found.deadline.missed == found.main.failed == found.failures


def test_an_independent_simulation_agrees(tmp_path: Path):
    """A few lines that know the plan draw the same distributions from other random numbers."""
    a, b, c = [30.0, 60.0, 600.0], [45.0, 50.0], [100.0, 700.0]
    jobs = {"a": history(a * 3, failures=1), "b": history(b), "c": history(c)}
    found = run(tmp_path, jobs)
    numbers = random.Random(7)  # noqa: S311 - a simulation
    ends = []
    for _ in range(20_000):
        orders = 10.0 if numbers.random() < 0.1 else numbers.choice(a) + numbers.choice(b)
        ends.append(max(orders, numbers.choice(c)))
    for value in sorted(set(ends)):
        share = sum(end <= value for end in ends) / len(ends)
        assert within(sum(end <= value for end in found.seconds) / RUNS, share)


def test_a_failure_without_recorded_durations_takes_as_long_as_a_success(tmp_path: Path):
    jobs = {"a": {"runs": 2, "succeeded": 1, "seconds": [60.0]}, "b": history([60.0]), "c": history([1.0])}
    found = run(tmp_path, jobs, runs=FEW)
    assert set(found.seconds) == {60, 120}
    assert within(found.seconds.count(60) / FEW, 0.5, FEW)
    assert within(found.main.failed.value, 0.5, FEW)


def test_a_failure_that_the_plan_handles(tmp_path: Path):
    """Another child continues, and the main execution succeeds: only the failures count."""
    plan = CHILDREN.replace("on_child_failure: fail\n", "")
    found = run(tmp_path, {"a": history([60.0], failures=3), "b": history([5.0]), "c": history([90.0])}, plan, runs=FEW)
    assert found.main.failed.value == 0
    assert within(found.failures.value, 0.75, FEW)
    failed = {each.name: each.failed.value for each in found.executions}
    assert (failed["orders"], failed["sales"]) == (found.failures.value, 0)
    jobs = {job.name: (job.ran.value, job.failed.value) for job in found.jobs}
    assert jobs["a"] == (1, found.failures.value)
    assert jobs["b"] == (1 - found.failures.value, 0)


def test_a_job_that_runs_in_some_runs_only(tmp_path: Path):
    """Its failures are a share of all runs, and not of those in which it ran."""
    jobs = {"a": history([60.0], failures=1), "b": history([], failures=1), "c": history([1.0])}
    found = {job.name: job for job in run(tmp_path, jobs, runs=FEW).jobs}["b"]
    assert within(found.ran.value, 0.5, FEW)
    assert found.failed == found.ran


def test_of_executions_with_one_name_the_last_counts(tmp_path: Path):
    plan = "pattern: fan-out\nname: etl\nitems: [x, y, z]\njobs: [a]\n"
    behaviour = Behaviour(concurrent_runs={"a": 3})
    found = run(tmp_path, {"a": history([10.0, 50.0])}, plan, runs=FEW, simulation={"behaviour": behaviour})
    (items,) = found.executions
    assert set(found.seconds) <= {10, 50}
    assert within(found.seconds.count(10) / FEW, 1 / 8, FEW)
    assert (items.end.least, items.end.most) == (10, 50)
    assert items.end.mean == found.main.end.mean


LATE_CHILD = """\
Resources:
  Master:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: master
      Definition:
        StartAt: Pause
        States:
          Pause: {Type: Wait, Seconds: 100, Next: Run}
          Run: {Type: Task, Resource: "arn:aws:states:::states:startExecution.sync:2", Parameters: {StateMachineArn: !Ref Child}, End: true}
  Child:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: child
      Definition:
        StartAt: Load
        States:
          Load: {Type: Task, Resource: "arn:aws:states:::glue:startJobRun.sync", Parameters: {JobName: load}, End: true}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/States
      MetricName: ExecutionTime
      Dimensions: [{Name: StateMachineArn, Value: !Ref Child}]
      Threshold: 50000
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: MISSING
"""


@pytest.mark.parametrize(("missing", "is_deadline"), [("breaching", True), ("ignore", False)])
def test_a_limit_is_the_time_of_its_own_execution(tmp_path: Path, missing: str, is_deadline: bool):
    """A limit counts from the start of its execution. A run that takes exactly as long meets it.

    A run that fails misses a deadline, but not a maximum duration.
    """
    (tmp_path / "t.yaml").write_text(LATE_CHILD.replace("MISSING", missing))
    document = DurationsDocument.model_validate(
        {"version": 1, "jobs": {"load": history([40.0, 50.0, 50.5, 70.0], failures=4)}}
    )
    behaviour = Behaviour(enforce_permissions=False)
    simulation = SimulateRequest(template=tmp_path / "t.yaml", machine="master", behaviour=behaviour)
    found = forecast(ForecastRequest(simulation=simulation, durations=document, runs=RUNS, processes=1))
    (limit,) = found.limits
    assert (limit.name, limit.seconds, limit.is_deadline) == ("child", 50, is_deadline)
    assert within(limit.missed.value, 0.75 if is_deadline else 0.25)


def test_a_run_that_is_cut_off_has_neither_succeeded_nor_failed(tmp_path: Path):
    jobs = {name: history([60.0]) for name in "abc"}
    found = run(tmp_path, jobs, runs=1, deadline=500.0, simulation={"until": 90.0})
    assert {each.name: (each.end.most, each.failed.value) for each in found.executions} == {
        "orders": (90, 0),
        "sales": (60, 0),
    }
    assert (found.main.end.most, found.main.failed.value, found.failures.value) == (90, 0, 0)
    assert {job.failed.value for job in found.jobs} == {0}
    assert found.deadline is not None
    assert found.deadline.missed.value == 1
    (warning,) = found.warnings
    assert warning == (
        "master had not ended after 01m30s, the end of the simulation, in 1 of 1 runs, which count as missing a "
        "deadline; pass a longer time with --until"
    )


def test_samples_share_equal_values():
    def make_sample() -> RunSample:
        name = "-".join(["long", "name"])
        sets = [frozenset({name}) for _ in range(3)]
        return RunSample(
            1.0, "SUCCEEDED", {name: 1.0}, frozenset(), sets[0], frozenset({(name, "job")}), sets[1], frozenset(),
            0.0, 0.0, 0.0, sets[2],
        )  # fmt: skip

    known: dict[Any, Any] = {}
    first, second = (share_values(make_sample(), known) for _ in range(2))
    assert first == second == make_sample()
    assert next(iter(first.ends)) is next(iter(second.ends))
    assert all(left is right for left, right in zip(first[3:8], second[3:8], strict=True))


def test_a_state_machine_that_starts_itself_does_not_fail(tmp_path: Path):
    found = run(tmp_path, {"other": history([60.0])}, "pattern: continuous\nworkflow: w\n", runs=1)
    assert (found.main.failed.value, found.failures.value) == (0, 0)
    assert [each.failed.value for each in (*found.executions, *found.jobs)] == [0, 0]
    assert [each.name for each in (found.main, *found.executions)] == ["loop", "loop (further executions)"]
    assert not [warning for warning in found.warnings if "had not ended" in warning]


def test_an_execution_that_fails_without_a_failed_job(tmp_path: Path):
    found = run(tmp_path, {"a": history([60.0])}, "pattern: dynamic\nname: etl\n", runs=1)
    assert found.main.failed.value == 1
    assert found.warnings[0].startswith("jobs fails although no job fails: InvalidInput: glueJobs must be a list of")


@pytest.mark.parametrize(
    ("missing", "until", "missed"), [("ignore", 140.0, 0), ("ignore", 160.0, 1), ("breaching", 140.0, 1)]
)
def test_a_limit_of_an_execution_that_is_cut_off(tmp_path: Path, missing: str, until: float, missed: float):
    """It runs since 100 seconds. A deadline is missed without a success, a maximum duration of 50 seconds later."""
    (tmp_path / "t.yaml").write_text(LATE_CHILD.replace("MISSING", missing))
    document = DurationsDocument.model_validate({"version": 1, "jobs": {"load": history([500.0])}})
    behaviour = Behaviour(enforce_permissions=False)
    simulation = SimulateRequest(template=tmp_path / "t.yaml", machine="master", behaviour=behaviour, until=until)
    found = forecast(ForecastRequest(simulation=simulation, durations=document, runs=1, processes=1))
    assert [limit.missed.value for limit in found.limits] == [missed]


def test_a_run_that_ends_at_the_deadline_meets_it(tmp_path: Path):
    jobs = {"a": history([60]), "b": history([120]), "c": history([90])}
    for deadline, missed in ((180.0, 0), (179.9, 1)):
        found = run(tmp_path, jobs, runs=2, deadline=deadline).deadline
        assert found is not None
        assert found.missed.value == missed


RETRIED = """\
pattern: flow
name: etl
steps:
- name: load
  glue_job: load
  retry: {attempts: 1, interval: 100s}
- {name: sum, glue_job: sum}
"""


def test_a_retry_draws_again(tmp_path: Path):
    jobs = {"load": history([60.0], failures=1), "sum": history([5.0])}
    found = run(tmp_path, jobs, RETRIED)
    assert found.main.end.least >= 10 + 10
    assert found.main.end.most <= 10 + 100 + 65  # jitter makes the interval of the retry shorter
    assert within(found.seconds.count(65) / RUNS, 0.5)
    assert within(found.main.failed.value, 0.25)
    assert {job.name: job.failed.value for job in found.jobs}["sum"] == 0


def test_the_price_is_that_of_the_drawn_seconds(tmp_path: Path):
    priced = {"workers": 5, "dpu_seconds": 7200.0, "total_seconds": 720.0}
    jobs = {
        "a": history([360.0], **priced, worker_type="R.2X", glue_version="6.0"),
        "b": history([30.0], **priced, worker_type="G.2X", glue_version="4.0", execution_class="FLEX"),
        "c": history([360.0]),
    }
    price = run(tmp_path, jobs, runs=3).price
    assert price.dpu_hours_mean == pytest.approx(10 * 0.1 + 10 * 60 / 3600)  # b has the minimum of a minute
    assert price.glue_mean == pytest.approx(1.0 * 0.364 + 10 / 60 * 0.29)
    assert price.whole.mean == pytest.approx(price.glue_mean + price.step_functions_mean)
    assert price.uncounted[0] == "Glue job c, whose DPUs are unknown"
    assert price.step_functions_mean == pytest.approx(20 * 0.025 / 1000)
    dear = run(tmp_path, jobs, runs=3, simulation={"price": 0.05}).price
    assert dear.step_functions_mean == pytest.approx(20 * 0.05 / 1000)


def test_a_run_of_an_old_spark_job_costs_ten_minutes(tmp_path: Path):
    used = {"dpu_seconds": 600.0, "total_seconds": 60.0, "glue_version": "1.0"}
    jobs = {name: history([60.0], **used) for name in "abc"}
    price = run(tmp_path, jobs, runs=1).price
    assert price.dpu_hours_mean == pytest.approx(3 * 10 * 600 / 3600)
    assert "Express workflows" not in price.uncounted


def test_an_express_workflow_has_no_price(tmp_path: Path):
    (tmp_path / "t.yaml").write_text(
        LATE_CHILD.replace("StateMachineName: child", "StateMachineName: child\n      StateMachineType: EXPRESS")
        .replace("glue:startJobRun.sync", "glue:startJobRun")
        .replace("startExecution.sync:2", "startExecution")
    )
    document = DurationsDocument.model_validate({"version": 1, "jobs": {"load": history([60.0])}})
    behaviour = Behaviour(enforce_permissions=False)
    simulation = SimulateRequest(template=tmp_path / "t.yaml", machine="master", behaviour=behaviour)
    price = forecast(ForecastRequest(simulation=simulation, durations=document, runs=1, processes=1)).price
    assert "Express workflows" in price.uncounted
    assert price.step_functions_mean == pytest.approx(2 * 0.025 / 1000)


def test_the_seed_decides_and_processes_do_not(tmp_path: Path):
    jobs = {name: history([10.0, 20.0, 30.0, 40.0]) for name in "abc"}
    one = run(tmp_path, jobs, runs=20)
    assert run(tmp_path, jobs, runs=20, processes=2) == one
    assert run(tmp_path, jobs, runs=20, simulation={"seed": 1}).seconds != one.seconds


@pytest.mark.slow
def test_new_processes_give_the_same_forecast(tmp_path: Path):
    """They start where a copy of the process is not safe: here, because of a thread; on macOS and Windows always."""
    jobs = {name: history([10.0, 20.0, 30.0, 40.0], failures=1) for name in "abc"}
    one = run(tmp_path, jobs, runs=20)
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert not can_fork()
        assert run(tmp_path, jobs, runs=20, processes=2) == one
        assert run(tmp_path, jobs, runs=20, processes=None) == one
    finally:
        end.set()
        other.join()


def test_a_job_of_its_own_does_not_change_the_draws_of_others(tmp_path: Path):
    jobs = {name: history([10.0, 20.0, 30.0, 40.0]) for name in "abc"}
    one, other = run(tmp_path, jobs, runs=20), run(tmp_path, {**jobs, "c": history([1.0])}, runs=20)
    ends = [next(each for each in found.executions if each.name == "orders").end for found in (one, other)]
    assert ends[0] == ends[1]


def test_options_of_a_simulation_replace_the_recorded_runs(tmp_path: Path):
    jobs = {"a": history([60.0]), "b": history([60.0]), "c": history([60.0])}
    behaviour = Behaviour(seconds={"c": 1000.0}, faults=[Fault("a")])
    found = run(tmp_path, jobs, runs=3, simulation={"behaviour": behaviour})
    assert found.main.end.p50 == 1000
    assert {job.name: job.failed.value for job in found.jobs} == {"a": 1, "c": 0}


def test_doubts_are_warnings(tmp_path: Path):
    jobs = {"a": history([], failures=3), "c": history([60.0]), "old": history([1.0])}
    found = run(tmp_path, jobs, runs=3)
    assert found.warnings == (
        "job a has never succeeded in 3 recorded runs: it fails in all runs",
        "recorded jobs that the template does not have were ignored: old",
    )
    assert run(tmp_path, {"a": history([60.0])}, runs=3).warnings == (
        "no recorded runs: each run is assumed to succeed after 05m: b, c",
    )


@pytest.mark.parametrize(
    ("start", "deadline", "seconds"),
    [
        ("2026-03-30T03:00", "06:00", 3 * 3600),
        ("2026-03-29T01:00", "06:00", 4 * 3600),  # an hour is skipped
        ("2026-03-30T07:00", "06:00", 23 * 3600),  # on the next day
        ("2026-03-30T06:00", "06:00", 24 * 3600),
    ],
)
def test_a_deadline_is_a_local_time(tmp_path: Path, start: str, deadline: str, seconds: float):
    found = run(
        tmp_path,
        {name: history([60.0]) for name in "abc"},
        CHILDREN.replace("jobs: [c]", "jobs: [{name: c, arguments: {--date: '{% $run.date %}'}}]")
        + "timezone: Europe/Berlin\n",
        runs=1,
        deadline=time.fromisoformat(deadline),
        simulation={"at": datetime.fromisoformat(start)},
    ).deadline
    assert found is not None
    assert (found.seconds, found.missed.value) == (seconds, 0)
    assert found.at is not None
    assert f"{found.at:%H:%M}" == deadline


@pytest.mark.parametrize(("start", "seconds"), [("2026-03-28T22:00", 7 * 3600), ("2026-10-24T22:00", 9 * 3600)])
def test_the_time_zone_is_that_of_the_schedule_if_runs_have_no_date(tmp_path: Path, start: str, seconds: float):
    """The nights in which the clocks change."""
    schedule = "schedule: {expression: cron(0 22 * * ? *), timezone: Europe/Berlin}\n"
    simulation = {"at": datetime.fromisoformat(start)}
    found = run(tmp_path, {"a": history([60.0])}, CHILDREN + schedule, runs=1, deadline=time(6), simulation=simulation)
    assert found.deadline is not None
    assert found.deadline.at is not None
    assert (found.deadline.seconds, f"{found.deadline.at:%H:%M}") == (seconds, "06:00")


def test_the_deadlines_of_the_plan(tmp_path: Path):
    plan = (
        "pattern: master-child\nname: etl\nschedule: cron(0 3 * * ? *)\ndeadline: 04:00\nchildren:\n"
        "- {name: orders, jobs: [a], max_duration: 10m}\n- {name: sales, jobs: [c]}\n"
    )
    jobs = {"a": history([300.0, 900.0, 4000.0, 4000.0]), "c": history([60.0] * 3, failures=1)}
    limits = {limit.name: limit for limit in run(tmp_path, jobs, plan).limits}
    assert {name: (limit.seconds, limit.is_deadline) for name, limit in limits.items()} == {
        "master": (3600, True),
        "orders": (600, True),
    }
    assert within(limits["master"].missed.value, 0.5)
    assert within(limits["orders"].missed.value, 0.75)


def test_wrong_requests(tmp_path: Path):
    for given, text in (
        ({"runs": 0}, "runs 0: expected a number from 1 to 100,000"),
        ({"processes": 0}, "processes 0: must be at least 1"),
        (
            {"deadline": time(6)},
            "deadline 06:00 requires the start time of the run; pass --at, or a duration such as 3h",
        ),
        ({"deadline": 0.0}, "deadline must be longer than 0s, and at most a year"),
        ({"deadline": 1e300}, "deadline must be longer than 0s, and at most a year"),
        ({"simulation": {"second_run": 5.0}}, "second_run is not supported with a forecast"),
    ):
        with pytest.raises(RequestError) as caught:
            run(tmp_path, {"a": history([1.0])}, **given)
        assert caught.value.message == text
    with pytest.raises(SfnorchError, match="unknown job"):
        run(tmp_path, {"a": history([1.0])}, simulation={"behaviour": Behaviour(seconds={"nobody": 1.0})})
