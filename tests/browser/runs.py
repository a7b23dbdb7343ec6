"""Runs to look at in a browser."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from sfnorch import Behaviour, Fault, SimulateRequest, simulate
from sfnorch.app.forecasts.results import Forecast
from sfnorch.report.pictures.attempts import list_attempt_facts
from sfnorch.report.pictures.drawn_run import DrawnActivity, DrawnAttempt, DrawnMachine, DrawnRun, DrawnVisit, Moment
from sfnorch.report.pictures.forecast_page import render_forecast
from sfnorch.report.pictures.page import render_page
from sfnorch.report.pictures.simulated import draw_simulation
from sfnorch.report.tones import Tone
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.states import build_scope

EVIL = "\x1b[31m\u202e</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;]]>\u2028`${1}`\x00\ud800"


def failing_run() -> DrawnRun:
    """A run of the default plan in which a job fails, and another child takes long."""
    behaviour = Behaviour(faults=[Fault(job="glue-job-3-b")], seconds={"glue-job-2-*": 900.0})
    return draw_simulation(simulate(SimulateRequest(behaviour=behaviour, keeps_visits=True)))


def retried_run() -> DrawnRun:
    """A run in which a job failed twice and waited each time."""
    attempts = [
        DrawnAttempt(number=number, status=status, started=start, ended=start + 100.0, waiting=40.0, message=status)
        for number, (status, start) in enumerate((("FAILED", 100.0), ("FAILED", 250.0), ("SUCCEEDED", 400.0)), 1)
    ]
    job = DrawnActivity(
        kind="job run",
        name="load",
        status="SUCCEEDED",
        started=100.0,
        ended=500.0,
        facts=list(list_attempt_facts(attempts).items()),
        attempts=attempts,
        is_critical=True,
    )
    root = DrawnActivity(kind="execution", name="etl", status="SUCCEEDED", started=0.0, ended=600.0, parts=[job])
    begin = datetime(2026, 3, 29, 23, 50, tzinfo=timezone.utc)
    return DrawnRun(title="Retried", status="SUCCEEDED", activities=[root], begin=begin, end=600.0)


def large_run(count: int, details: str = "") -> DrawnRun:
    """A run of so many executions, of which every hundredth failed, each with a job run."""
    activities = []
    for index in range(count):
        status = "FAILED" if index % 100 == 99 else "SUCCEEDED"
        job = DrawnActivity(kind="job run", name=f"job-{index}", status=status, started=index + 1.0, ended=index + 60.0)
        activities.append(
            DrawnActivity(
                kind="execution",
                name=f"item-{index}",
                status=status,
                started=float(index),
                ended=index + 61.0,
                facts=[("Input", details)] if details else [],
                parts=[job],
            )
        )
    return DrawnRun(title="Large", status="FAILED", activities=activities, end=count + 61.0)


def hostile_run() -> DrawnRun:
    """A run in which every text is hostile."""
    job = DrawnActivity(
        kind=EVIL, name=EVIL, status="FAILED", started=1.0, ended=2.0, error=EVIL, message=EVIL, facts=[(EVIL, EVIL)]
    )
    root = DrawnActivity(kind="execution", name=EVIL, status=EVIL, started=0.0, ended=3.0, parts=[job])
    moment = Moment(at=1.0, title=EVIL, text=EVIL, tone=Tone.BAD)
    definition = locate({"StartAt": EVIL, "States": {EVIL: {"Type": EVIL, "Next": EVIL}}}, SourceLocation("d", 1))
    assert isinstance(definition, Object)
    machine = DrawnMachine(
        title=EVIL,
        states=build_scope(definition),
        entered={EVIL: 1},
        visits={EVIL: [DrawnVisit(EVIL, Tone.BAD, [(EVIL, EVIL)])]},
    )
    return DrawnRun(
        title=EVIL,
        status=EVIL,
        activities=[root],
        end=3.0,
        figures={EVIL: EVIL},
        notifications=[moment],
        alarms=[moment],
        outputs=[moment],
        timeline=[moment],
        machines=[machine],
        notes=[EVIL],
        left_out=[EVIL],
    )


def save_forecast(folder: Path, forecast: Forecast) -> Path:
    """The file of a page with a forecast."""
    path = folder / "forecast.html"
    path.write_text(render_forecast(forecast), encoding="utf-8")
    return path


def save_page(folder: Path, *runs: DrawnRun) -> Path:
    """The file of a page with the runs."""
    path = folder / "run.html"
    path.write_text(render_page(runs[0].title, runs), encoding="utf-8")
    return path
