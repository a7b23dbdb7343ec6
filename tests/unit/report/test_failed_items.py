"""Failed items as CSV: what a spreadsheet would evaluate, and what would break a line."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from sfnorch.app.reading_failures import FailedItem
from sfnorch.report.followed.failed_items import COLUMNS, format_failed_items

ARN = "arn:aws:states:us-east-1:123456789012:execution:s/items:e"


def rows(**changes: Any) -> list[list[str]]:
    given = {"name": "orders", "job": "load", "run_id": "jr_1", "log_group": "", "error": "E", "message": "broke"}
    return list(csv.reader(format_failed_items([FailedItem(**{**given, "execution": ARN, **changes})])))


def test_a_failure():
    link = f"https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{ARN}"
    assert rows() == [list(COLUMNS), ["orders", "load", "jr_1", "E", "broke", ARN, link]]
    assert rows(execution="")[1][5:] == ["", ""]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("\t=1", "\\t=1"),
        ("a=1", "a=1"),
        ('a "b", c', 'a "b", c'),
        ("a\r\nb\x1b[0m", "a\\u000d\\nb\\u001b[0m"),
        ("größe", "größe"),
    ],
)
def test_what_a_cell_shows(text: str, shown: str):
    assert [row[0] for row in rows(name=text)] == ["name", shown]
    assert rows(message=text)[1][4] == shown
