"""Bad starts, each with all that is said of it: every error at once, with its line and path."""

from __future__ import annotations

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

HEAD = """\
pattern: dag
tasks: [{name: t, glue_job: j}]
parameters:
  day: {type: date}
  mode: {type: enum, values: [full, delta, 3], default: full}
  table: {pattern: '[a-z_]+', default: x}
  rows: {type: integer, default: 1}
  flag: {type: boolean, default: true}
  at: {type: timestamp, default: scheduled_time}
  free: {required: false}
starts:
"""
PATH = (
    "write one such as $.detail.table-name: names of letters, digits, dashes, underscores and slashes after dots, and "
    "indexes such as [0]"
)
REFERENCE = "CloudFormation would replace {{resolve:…}} with the value of the secret or parameter; pass the name, and read the value where you use it"
BAD: dict[str, tuple[str, list[str]]] = {
    "no cause, and two": (
        (
            "- {name: a, params: {day: today}}\n"
            "- {name: b, params: {day: today}, schedule: rate(1 day), s3: {bucket: our-bucket}}\n"
        ),
        [
            "starts[0].name: a start must have exactly one of schedule, s3 and event; got none of them (plan.yaml, line 12)",
            "starts[1].name: a start must have exactly one of schedule, s3 and event; got schedule and s3 (plan.yaml, line 13)",
        ],
    ),
    "an invalid cause is a cause": (
        "- {name: a, params: {day: today}, schedule: rate(1 dy)}\n- {name: b, params: {day: today}, s3: {bucket: X}}\n",
        [
            "starts[0].schedule: unit 'dy' of a rate is unknown; did you mean rate(1 day)? (plan.yaml, line 12)",
            "starts[1].s3.bucket: 'X' is invalid; must be the name of an S3 bucket (plan.yaml, line 13)",
        ],
    ),
    "names": (
        (
            "- {name: a, params: {day: today}, schedule: rate(1 day)}\n"
            "- {name: a, params: {day: today}, schedule: rate(1 day)}\n"
            "- {name: A, params: {day: today}, schedule: rate(1 day)}\n"
            "- {name: '1 a', params: {day: today}, schedule: rate(1 day)}\n"
        ),
        [
            "starts[1].name: 'a' is already the name of starts[0]; choose another name (plan.yaml, line 13)",
            "starts[2].name: 'A' differs only in case from 'a', the name of starts[0]; choose another name (plan.yaml, line 14)",
            "starts[3].name: '1 a' is invalid; must be 1 to 40 letters, digits, dashes and underscores, beginning with a letter (plan.yaml, line 15)",
        ],
    ),
    "constants": (
        (
            "- name: a\n"
            "  schedule: rate(1 day)\n"
            "  params:\n"
            "    day: 2026-02-30\n"
            "    mode: dleta\n"
            "    table: Orders\n"
            "    rows: 1.5\n"
            "    flag: 'yes'\n"
            "    at: '2026-01-31'\n"
            "    free: 3\n"
            "    tabel: x\n"
            "    other: x\n"
        ),
        [
            "starts[0].params.day: '2026-02-30' is invalid; must be a date, YYYY-MM-DD, or today, yesterday or month_start (plan.yaml, line 15)",
            "starts[0].params.mode: 'dleta' is invalid; must be one of full, delta, 3 (plan.yaml, line 16)",
            "starts[0].params.table: 'Orders' is invalid; must be text that matches [a-z_]+ (plan.yaml, line 17)",
            "starts[0].params.rows: '1.5' is invalid; must be a whole number of at most 15 digits (plan.yaml, line 18)",
            "starts[0].params.flag: 'yes' is invalid; must be true or false (plan.yaml, line 19)",
            "starts[0].params.at: '2026-01-31' is invalid; must be a timestamp such as 2026-01-31T03:00:00Z, or scheduled_time (plan.yaml, line 20)",
            "starts[0].params.free: '3' is invalid; must be a string; put it in quotes (plan.yaml, line 21)",
            "starts[0].params.tabel: unknown parameter 'tabel'; did you mean table? (plan.yaml, line 22)",
            "starts[0].params.other: unknown parameter 'other'; declare it in parameters; available: day, mode, table, rows, flag, at, free (plan.yaml, line 23)",
        ],
    ),
    "text that is code": (
        (
            "- {name: a, schedule: rate(1 day), params: {day: today, free: 'x <aws.scheduler.execution-id>'}}\n"
            "- {name: b, s3: {bucket: our-bucket}, params: {day: today, free: 'x <y> z'}}\n"
            "- {name: c, s3: {bucket: our-bucket}, params: {day: today, free: '${x}'}}\n"
            "- {name: d, s3: {bucket: our-bucket, prefix: '{{resolve:ssm:a}}'}, params: {day: today, free: '{% x %}'}}\n"
            "- {name: e, event: {'{{resolve:ssm:b}}': ['{{resolve:ssm:c}}', null]}, params: {day: today}}\n"
        ),
        [
            "starts[0].params.free: 'x <aws.scheduler.execution-id>' is invalid: EventBridge Scheduler would replace <aws.scheduler.…>; write it without < (plan.yaml, line 12)",
            "starts[1].params.free: 'x <y> z' is invalid: EventBridge reads < as the beginning of a variable; write it without < (plan.yaml, line 13)",
            "starts[2].params.free: '${x}' is invalid: ${ would be evaluated as code (plan.yaml, line 14)",
            "starts[3].params.free: '{% x %}' is invalid: {% would be evaluated as code (plan.yaml, line 15)",
            f"starts[3].s3.prefix: '{{{{resolve:ssm:a}}}}' is invalid: {REFERENCE} (plan.yaml, line 15)",
            f"starts[4].event: '{{{{resolve:ssm:b}}}}' is invalid: {REFERENCE} (plan.yaml, line 16)",
            f"starts[4].event.{{{{resolve:ssm:b}}}}[0]: '{{{{resolve:ssm:c}}}}' is invalid: {REFERENCE} (plan.yaml, line 16)",
            "starts[4].event.{{resolve:ssm:b}}[1]: null is not supported in a template; use another value or an operator (plan.yaml, line 16)",
        ],
    ),
    "paths": (
        (
            "- {name: a, schedule: rate(1 day), params: {day: today}, params_from: {free: $.detail}}\n"
            "- {name: b, s3: {bucket: our-bucket}, params: {day: today}, params_from: {free: kye, table: owner, flag: size, mode: $, rows: size}}\n"
            "- name: c\n"
            "  event: {source: [our.shop]}\n"
            "  params: {day: today}\n"
            "  params_from:\n"
            "    free: key\n"
            "    table: $.detail.tables[*]\n"
            "    rows: detail.rows\n"
            "    day: $.detail.day\n"
            "    modes: $.detail.mode\n"
        ),
        [
            "starts[0].params_from: a schedule has no event to read values from; use params (plan.yaml, line 12)",
            "starts[1].params_from.flag: the size is a number; set the type of 'flag' to integer (plan.yaml, line 13)",
            "starts[1].params_from.free: unknown field 'kye'; did you mean key? (plan.yaml, line 13)",
            f"starts[1].params_from.mode: '$' is not a path to one value of an event; {PATH} (plan.yaml, line 13)",
            "starts[1].params_from.table: unknown field 'owner'; available: bucket, key, size, etag and version (plan.yaml, line 13)",
            "starts[2].params_from.free: 'key' is only for s3; write a path into the event, such as $.detail.key (plan.yaml, line 18)",
            f"starts[2].params_from.table: '$.detail.tables[*]' is not a path to one value of an event; {PATH} (plan.yaml, line 19)",
            f"starts[2].params_from.rows: 'detail.rows' is not a path to one value of an event; {PATH} (plan.yaml, line 20)",
            "starts[2].params_from.day: 'day' is in params and in params_from; remove one of them (plan.yaml, line 21)",
            "starts[2].params_from.modes: unknown parameter 'modes'; did you mean mode? (plan.yaml, line 22)",
        ],
    ),
    "required parameters": (
        (
            "- {name: a, schedule: rate(1 day)}\n"
            "- {name: b, s3: {bucket: our-bucket}}\n"
            "- {name: c, s3: {bucket: our-bucket}, params_from: {day: key}}\n"
            "- {name: d, schedule: rate(1 day), params: {day: [today]}}\n"
        ),
        [
            "starts[0].name: the required parameter 'day' has no value; add it to params, or give it a default (plan.yaml, line 12)",
            "starts[1].name: the required parameter 'day' has no value; add it to params or params_from, or give it a default (plan.yaml, line 13)",
            "starts[3].params.day: expected a string, a whole number, true or false (plan.yaml, line 15)",
        ],
    ),
    "a pattern": (
        (
            "- name: a\n"
            "  params: {day: today}\n"
            "  event:\n"
            "    source: our.shop\n"
            "    detail:\n"
            "      state: [{prefx: x}]\n"
            "      $or: [{a: [1]}]\n"
            "      count: [{numeric: ['>', 0.5]}, [2]]\n"
        ),
        [
            'starts[0].event.source: expected a list of values or a mapping of fields; write ["our.shop"] (plan.yaml, line 15)',
            "starts[0].event.detail.state[0].prefx: unknown operator 'prefx'; did you mean prefix? (plan.yaml, line 17)",
            "starts[0].event.detail.$or: $or must be a list of at least two mappings (plan.yaml, line 18)",
            "starts[0].event.detail.count[1]: a list in a list is not allowed; write its values in the outer list (plan.yaml, line 19)",
        ],
    ),
}


