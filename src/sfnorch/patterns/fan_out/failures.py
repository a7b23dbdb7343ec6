"""What came of the items: their counts, the first failures by name, and the notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import map_run, s3_object
from sfnorch.patterns.job_failure import MESSAGE_LENGTH, NOTHING, build_raise_alarm_state, catch_any_error, clear_alarm
from sfnorch.patterns.message import (
    OWN_EXECUTION,
    build_notification_state,
    define_link,
    define_logs,
    make_resume_line,
)
from sfnorch.patterns.run_context.states import name_run
from sfnorch.patterns.stack_parameters import RESULTS
from sfnorch.protocol.fan_out import ERROR, MACHINE, MOST_REPORTED, FanOutState, FanOutVariable
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import FanOutPlan, ItemChain

READ_BYTES = 125_000
"""How much of the list of failures is read. A response has at most 256 KiB, in which a quotation mark has two bytes."""

_MOST_LISTED = 200
"""The number of failed items of batches that are listed. Batches can have more items than a state has room for."""

_MANIFEST = jsonata('$results & "/" & $split($mapRun, ":")[-1] & "/manifest.json"')
_BUCKET = Substitution(RESULTS)


def list_counts(chain: ItemChain) -> tuple[str, ...]:
    """Return the names of the numbers of items, and of batches if the plan has them."""
    return ("total", "succeeded", "failed", "pending", *(("unread", "batches", "failedBatches") if chain.batch else ()))


def build_counting_states(chain: ItemChain) -> tuple[AnyState, ...]:
    """Return the states that find the Map run after an error, and count its items."""
    counts = read_program(__package__, "counts") if chain.batch is None else read_program(__package__, "batch_counts")
    kept = jsonata("$mapError = null ? $states.errorOutput : $mapError")
    unknown = catch_any_error(FanOutState.CHECK_FAILURES, assign={FanOutVariable.ERROR: kept}, output={})
    return (
        map_run.find_map_run(
            FanOutState.FIND_MAP_RUN,
            assign=FanOutVariable.MAP_RUN,
            catch=unknown,
            next_state=FanOutState.COUNT_ITEMS,
        ),
        map_run.count_items(
            FanOutState.COUNT_ITEMS,
            map_run=jsonata("$mapRun"),
            assign={FanOutVariable.COUNTS: counts.fill()},
            catch=unknown,
            next_state=FanOutState.CHECK_FAILURES,
        ),
    )


def build_report_states(chain: ItemChain, *, failed: str, succeeded: str) -> tuple[AnyState, ...]:
    """Return the states after the count: the list of failures, and the alarm; then the execution enters these states.

    `failed` is the state that follows after a failure, `succeeded` the one after a success.
    """
    return (
        _check_failures(chain),
        *_read_failures(chain),
        build_raise_alarm_state(jsonata("$summary"), next_state=failed),
        clear_alarm(next_state=succeeded, output={}),
    )


def build_ending_states(plan: FanOutPlan) -> tuple[AnyState, ...]:
    """Return the states after the count: alarm, the list of failures, notification, and the end."""
    notifies = plan.notify != "never"
    end = FanOutState.ITEMS_FAILED if plan.on_item_failure == "fail" else SharedState.DONE
    after_alarm = SharedState.NOTIFY_FAILURE if notifies else end
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    states: list[AnyState] = [*build_report_states(plan, failed=after_alarm, succeeded=well)]
    if notifies:
        states.append(_notify_failure(plan, end))
    if plan.notify == "always":
        states.append(_notify_success(plan))
    states.append(Succeed(name=SharedState.DONE, output=read_program(__package__, "outcome").fill()))
    if plan.on_item_failure == "fail":
        cause = jsonata("$string(<{outcome}>)", outcome=read_program(__package__, "outcome").fill())
        states.append(Fail(name=FanOutState.ITEMS_FAILED, error=ERROR, cause=cause))
    return tuple(states)


def _summarize(chain: ItemChain, counts: Expression) -> Expression:
    """Return the expression for the words about `counts`; it is the variable of this name without batches."""
    if chain.batch is None:
        return read_program(__package__, "summary").fill()
    return read_program(__package__, "batch_summary").fill(counts=counts)


def _check_failures(chain: ItemChain) -> Choice:
    failed = ChoiceRule(
        condition=jsonata("$mapError != null or $counts.failed > 0"),
        assign={FanOutVariable.SUMMARY: _summarize(chain, jsonata("$counts"))},
        output={},
        next=FanOutState.READ_MANIFEST,
    )
    return Choice(name=FanOutState.CHECK_FAILURES, rules=(failed,), default=SharedState.CLEAR_ALARM)


def _read_failures(chain: ItemChain) -> tuple[AnyState, ...]:
    """Return the states that read the list of failures, as far as they can, and write it in a readable form."""
    unread: tuple[Catcher, ...] = catch_any_error(SharedState.RAISE_ALARM, output={})
    failed_key = jsonata("$parse($states.result.Body).ResultFiles.FAILED[0].Key")
    rows = read_program(__package__, "failures").fill(length=MESSAGE_LENGTH)
    first = jsonata("[<{rows}>[[0..<<last>>]]]", rows=rows, last=MOST_REPORTED - 1)
    output: Value = {"failures": rows}
    if chain.batch is not None:
        output = read_program(__package__, "batch_failures").fill(length=MESSAGE_LENGTH, last=_MOST_LISTED - 1)
    return (
        s3_object.read_object(
            FanOutState.READ_MANIFEST,
            bucket=_BUCKET,
            key=_MANIFEST,
            most_bytes=READ_BYTES,
            assign={},
            output={"key": failed_key},
            catch=unread,
            next_state=FanOutState.READ_FAILURES,
        ),
        s3_object.read_object(
            FanOutState.READ_FAILURES,
            bucket=_BUCKET,
            key=jsonata("$states.input.key"),
            most_bytes=READ_BYTES,
            assign={FanOutVariable.FAILURES: first} if chain.batch is None else {},
            output=output,
            catch=unread,
            next_state=FanOutState.WRITE_FAILURES if chain.batch is None else FanOutState.COUNT_FAILURES,
        ),
        *([] if chain.batch is None else [_count_failures(chain)]),
        s3_object.write_object(
            FanOutState.WRITE_FAILURES,
            bucket=_BUCKET,
            key=jsonata('$results & "/failures.json"'),
            body=jsonata("$states.input.failures"),
            catch=unread,
            next_state=SharedState.RAISE_ALARM,
        ),
    )


def _count_failures(chain: ItemChain) -> Pass:
    """Return the state that counts the failed items of batches, which only the causes of the batches know."""
    counts = read_program(__package__, "read_counts").fill()
    return Pass(
        name=FanOutState.COUNT_FAILURES,
        assign={
            FanOutVariable.COUNTS: counts,
            FanOutVariable.SUMMARY: _summarize(chain, counts),
            FanOutVariable.FAILURES: jsonata("[$states.input.rows[[0..<<last>>]]]", last=MOST_REPORTED - 1),
        },
        output={"failures": jsonata("$states.input.rows")},
        next=FanOutState.WRITE_FAILURES,
    )


def _notify_failure(plan: FanOutPlan, end: str) -> Task:
    message = read_program(__package__, "failure_message").fill(
        link=define_link(OWN_EXECUTION),
        logs=define_logs(),
        run=name_run(plan),
        resume=make_resume_line(MACHINE),
        execution=OWN_EXECUTION,
        at_least=jsonata('& ($counts.unread > 0 ? "at least ") ') if plan.batch else NOTHING,
    )
    return build_notification_state(
        SharedState.NOTIFY_FAILURE,
        "FAILED",
        subject=jsonata("$summary"),
        message=message,
        next_state=end,
    )


def _notify_success(plan: FanOutPlan) -> Task:
    count: Expression = jsonata('$counts.succeeded & " of " & $counts.total & " items succeeded"')
    return build_notification_state(
        SharedState.NOTIFY_SUCCESS,
        "SUCCEEDED",
        subject=count,
        message=jsonata(
            '<{count}> & " in " & $name & " (" & $environment<{run}> & ")."', count=count, run=name_run(plan)
        ),
        next_state=SharedState.DONE,
    )
