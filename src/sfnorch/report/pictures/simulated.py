"""A simulated run as a run to draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration
from sfnorch.json_values import Json, read_mappings
from sfnorch.protocol.dag import find_blocking_task
from sfnorch.protocol.overlap import find_holder
from sfnorch.report.pictures.attempts import list_attempt_facts, select_attempts
from sfnorch.report.pictures.drawn_run import (
    DrawnActivity,
    DrawnAttempt,
    DrawnFailure,
    DrawnRun,
    Moment,
)
from sfnorch.report.pictures.simulated_states import list_machines
from sfnorch.report.pictures.values import MOST_MOMENTS, describe_left_out, list_values
from sfnorch.report.simulated.map_runs import count_statuses, find_end, has_failures, list_failure_lines
from sfnorch.report.simulated.run import list_figures
from sfnorch.report.simulated.timeline import find_title, list_timeline
from sfnorch.report.skipped_runs import describe_holder, find_shown_status
from sfnorch.report.tones import Tone, find_tone
from sfnorch.simulator.figures import find_critical_activities
from sfnorch.template.resources import shorten_arn

if TYPE_CHECKING:
    from sfnorch.app.simulation import Simulation
    from sfnorch.simulator.record import AlarmChange, Execution, JobRunRecord, MapRunRecord, Message, RefusedStart, Run

KINDS = {"job": "job run", "workflow": "Glue workflow run", "function": "function", "machine": "state machine"}
_MOST_CHARACTERS = 20_000
"""The maximum length of an object or a statement in a report."""


def draw_simulation(simulation: Simulation, title: str = "") -> DrawnRun:
    """Return the simulated run as a run to draw; its title is by default the name of the stack."""
    run = simulation.run
    if not title:
        title = "Simulated run"
        if simulation.template is not None:
            title += f" of {simulation.template.stack.where.stack_name}"
    activities = _Activities(run)
    roots = activities.list_roots()
    lines = list_timeline(run)
    drawn = DrawnRun(
        title=title,
        status=run.first.status,
        activities=roots,
        end=max(run.cut_off or 0.0, *(each.started if each.ended is None else each.ended for each in run.executions)),
        figures=list_figures(simulation.figures),
        failures=list(_list_failures(run, activities.drawn)),
        notifications=[_draw_message(message) for message in run.messages],
        alarms=[_draw_alarm(change) for change in run.alarms],
        outputs=[*_list_statements(run), *_list_objects(run)],
        timeline=[Moment(at=at, title=line, tone=_find_line_tone(line)) for at, line in lines[:MOST_MOMENTS]],
        machines=list(list_machines(simulation)),
        notes=list(run.notes.values()),
    )
    if run.cut_off is not None:
        drawn.notes = [*drawn.notes, f"The simulation ended after {format_duration(run.cut_off)}; see --until."]
    drawn.left_out += describe_left_out(len(lines), "lines of the timeline")
    return drawn


class _Activities:
    """The activities of a run, each built once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.drawn: dict[int, DrawnActivity] = {}
        """The activity of each execution and job run, by the ID of that object."""
        self._critical = set(map(id, find_critical_activities(run)))
        self._jobs: dict[str, list[list[JobRunRecord]]] = {}
        for runs in _list_retried(run):
            self._jobs.setdefault(runs[0].execution, []).append(runs)
        self._refused: dict[tuple[str, int], list[RefusedStart]] = {}
        for start in run.refused_starts:
            self._refused.setdefault((start.execution, start.visit), []).append(start)
        self._map_runs: dict[str, list[MapRunRecord]] = {}
        for map_run in run.map_runs:
            self._map_runs.setdefault(map_run.execution, []).append(map_run)

    def list_roots(self) -> list[DrawnActivity]:
        """Return the executions that no other execution started, with all that is in them."""
        drawn = {execution.arn: self._draw_execution(execution) for execution in self._run.executions}
        parts: dict[str, list[tuple[float, DrawnActivity]]] = {}
        held = {id(failed) for map_run in self._run.map_runs for failed in map_run.failures}
        maps = {id(map_run): _draw_map_run(map_run) for map_run in self._run.map_runs}
        for execution in self._run.executions:
            activity = drawn[execution.arn]
            if execution.map_run is not None:
                if execution.map_run.is_detailed or id(execution) in held:
                    maps[id(execution.map_run)].parts.append(activity)
            elif execution.parent:
                parts.setdefault(execution.parent, []).append((execution.started, activity))
        for arn, jobs in self._jobs.items():
            parts.setdefault(arn, []).extend((runs[0].started, self._draw_job(runs)) for runs in jobs)
        for arn, map_runs in self._map_runs.items():
            parts.setdefault(arn, []).extend((each.started, maps[id(each)]) for each in map_runs)
        for arn, found in parts.items():
            if arn in drawn:
                drawn[arn].parts += [activity for _, activity in sorted(found, key=lambda part: part[0])]
        known = set(drawn)
        return [
            drawn[execution.arn]
            for execution in self._run.executions
            if execution.map_run is None and execution.parent not in known
        ]

    def _draw_execution(self, execution: Execution) -> DrawnActivity:
        holder, blocker = find_holder(execution.output), find_blocking_task(execution.output)
        message = execution.cause
        if holder:
            message = describe_holder(find_title(self._run, holder))
        elif blocker:
            message = f"blocked by {blocker}"
        values: dict[str, Json] = {"Input": execution.input, "Output": execution.output}
        if execution.params:
            values["Parameters"] = dict(execution.params)
        facts = {
            "Name": execution.name,
            "States": f"{len(execution.states):,} entered, {execution.history:,} history events",
            "Retries": f"{execution.retries:,}" if execution.retries else "",
            "Redrives": f"{execution.redrives:,}" if execution.redrives else "",
        }
        self.drawn[id(execution)] = DrawnActivity(
            kind="execution",
            name=execution.item or execution.title,
            status=find_shown_status(execution.status, execution.output),
            started=execution.started,
            ended=execution.ended,
            error=execution.error,
            message=message,
            facts=list_values(facts, values),
            is_critical=id(execution) in self._critical,
            machine=execution.machine.partition("/")[0],
        )
        return self.drawn[id(execution)]

    def _draw_job(self, runs: list[JobRunRecord]) -> DrawnActivity:
        """Return the job with all of its attempts, of which the last one is its result."""
        job = runs[-1]
        refused = self._refused.get((job.execution, job.visit), ())
        attempts = sorted([*map(_draw_refused, refused), *map(_draw_attempt, runs)], key=lambda each: each.number)
        facts = {"Run ID": job.run_id, **list_attempt_facts(attempts)}
        self.drawn[id(job)] = DrawnActivity(
            kind=KINDS.get(job.kind, job.kind),
            name=job.job,
            status=attempts[-1].status,
            started=attempts[0].started,
            ended=attempts[-1].ended,
            message=attempts[-1].message,
            facts=list_values(facts, {"Arguments": job.arguments}),
            attempts=select_attempts(attempts),
            is_critical=any(id(each) in self._critical for each in runs),
        )
        return self.drawn[id(job)]


