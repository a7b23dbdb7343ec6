"""Where job runs log: the same rule in Python, in JSONata, and as a link."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfnorch.asl import Expression, jsonata
from sfnorch.glue_logs import (
    build_console_page,
    build_error_log_group,
    is_stream_of,
    list_driver_streams,
    parse_log_group,
)
from sfnorch.patterns.causes import find_log_group, find_nested_log_group
from sfnorch.patterns.message import find_console_page
from tests.jsonata_engine import evaluate

NAMES = st.text("abzABZ09_-./#", min_size=1, max_size=60)
"""Names of log groups: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""


CAUSE = jsonata("$cause")


def yielded(expression: Expression, **variables: object) -> object:
    return evaluate(str(expression), **variables)


@pytest.mark.parametrize(
    ("log_group", "expected"),
    [
        ("", "/aws-glue/jobs/error"),
        ("/aws-glue/jobs", "/aws-glue/jobs/error"),
        ("/aws-glue/jobs/", "/aws-glue/jobs/error"),
        ("/aws-glue/python-jobs", "/aws-glue/python-jobs/error"),
        ("/aws-glue/jobs-etl-role-kms", "/aws-glue/jobs-etl-role-kms/error"),
        ("/aws-glue/jobs/kms-role/etl", "/aws-glue/jobs/kms-role/etl/error"),
        ("mine", "mine/error"),
    ],
)
def test_errors_have_a_log_group_of_their_own(log_group: str, expected: str):
    assert build_error_log_group(log_group) == expected


def test_the_consoles_page_of_a_runs_log():
    assert build_console_page("/etl/a.b_c#1", "jr_1") == (
        "logsV2:log-groups/log-group/$252Fetl$252Fa.b_c$25231$252Ferror$3FlogStreamNameFilter$3Djr_1"
    )


@given(NAMES)
@example("/aws-glue/jobs/")
def test_a_machine_makes_the_same_page_and_the_page_leads_to_the_group(name: str):
    page = build_console_page(name, "jr_1")
    assert yielded(find_console_page(jsonata("$group"), jsonata("$run")), group=name, run="jr_1") == page
    shown = unquote(unquote(page.replace("$", "%")))
    assert shown == f"logsV2:log-groups/log-group/{build_error_log_group(name)}?logStreamNameFilter=jr_1"


def test_a_machine_that_knows_no_log_group_leads_to_the_default_one():
    assert yielded(find_console_page(jsonata("$states.nothing"), jsonata("$run")), run="jr_1") == build_console_page(
        "", "jr_1"
    )


DECOY = {"Arguments": {"LogGroupName": "/mine"}, "ErrorMessage": '"LogGroupName": "/mine"'}


@given(NAMES, st.sampled_from([(", ", ": "), (",", ":")]))
def test_a_cause_tells_the_log_group(name: str, separators: tuple[str, str]):
    cause = json.dumps({**DECOY, "LogGroupName": name, "MaxCapacity": 10.0}, separators=separators)
    whole = re.search(r'"LogGroupName": ?"[^"]+"(?=, ?"MaxCapacity)', cause)
    assert whole is not None
    for text in (cause, cause[: whole.end()]):
        assert parse_log_group(text) == name
        assert yielded(find_log_group(CAUSE), cause=text) == name
        assert yielded(find_nested_log_group(CAUSE), cause=text) == name


@pytest.mark.parametrize("text", ["", "Failed to start job run", '{"LogGroupName":"/aws-glue/jo', "{}"])
def test_a_cause_without_a_whole_log_group_tells_none(text: str):
    assert parse_log_group(text) == ""
    assert yielded(find_log_group(CAUSE), cause=text) is None
    assert yielded(find_nested_log_group(CAUSE), cause=text) is None


@given(NAMES, st.integers(1, 3))
def test_a_log_group_is_found_in_a_cause_within_causes(name: str, depth: int):
    cause = json.dumps({"step": "a", "runId": "jr_1", "logGroup": name, "message": "m"})
    for _ in range(depth):
        cause = json.dumps({"Cause": cause, "Status": "FAILED"})
    assert yielded(find_nested_log_group(CAUSE), cause=cause) == name


def test_which_log_streams_are_a_runs():
    names = ["jr_1", "jr_1-driver", "jr_1-1", "jr_1_g-9f2c", "jr_1-progress-bar", "jr_1_attempt_1", "jr_1_attempt_1-1"]
    assert [name for name in names if is_stream_of(name, "jr_1")] == ["jr_1", "jr_1-driver", "jr_1-1", "jr_1_g-9f2c"]
    assert [name for name in names if name in list_driver_streams("jr_1")] == ["jr_1", "jr_1-driver"]
    assert is_stream_of("jr_1_attempt_1", "jr_1_attempt_1")
