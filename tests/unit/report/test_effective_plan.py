"""The effective plan as YAML: it is read again as the same plan, and each value from elsewhere names its origin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.app.effective_plan import build_effective_plan, read_effective_plan
from sfnorch.app.rendering import render
from sfnorch.errors import SfnorchError
from sfnorch.plan.environments import PlanChoice
from sfnorch.plan.load import compose_document, load_plan, parse_plan
from sfnorch.plan.paths import Path as ValuePath
from sfnorch.plan.read import parse_document
from sfnorch.plan.scalars import Decimal
from sfnorch.printable import make_printable
from sfnorch.report.effective_plan import convert_effective_plan, format_effective_plan, format_plan
from tests.golden.artifacts import ROOT
from tests.unit.plan.composition.plans import PLANS as RANDOM_PLANS
from tests.unit.plan.composition.test_random_plans import drawn_plans

PLANS = sorted((ROOT / "tests" / "golden" / "plans").glob("*.plan.yaml"))

BASE = """\
pattern: master-child
name: orders
include: [more.yaml]
schedule: cron(0 3 * * ? *)
parameters:
  mode: {type: enum, values: [full, delta], default: full}
defaults:
  retries: 1
  arguments: {--mode: "{% $params.mode %}", --db: raw}
allowed_jobs: [etl-*, "*"]
children:
- name: orders
  defaults: {retries: 2}
  jobs:
  - extract-orders
  - {name: clean-orders, number_of_workers: 20, worker_type: G.1X, arguments: {--db: clean}}
alerts: {emails: [a@example.com]}
environments:
  dev:
    schedule: none
    defaults: {arguments: {--db: null}}
    children: {prices: null}
    alerts: null
  prod:
    account: 123456789012
    stack_name: orders-live
    job_suffix: -prod
    parameters: {AlarmSNSTopicArn: "", "X": "a # b"}
    params: {mode: delta}
    jobs: {clean-orders: {number_of_workers: 40}}
    alerts: {emails: [oncall@example.com, b@example.com]}
    children:
      returns: {after: orders, jobs: [load-returns]}
"""
MORE = """\
children:
- name: prices
  jobs: [get-prices]
tags: {team: data}
"""

EFFECTIVE = """\
# Effective plan of sfnorch.yaml in the environment prod
# stack_name: orders-live  # environments.prod.stack_name, line 26
# account: '123456789012'  # environments.prod.account, line 25
# job_suffix: '-prod'  # environments.prod.job_suffix, line 27
# parameters:
#   AlarmSNSTopicArn: ''  # environments.prod.parameters.AlarmSNSTopicArn, line 28
#   X: 'a # b'  # environments.prod.parameters.X, line 28

pattern: master-child
name: orders
schedule: 'cron(0 3 * * ? *)'
parameters:
  mode:
    type: enum
    values: [full, delta]
    default: delta  # environments.prod.params.mode, line 29
allowed_jobs: [etl-*, '*']
children:
  - name: prices  # more.yaml, line 2
    jobs:
      - name: get-prices-prod  # more.yaml, line 3; renamed from get-prices by environments.prod.job_suffix, line 27
        retries: 1  # defaults.retries, line 8
        arguments:
          '--mode': '{% $params.mode %}'  # defaults.arguments.--mode, line 9
          '--db': raw  # defaults.arguments.--db, line 9
  - name: orders
    jobs:
      - name: extract-orders-prod  # renamed from extract-orders by environments.prod.job_suffix, line 27
        retries: 2  # children[0].defaults.retries, line 13
        arguments:
          '--mode': '{% $params.mode %}'  # defaults.arguments.--mode, line 9
          '--db': raw  # defaults.arguments.--db, line 9
      - name: clean-orders-prod  # renamed from clean-orders by environments.prod.job_suffix, line 27
        number_of_workers: 40  # environments.prod.jobs.clean-orders.number_of_workers, line 30
        worker_type: G.1X
        arguments:
          '--mode': '{% $params.mode %}'  # defaults.arguments.--mode, line 9
          '--db': clean
        retries: 2  # children[0].defaults.retries, line 13
  - name: returns  # environments.prod.children.returns, line 33
    jobs:
      - name: load-returns-prod  # environments.prod.children.returns.jobs[0], line 33; \
renamed from load-returns by environments.prod.job_suffix, line 27
        retries: 1  # defaults.retries, line 8
        arguments:
          '--mode': '{% $params.mode %}'  # defaults.arguments.--mode, line 9
          '--db': raw  # defaults.arguments.--db, line 9
alerts:
  emails: [oncall@example.com, b@example.com]  # environments.prod.alerts.emails, line 31
tags:
  team: data  # more.yaml, line 4