def _list_retried(run: Run) -> list[list[JobRunRecord]]:
    """Return the job runs, those that retries of a state started together, in the order of the first ones."""
    found: dict[tuple[str, int], list[JobRunRecord]] = {}
    for job in run.job_runs:
        found.setdefault((job.execution, job.visit), []).append(job)
    return list(found.values())


def _draw_attempt(job: JobRunRecord) -> DrawnAttempt:
    return DrawnAttempt(
        number=job.attempt,
        status=job.status,
        started=job.started,
        ended=job.ended,
        run_id=job.run_id,
        message=job.message,
    )


def _draw_refused(start: RefusedStart) -> DrawnAttempt:
    """Return the attempt as an execution on AWS has it: without a run, and FAILED."""
    message = f"{start.error}: {start.cause}"
    return DrawnAttempt(number=start.attempt, status="FAILED", started=start.at, ended=start.at, message=message)


def _draw_map_run(map_run: MapRunRecord) -> DrawnActivity:
    """Return the Map run as an activity: with its counts, because a large one has no rows for its executions."""
    return DrawnActivity(
        kind="Map run",
        name=map_run.title,
        status="FAILED" if has_failures(map_run) else "SUCCEEDED",
        shown_status="" if map_run.is_detailed else f"{map_run.count:,} executions",
        started=map_run.started,
        ended=find_end(map_run),
        message="\n".join(list_failure_lines(map_run)),
        facts=[("Child executions", count_statuses(map_run)), ("Items", f"{map_run.total:,}")],
    )


