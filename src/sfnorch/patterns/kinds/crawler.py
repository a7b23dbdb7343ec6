"""A Glue crawler as a step of a flow and as a task of a dag: it is started, and polled until the crawl has ended.

A crawl has no id. Glue reports when the last crawl started, which distinguishes the crawl of the step from others.
https://docs.aws.amazon.com/glue/latest/webapi/API_LastCrawlInfo.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Parallel,
    Retrier,
    Succeed,
    Task,
    Value,
    Wait,
    jsonata,
    read_program,
)
from sfnorch.calls.glue_crawl import GET_CRAWLER, RUNS_ALREADY, START_CRAWLER, STOP_CRAWLER
from sfnorch.integrations.polling import PollDelays
from sfnorch.integrations.work import retry_failures
from sfnorch.patterns.kinds.part import InnerStates, StepPart, TaskFrame, TaskPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.dag import DagTask
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.workflow import Arn, Permission

CRAWL_SECONDS = 43_200
"""The default timeout of a crawl."""

FAILED, TIMED_OUT = "CrawlFailed", "CrawlTimedOut"

_DELAYS = PollDelays(first=10, growth=1.5, longest=300)
_TRANSIENT = Retrier(errors=START_CRAWLER.transient, interval_seconds=5, max_attempts=6, jitter=True)
_BUSY = Retrier(errors=(RUNS_ALREADY,), interval_seconds=60, max_attempts=120, backoff_rate=1.0)
"""The crawler runs already: it is started again for two hours."""

_NO_USE = Retrier(errors=START_CRAWLER.permanent, max_attempts=0)
_LAST = jsonata('$string([$states.result.Crawler.LastCrawl.StartTime, "never"][0])')
_HAS_ENDED = '$states.input.state = "READY" and $states.input.last != $before'
_CAUSE = '$string({"step": <<step>>, "error": <<error>>, "ErrorMessage": <{message}>})'
_MESSAGE = '"the crawl ended " & [$states.input.status, "UNKNOWN"][0] & ([": " & $states.input.message, ""][0])'
_LATE = '"the crawl had not ended after " & <<seconds>> & " seconds, and was stopped"'


def _make_states(name: str, crawler: Value, seconds: int) -> tuple[AnyState, ...]:
    """Return the states that run the crawler, for a branch; their output is `{crawler, status}`.

    Variables: `before`, the start of the crawl before this one, and `polls`, the number of polls. After the timeout,
    the crawler is stopped.
    """
    failed = jsonata("$substring(<{message}>, 0, 1000)", message=jsonata(_MESSAGE))
    late = jsonata(_LATE, seconds=seconds)
    return (
        Task(
            name=f"{name} (last crawl)",
            resource=GET_CRAWLER.resource,
            arguments={"Name": crawler},
            retry=(_TRANSIENT,),
            assign={"before": _LAST, "polls": 0},
            output={},
            next=f"{name} (start)",
        ),
        Task(
            name=f"{name} (start)",
            resource=START_CRAWLER.resource,
            arguments={"Name": crawler},
            retry=(_BUSY, _TRANSIENT),
            output={},
            next=f"{name} (wait)",
        ),
        Wait(name=f"{name} (wait)", seconds=_DELAYS.expression, next=f"{name} (get)"),
        Task(
            name=f"{name} (get)",
            resource=GET_CRAWLER.resource,
            arguments={"Name": crawler},
            retry=(_TRANSIENT,),
            assign={"polls": jsonata("$polls + 1")},
            output=read_program(__package__, "crawl_status").fill(),
            next=f"{name} (check)",
        ),
        Choice(
            name=f"{name} (check)",
            rules=(
                ChoiceRule(
                    condition=jsonata(f'{_HAS_ENDED} and $states.input.status = "SUCCEEDED"'),
                    next=f"{name} (finished)",
                ),
                ChoiceRule(condition=jsonata(_HAS_ENDED), next=f"{name} (failed)"),
                ChoiceRule(
                    condition=jsonata("$polls >= <<most>>", most=_DELAYS.count_polls(seconds)), next=f"{name} (stop)"
                ),
            ),
            default=f"{name} (wait)",
        ),
        Task(
            name=f"{name} (stop)",
            resource=STOP_CRAWLER.resource,
            arguments={"Name": crawler},
            retry=(_TRANSIENT,),
            catch=(Catcher(errors=("States.ALL",), output={}, next=f"{name} (timed out)"),),
            output={},
            next=f"{name} (timed out)",
        ),
        Fail(
            name=f"{name} (timed out)",
            error=TIMED_OUT,
            cause=jsonata(_CAUSE, step=name, error=TIMED_OUT, message=late),
        ),
        Fail(name=f"{name} (failed)", error=FAILED, cause=jsonata(_CAUSE, step=name, error=FAILED, message=failed)),
        Succeed(name=f"{name} (finished)", output={"crawler": crawler, "status": "SUCCEEDED"}),
    )


def _make_work(step: FlowStep, scope: FlowScope) -> InnerStates:
    crawler = step.crawler or ""
    return InnerStates(states=_make_states(step.name, crawler, step.timeout or CRAWL_SECONDS))


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    return _allow([step.crawler for step in steps if step.crawler])


def _make_arguments(task: DagTask) -> Mapping[str, Value]:
    return {"Name": task.crawler}


def _make_state(frame: TaskFrame) -> AnyState:
    states = _make_states(frame.name, jsonata("<{arguments}>.Name", arguments=frame.arguments), CRAWL_SECONDS)
    return Parallel(
        name=frame.name,
        branches=(Graph(*states),),
        retry=retry_failures(frame.retries, _NO_USE),
        catch=frame.catch,
        output={},
        next=frame.next_state,
    )


def _list_task_permissions(tasks: Sequence[DagTask]) -> tuple[Permission, ...]:
    return _allow([task.crawler for task in tasks if task.crawler])


def _allow(crawlers: Sequence[str]) -> tuple[Permission, ...]:
    actions = (*START_CRAWLER.actions, *GET_CRAWLER.actions, *STOP_CRAWLER.actions)
    arns = tuple(Arn("glue", "crawler/", name) for name in dict.fromkeys(crawlers))
    return (Permission(sid="RunCrawlers", actions=actions, resources=arns),)


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions)
TASK = TaskPart(
    state_name="RunCrawler",
    make_arguments=_make_arguments,
    make_state=_make_state,
    list_permissions=_list_task_permissions,
)
