"""Glue crawlers: crawls that take time, and succeed or fail as specified.

https://docs.aws.amazon.com/glue/latest/webapi/API_Crawler.html
https://docs.aws.amazon.com/glue/latest/webapi/API_LastCrawlInfo.html
"""

from __future__ import annotations

from datetime import timedelta

from sfnorch.calls.glue_crawl import GET_CRAWLER, RUNS_ALREADY, START_CRAWLER, STOP_CRAWLER
from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import begin_run, end_run, refuse_start, refuse_throttled
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

SECONDS = 60.0
"""The default duration of a crawl in virtual seconds."""

_THROTTLED = "Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)"
_STATUS = {"SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "STOPPED": "CANCELLED"}


@simulates(START_CRAWLER.resource)
def start_crawler(request: ServiceRequest) -> Steps[Json]:
    """Return an empty answer at once; the crawl continues by itself. Raises StatesError if Glue rejects it."""
    world, name = request.world, request.get_text("Name")
    refuse_throttled(request, name, "Glue.AWSGlueException", _THROTTLED)
    _refuse_unknown(request, name)
    if _find_running(request, name):
        refuse_start(request, name, RUNS_ALREADY, f"Crawler with name {name} has already started")
    fault = world.behaviour.find_fault(name, world.job_counts[name].begun)
    run = begin_run(request, name, "crawl", world.generate_id(), world.behaviour.find_duration(name, SECONDS))
    world.clock.process(_crawl(request, run, fault.message if fault else ""))
    return {}
    yield


def _crawl(request: ServiceRequest, run: JobRunRecord, message: str) -> Steps[None]:
    yield request.world.clock.timeout(run.seconds)
    if run.ended is None:
        end_run(request, run, "FAILED" if message else "SUCCEEDED", message)


@simulates(GET_CRAWLER.resource)
def get_crawler(request: ServiceRequest) -> Steps[Json]:
    """Return the current description of the crawler, with its last crawl that has ended."""
    name = request.get_text("Name")
    _refuse_unknown(request, name)
    crawler: dict[str, Json] = {"Name": name, "State": "RUNNING" if _find_running(request, name) else "READY"}
    ended = [run for run in _list_crawls(request, name) if run.ended is not None]
    if ended:
        crawler["LastCrawl"] = _describe(request, ended[-1])
    return {"Crawler": crawler}
    yield


@simulates(STOP_CRAWLER.resource)
def stop_crawler(request: ServiceRequest) -> Steps[Json]:
    """Return an empty answer: the crawl is cancelled. Raises StatesError if the crawler is not running."""
    name = request.get_text("Name")
    run = _find_running(request, name)
    if run is None:
        raise StatesError("Glue.CrawlerNotRunningException", f"Crawler with name {name} isn't running")
    end_run(request, run, "STOPPED")
    return {}
    yield


def _describe(request: ServiceRequest, run: JobRunRecord) -> dict[str, Json]:
    started = request.world.begin + timedelta(seconds=run.started)
    crawl: dict[str, Json] = {"StartTime": started.isoformat(), "Status": _STATUS[run.status]}
    if run.message:
        crawl["ErrorMessage"] = run.message
    return crawl


def _refuse_unknown(request: ServiceRequest, name: str) -> None:
    if not request.world.behaviour.is_known_job(name):
        refuse_start(request, name, "Glue.EntityNotFoundException", f"Crawler with name {name} does not exist")


def _list_crawls(request: ServiceRequest, name: str) -> list[JobRunRecord]:
    return [run for run in request.world.record.job_runs if run.kind == "crawl" and run.job == name]


def _find_running(request: ServiceRequest, name: str) -> JobRunRecord | None:
    return next((run for run in _list_crawls(request, name) if run.ended is None), None)
