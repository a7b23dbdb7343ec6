"""The Map that runs a chunk of dates, and the outcome of each.

Dates run in lanes: each lane runs its dates one after the other. The number of lanes is the concurrency, because
cfn-lint accepts only a number as MaxConcurrency, and the input chooses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Expression, Graph, Map, Substitution, Value, jsonata, read_program
from sfnorch.integrations import joined_execution
from sfnorch.patterns.causes import unquote
from sfnorch.protocol.backfill import FAILED_STATUSES, SKIPPED, SKIPPED_KEY, SKIPPED_MESSAGE, BackfillState
from sfnorch.protocol.fan_out import ERROR as ITEMS_FAILED

if TYPE_CHECKING:
    from sfnorch.protocol.backfill import OutcomeRule, Parts

_POLL_SECONDS = 600
"""The interval of polls of a date whose `.sync` call failed. A date can run for hours, and a day is rarely too long."""

_SHARING = jsonata("300")
"""The number of dates among which the polls are divided: six for each, also with the events of 200 dates."""

_FAILED_PART = jsonata(r"""$match($message, /"(step|task|child|job)": ?"([^"]+)"/)[0].groups[1]""")
_FAILED_ITEM = jsonata(r"""$match($message, /"(item)": ?"([^"]+)"/)[0].groups[1]""")
"""The part or the item that a cause names first."""


def define_execution_arn(date: Expression) -> Expression:
    """Return the expression for the ARN of the execution that runs a date."""
    return read_program(__package__, "execution_arn").fill(name=_name_run(date))


def run_dates(rule: OutcomeRule, *, assign: Mapping[str, Value], catch: tuple[Catcher, ...], next_state: str) -> Map:
    """Return the Map over the lanes of the next chunk. Its result is a list of the outcomes of each lane."""
    lanes = read_program(__package__, "lanes").fill()
    cause = read_program(__package__, "message_in_cause").fill()
    failure = read_program(__package__, "failed_date").fill(
        name=_FAILED_ITEM if rule.has_items else _FAILED_PART,
        message=read_program(__package__, "cut_message").fill(message=unquote(cause)),
    )
    states = joined_execution.join_states(
        machine=Substitution("Main"),
        name=_name_run(jsonata("$states.input")),
        child_input=read_program(__package__, "run_input").fill(),
        arn=define_execution_arn(jsonata("$key")),
        result=lambda date, output: _describe_outcome(date, output, rule),
        outcome=failure,
        lost=failure,
        count=_SHARING,
        poll_seconds=_POLL_SECONDS,
    )
    lane = Map(
        name=BackfillState.RUN_DATES_OF_LANE,
        items=jsonata("$states.input.dates"),
        max_concurrency=1,
        processor=Graph(*states),
    )
    return Map(
        name=BackfillState.RUN_DATES,
        items=lanes,
        processor=Graph(lane),
        catch=catch,
        assign=assign,
        output={},
        next=next_state,
    )


def _name_run(date: Expression) -> Expression:
    return jsonata('<{date}> & "-" & $runKey & "-" & [$lookup($attempts, <{date}>), 1][0]', date=date)


def _describe_outcome(date: Expression, output: Expression, rule: OutcomeRule) -> Expression:
    """Return the expression for the outcome of a run that SUCCEEDED: it can count as failed."""
    outcome = _describe_items(date, output) if rule.has_items else _describe_parts(date, output, rule.parts)
    if not rule.can_skip:
        return outcome
    return read_program(__package__, "skipped_date").fill(
        date=date, output=output, key=SKIPPED_KEY, error=SKIPPED, message=SKIPPED_MESSAGE, outcome=outcome
    )


def _describe_items(date: Expression, output: Expression) -> Expression:
    return read_program(__package__, "items_outcome").fill(date=date, output=output, error=ITEMS_FAILED)


def _describe_parts(date: Expression, output: Expression, parts: Parts | None) -> Expression:
    if parts is None:
        return jsonata('{"date": <{date}>, "status": "SUCCEEDED"}', date=date)
    return read_program(__package__, "date_outcome").fill(
        date=date,
        output=output,
        parts=parts.list_key,
        part=parts.name_key,
        failed=list(FAILED_STATUSES),
        error=parts.error,
        message=read_program(__package__, "cut_message").fill(message=jsonata("$bad[0].message")),
    )