environment: prod  # environments.prod, line 24
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan with an included file, defaults and two environments."""
    monkeypatch.chdir(tmp_path)
    Path("sfnorch.yaml").write_text(BASE)
    Path("more.yaml").write_text(MORE)
    return Path("sfnorch.yaml")


def test_each_value_from_elsewhere_names_its_origin(plan: Path):
    assert format_effective_plan(read_effective_plan(PlanChoice(plan, "prod"))) == EFFECTIVE


def test_what_an_environment_removes_is_listed(plan: Path):
    effective = read_effective_plan(PlanChoice(plan, "dev"))
    assert [(place.line, place.path[2:]) for place in effective.removed] == [
        (20, ("schedule",)),
        (21, ("defaults", "arguments", "--db")),
        (22, ("children", "prices")),
        (23, ("alerts",)),
    ]
    assert "# removed: environments.dev.children.prices, line 22\n" in format_effective_plan(effective)
    assert convert_effective_plan(effective)["removed"][0] == {
        "file": "sfnorch.yaml",
        "line": 20,
        "path": "environments.dev.schedule",
    }


@pytest.mark.parametrize("environment", ["", "dev", "prod"])
def test_the_effective_plan_is_the_plan(plan: Path, environment: str):
    choice = PlanChoice(plan, environment)
    text = format_effective_plan(read_effective_plan(choice))
    again = parse_plan(text)
    assert again.model_dump() == load_plan(plan, environment).model_dump()  # type: ignore[union-attr]
    if environment == "prod":  # its template also knows the names of the jobs in the plan
        return
    named = f", Environment: {environment}" if environment else ""  # the template names the environment
    assert render(again).text == render(choice).text.replace(f"Name: orders{named}}}", "Name: orders}", 1)


def test_the_base_plan_has_no_settings(plan: Path):
    effective = read_effective_plan(plan)
    assert convert_effective_plan(effective)["settings"] is None
    assert format_effective_plan(effective).startswith("pattern: master-child\n")


def test_the_default_plan_is_a_plan():
    effective = read_effective_plan()
    assert effective.origins == {}
    assert render(parse_plan(format_effective_plan(effective))).text == render().text


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name.partition(".")[0])
def test_a_plan_without_composition_is_the_same_plan(path: Path):
    text = format_effective_plan(read_effective_plan(path))
    assert "  # " not in text
    assert parse_document(text, "again").data == parse_document(path.read_text(), "first").data


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "yes",
            "1.10",
            "010",
            "~",
            "null",
            "",
            "# a",
            "a # b",
            "a: b",
            "- a",
            "{% $x %}",
            "a\nb",
            "a\n",
            "\n a",
            "a\n\nb",
            "\u200b",
            "\u3164",
            "\ud7ff",
            "\U000e0001\n",
            "\x1b[1m",
            "\u2028",
            "\x85",
            "2026-01-01",
            "1e3",
            "0o7",
            "=",
            "<<",
            "'",
            '"',
            "\\",
            "\t",
            " a",
            "a ",
            "!x",
            "&a",
            "*a",
            "?",
            "? a",
            "|",
            ">-",
            "%",
            "@",
            "`",
            ",",
            "[",
            "]",
            "{",
            "}",
        ]
    ),
)
_SCALARS = st.one_of(
    _TEXTS,
    st.integers(-(10**17), 10**17),
    st.booleans(),
    st.none(),
    st.sampled_from([Decimal("1.10"), Decimal("-0.5"), Decimal("3.0")]),
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=15
)


@pytest.mark.slow
@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=5), st.booleans())
def test_any_data_is_read_again(data: dict[str, object], with_comments: bool):
    comments = dict.fromkeys(_list_paths(data, ()), "a, 'comment'") if with_comments else {}
    text = format_plan(data, comments)  # type: ignore[arg-type]
    assert make_printable(text) == text
    again = parse_document(text, "again").data
    assert again == data
    assert list(map(repr, _list_types(again))) == list(map(repr, _list_types(data)))


def _list_paths(value: object, path: ValuePath) -> list[ValuePath]:
    match value:
        case dict():
            inner = [found for key, item in value.items() for found in _list_paths(item, (*path, key))]
        case list():
            inner = [found for index, item in enumerate(value) for found in _list_paths(item, (*path, index))]
        case _:
            return [path]
    return inner or [path]


def _list_types(value: object) -> list[type]:
    match value:
        case dict():
            return [kind for item in value.values() for kind in _list_types(item)]
        case list():
            return [kind for item in value for kind in _list_types(item)]
    return [type(value)]


FILE = Path("sfnorch.yaml")


def check(plan: dict[str, Any]) -> None:
    """Check that the effective plan of each environment, if it is valid, is read again as the same plan."""
    text = json.dumps(plan, indent=1)
    for environment in ("", "dev", "prod"):
        try:
            loaded = parse_plan(text, environment=environment)
        except SfnorchError:
            continue
        composition = compose_document(parse_document(text, str(FILE)), FILE, environment)
        shown = format_effective_plan(build_effective_plan(composition))
        assert make_printable(shown) == shown
        again = parse_plan(shown)
        assert again.model_dump() == loaded.model_dump()  # type: ignore[union-attr]


@pytest.mark.parametrize("pattern", RANDOM_PLANS)
def test_every_pattern(pattern: str):
    check(RANDOM_PLANS[pattern])


@settings(max_examples=100)
@given(drawn_plans())
def test_random_plans(plan: dict[str, Any]):
    check(plan)
