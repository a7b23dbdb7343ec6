"""checkov finds nothing on a rendered template but what the template and the documentation give a reason for."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("checkov", reason="checkov has an environment of its own: make test-checkov")

from tests.checkov.conftest import ROOT, TEMPLATES, Found, Report
from tests.template_yaml import yaml_1_1


def test_checkov_reads_every_template(report: Report) -> None:
    assert len(TEMPLATES) > 30
    assert (report.read, report.unread) == (set(TEMPLATES), [])


def test_checkov_finds_nothing_without_a_reason(report: Report) -> None:
    assert report.failed == set()


def test_checkov_takes_every_reason_of_the_templates(report: Report) -> None:
    declared = {
        Found(name, skip["id"], resource["Type"], logical_id): skip["comment"]
        for name, path in TEMPLATES.items()
        for logical_id, resource in yaml_1_1(path.read_text(encoding="utf-8"))["Resources"].items()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    }
    assert report.skipped == declared


def test_the_documentation_lists_exactly_the_findings_that_templates_accept(report: Report) -> None:
    page = (ROOT / "docs" / "how-to" / "lint.md").read_text(encoding="utf-8")
    _, _, table = page.partition("<!-- generated: checkov -->")
    rows = re.findall(r"^\| `(CKV\w+)` \| `([\w:]+)` \| [^|]+ \| ([^|]+) \|$", table.partition("<!-- end -->")[0], re.M)
    assert {(each.check, each.resource_type, reason) for each, reason in report.skipped.items()} == set(rows)


def test_without_its_skip_each_check_fails(report: Report) -> None:
    assert report.failed_without_skips == set(report.skipped)