def _list_failures(run: Run, drawn: Mapping[int, DrawnActivity]) -> Iterator[DrawnFailure]:
    """Yield the job runs that failed and were not retried, and the executions that failed without one."""
    titles = {execution.arn: execution.item or execution.title for execution in run.executions}
    jobs = [runs[-1] for runs in _list_retried(run)]
    failed = {job.execution for job in jobs if find_tone(job.status) is Tone.BAD}
    holders = {execution.parent for execution in run.executions if find_tone(execution.status) is Tone.BAD}
    for job in jobs:
        if find_tone(job.status) is Tone.BAD:
            where = titles.get(job.execution, job.machine)
            what = f"{job.job} {job.status}"
            yield DrawnFailure(where=where, what=what, message=job.message, activity=drawn.get(id(job)))
    for execution in run.executions:
        if find_tone(execution.status) is Tone.BAD and execution.arn not in (failed | holders):
            what = f"{execution.status} {execution.error}".rstrip()
            activity = drawn.get(id(execution))
            yield DrawnFailure(where=titles[execution.arn], what=what, message=execution.cause, activity=activity)


def _draw_message(message: Message) -> Moment:
    text = f"To {shorten_arn(message.topic)}, by {message.sender}\n\n{message.message}"
    return Moment(at=message.at, title=message.subject or "no subject", text=text)


def _draw_alarm(change: AlarmChange) -> Moment:
    topics = ", ".join(map(shorten_arn, change.told))
    return Moment(
        at=change.at,
        title=f"{change.alarm}: {change.before} → {change.after}",
        text=change.reason + (f"\nNotifies {topics}" if topics else ""),
        tone=find_tone(change.after),
    )


def _list_statements(run: Run) -> Iterator[Moment]:
    for statement in run.job_runs:
        if statement.kind == "statement":
            values = [
                f":{parameter['Name']} = {parameter['Value']}"
                for parameter in read_mappings(statement.arguments.get("Parameters"))
            ]
            title = f"Statement {statement.job} by {statement.machine}"
            text = "\n".join((str(statement.arguments.get("Sql")), *values))
            yield Moment(at=statement.started, title=title, text=text[:_MOST_CHARACTERS])


def _list_objects(run: Run) -> Iterator[Moment]:
    for stored in run.objects:
        left = stored.length - _MOST_CHARACTERS
        more = f"\n… and {left:,} more characters" if left > 0 else ""
        title = f"Object by {stored.sender} at s3://{stored.bucket}/{stored.key}"
        yield Moment(at=stored.at, title=title, text=f"{stored.read_start(_MOST_CHARACTERS)}{more}")


def _find_line_tone(line: str) -> Tone:
    """Return the tone of a line of the timeline."""
    words = set(line.replace(":", " ").split())
    if words & {"FAILED", "TIMED_OUT", "ALARM", "ABORTED", "TIMEOUT"}:
        return Tone.BAD
    return Tone.GOOD if "SUCCEEDED" in words else Tone.OTHER