@pytest.mark.parametrize(("starts", "said"), BAD.values(), ids=BAD)
def test_all_that_is_wrong_with_the_starts_of_a_plan_is_said_at_once(starts: str, said: list[str]):
    with pytest.raises(PlanError) as error:
        parse_plan(HEAD + starts, file="plan.yaml")
    assert str(error.value).splitlines() == said


def test_an_event_does_not_start_one_more_loop():
    plan = (
        "pattern: continuous\nworkflow: hourly\nstarts:\n"
        "- {name: a, s3: {bucket: our-bucket}}\n- {name: b, event: {source: [x]}}\n- {name: c, schedule: rate(1 day)}\n"
    )
    with pytest.raises(PlanError) as error:
        parse_plan(plan, file="plan.yaml")
    assert str(error.value).splitlines() == [
        "starts[0].s3: a continuous plan starts only on a schedule: each event would start one more loop; use another pattern (plan.yaml, line 4)",
        "starts[1].event: a continuous plan starts only on a schedule: each event would start one more loop; use another pattern (plan.yaml, line 5)",
    ]


def test_parameters_must_be_declared():
    with pytest.raises(PlanError) as error:
        parse_plan(
            "pattern: dag\ntasks: [{name: t, glue_job: j}]\nstarts: [{name: a, schedule: rate(1 day), params: {x: y}}]\n",
            file="plan.yaml",
        )
    assert str(error.value) == "starts[0].params.x: unknown parameter 'x'; declare it in parameters (plan.yaml, line 3)"


def test_an_invalid_declaration_hides_no_other_fault():
    with pytest.raises(PlanError) as error:
        parse_plan(
            "pattern: dag\ntasks: [{name: t, glue_job: j}]\nparameters: {x: {type: dat}, y: {required: true}}\n"
            "starts: [{name: a, schedule: rate(1 day), params: {x: y}}]\n",
            file="plan.yaml",
        )
    assert str(error.value).splitlines() == [
        "parameters.x.type: 'dat' is invalid; must be 'string', 'integer', 'boolean', 'date', 'timestamp' or 'enum' (plan.yaml, line 3)",
        "starts[0].name: the required parameter 'y' has no value; add it to params, or give it a default (plan.yaml, line 4)",
    ]
