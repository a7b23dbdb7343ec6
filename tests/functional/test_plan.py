"""`sfnorch plan`: the effective plan on standard output, as YAML and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from sfnorch.plan.load import parse_plan
from tests.conftest import Run

PLAN = """\
pattern: dynamic
name: orders
defaults: {retries: 2, arguments: {--x: "a\\u200bb"}}
jobs: [load]
environments:
  dev: {tags: {other: "yes"}, s3_bucket: our-deployments}
"""


def test_the_plan_of_an_environment(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    done = run("plan", "--env", "dev")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
# Effective plan of sfnorch.yaml in the environment dev
# stack_name: orders-dev  # default
# s3_bucket: our-deployments  # environments.dev.s3_bucket, line 6

pattern: dynamic
name: orders
jobs:
  - name: load
    retries: 2  # defaults.retries, line 3
    arguments:
      '--x': "a\\u200Bb"  # defaults.arguments.--x, line 3
tags:
  other: 'yes'  # environments.dev.tags.other, line 6
environment: dev  # environments.dev, line 6
"""
    )
    assert parse_plan(done.out).tags == {"other": "yes"}


def test_the_plan_as_a_document(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    document = json.loads(run("plan", "--env", "dev", "--output", "json").out)
    assert (document["environment"], document["settings"]["s3Bucket"]) == ("dev", "our-deployments")
    assert document["plan"]["jobs"] == [{"name": "load", "retries": 2, "arguments": {"--x": "a\u200bb"}}]
    assert document["origins"]["jobs[0].retries"] == {"file": "sfnorch.yaml", "line": 3, "path": "defaults.retries"}


def test_the_default_plan(run: Run):
    done = run("plan")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("pattern: master-child\nchildren:\n  - name: child-1\n    jobs: [glue-job-1-a, ")


def test_errors(run: Run):
    Path("sfnorch.yaml").write_text(f"{PLAN}  prod: {{account: 1}}\nnotify: no\n")
    done = run("plan", "--env", "dev")
    assert (done.code, done.out) == (1, "")
    assert "environments.prod.account" in done.err
    assert "notify" in done.err
    Path("sfnorch.yaml").write_text(PLAN)
    done = run("plan", "--env", "prod", "--output", "json")
    assert (done.code, json.loads(done.out)["error"]["hint"]) == (1, "available: dev")
