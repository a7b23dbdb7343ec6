"""The JSON Schema of environments, defaults and included files, against the plans that load and those that don't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.composition.environments import FIXED_KEYS, SETTINGS
from sfnorch.plan.composition.named_items import NAMED_LISTS
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import load_plan, parse_plan
from sfnorch.plan.names import build_default_child_name
from sfnorch.plan.read import parse_document
from sfnorch.plan.scalars import Decimal
from sfnorch.plan.schema import build_plan_schema
from tests.golden.artifacts import PLANS

VALIDATOR = jsonschema.Draft202012Validator(build_plan_schema())
GOLDEN = sorted(PLANS.glob("*.plan.yaml"))

MASTER_CHILD = """
pattern: master-child
name: orders
schedule: {expression: cron(0 3 * * ? *), timezone: Europe/Berlin}
parameters:
  mode: {type: enum, values: [full, delta], default: full}
defaults: {worker_type: G.1X, number_of_workers: null, retries: 1, arguments: {--db: raw, --n: 4}}
starts:
- {name: landing, s3: {bucket: our-landing-zone}}
children:
- name: orders
  defaults: {retries: null}
  jobs: [extract-orders, {name: clean-orders, arguments: {--db: null, --x: y}}]
- jobs: [{name: get-prices, retries: null}]
environments:
  plain:
  dev:
    schedule: none
    starts: null
    defaults: {number_of_workers: 2, arguments: {--n: null}}
    alerts: {emails: [dev@example.com]}
    children: {child-2: null}
  test:
    schedule: {timezone: UTC}
    starts: {second: {before: landing, schedule: rate(1 day)}, landing: none}
    children:
    - jobs: [other]
  prod:
    account: 123456789012
    region: eu-central-1
    profile: data-prod
    stack_name: orders
    role_arn: arn:aws:iam::123456789012:role/deployment
    s3_bucket: our-deployments
    parameters: {AllowedGlueJobs: '*'}
    params: {mode: delta}
    job_name: '{name}-{environment}'
    tags: {team: data}
    jobs: {load-orders: {number_of_workers: 40, arguments: {--x: null}}}
    children:
      returns: {after: orders, jobs: [load-returns]}
      orders: {jobs: {extract-orders: null, load-orders: {add: true, timeout_minutes: 5}, clean-orders: tidy-orders}}
"""

FLOW = """
pattern: flow
defaults: {worker_type: G.1X, retry: 2, timeout: 1h}
steps:
- {name: a, glue_job: a, retry: null}
- {name: b, parallel: [[{name: c, glue_job: c}], [{name: d, lambda: d, on_error: {steps: [{name: e, wait: 1m}]}}]]}
- {name: f, for_each: {items: [1, 2], steps: [{name: g, glue_job: g, retry: {attempts: 3}}]}}
environments:
  prod:
    jobs: {g: {retry: {attempts: 5, interval: 10s}}}
    steps:
      c: {worker_type: null, on_error: {then: continue}}
      e: {wait: 2m}
      f: {for_each: {concurrency: 3, steps: {h: {add: true, wait: 1m}}}}
      i: {after: a, glue_job: i}
      b: {on_error: {steps: [{name: x, wait: 1m}], then: fail, save_as: lost}}
"""

DAG = """
pattern: dag
defaults: {retries: 1}
tasks: [{name: a, glue_job: a}, {name: b, lambda: b, needs: [a]}]
environments:
  prod: {job_suffix: -prod, tasks: {b: none, c: {add: true, glue_job: c, needs: [a]}, a: {retries: null}}}
"""

DYNAMIC = """
pattern: dynamic
defaults: {retries: 1}
jobs: [{name: a, timeout_minutes: 4}]
environments:
  prod: {jobs: {a: {retries: 2}, b: {add: true}}, allowed_jobs: null}
"""

CONTINUOUS = """
pattern: continuous
workflow: hourly
environments: {prod: {poll_every: 2m, run_properties: {x: y}, schedule: rate(1 day)}}
"""


def _read(text: str) -> Any:
    """Return the data of a plan's text, with its decimals as numbers."""

    def convert(value: Any) -> Any:
        match value:
            case dict():
                return {key: convert(item) for key, item in value.items()}
            case list():
                return [convert(item) for item in value]
        return float(value) if isinstance(value, Decimal) else value

    return convert(parse_document(text, "sfnorch.yaml").data)


@pytest.mark.parametrize("text", [MASTER_CHILD, FLOW, DAG, DYNAMIC, CONTINUOUS])
def test_a_plan_that_loads_in_every_environment_fits(text: str):
    data = _read(text)
    for environment in ("", *data["environments"]):
        assert parse_plan(text, environment=environment).provenance.environment_name == environment
    VALIDATOR.validate(data)


@pytest.mark.parametrize("pattern", ["master-child", "flow", "dag", "dynamic", "continuous"])
def test_a_plan_whose_environments_have_the_required_keys_fits(pattern: str):
    VALIDATOR.validate({"pattern": pattern, "environments": {"dev": None}})


def test_a_plan_whose_files_have_the_rest_fits_and_so_do_the_files(tmp_path: Path):
    files = {
        "sfnorch.yaml": {"pattern": "flow", "include": ["steps.yaml", "environments.yaml"], "defaults": {"retry": 1}},
        "steps.yaml": {"include": "more.yaml", "steps": [{"name": "a", "glue_job": "a"}]},
        "more.yaml": {"steps": [{"name": "b", "wait": "1m"}], "tags": {"team": "data"}},
        "environments.yaml": {"environments": {"prod": {"steps": {"b": {"wait": "2m"}}, "job_suffix": "-prod"}}},
    }
    for name, data in files.items():
        (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")
        VALIDATOR.validate(data)
    assert load_plan(tmp_path / "sfnorch.yaml", "prod").job_names == ("a-prod",)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.partition(".")[0])
def test_an_environment_can_write_every_key_of_a_plan_again(path: Path):
    """The whole plan as an environment, with its lists and then with their items by name, is the plan again."""
    data = _read(path.read_text(encoding="utf-8"))
    plain = parse_plan(json.dumps(data), folder=path.parent)
    changeable = {key: value for key, value in data.items() if key not in (*FIXED_KEYS, *SETTINGS)}
    for overlay in (changeable, {key: _name_items(value, key) for key, value in changeable.items()}):
        whole = {**data, "environments": {plain.environment: overlay}}
        VALIDATOR.validate(whole)
        again = parse_plan(json.dumps(whole), folder=path.parent, environment=plain.environment)
        assert again.model_dump() == plain.model_dump()


def _name_items(value: Any, key: str) -> Any:
    """Return a list of named items as a mapping from their names, if the names differ."""
    if key not in NAMED_LISTS or not isinstance(value, list):
        return value
    names = [
        item if isinstance(item, str) else item.get("name", build_default_child_name(number))
        for number, item in enumerate(value, 1)
    ]
    if len(set(names)) < len(names):
        return value
    return {
        name: {inner: _name_items(one, inner) for inner, one in item.items()} if isinstance(item, dict) else item
        for name, item in zip(names, value, strict=True)
    }


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ((), "enviroments"),
        (("defaults",), "worker_typ"),
        (("children", 0), "default"),
        (("children", 0, "defaults"), "retry"),
        (("children", 0, "jobs", 1), "arguents"),
        (("environments", "prod"), "regoin"),
        (("environments", "prod"), "pattern"),
        (("environments", "prod"), "include"),
        (("environments", "prod", "children", "orders"), "job"),
        (("environments", "prod", "children", "orders", "jobs", "load-orders"), "retry"),
        (("environments", "prod", "jobs", "load-orders"), "workers"),
        (("environments", "test", "starts", "second"), "schedul"),
        (("environments", "dev", "alerts"), "email"),
        (("environments", "dev", "defaults"), "numer_of_workers"),
    ],
)
def test_an_unknown_key_does_not_fit_and_does_not_load(path: tuple[str | int, ...], key: str):
    data = _read(MASTER_CHILD)
    place = data
    for step in path:
        place = place[step]
    place[key] = "x"
    assert not VALIDATOR.is_valid(data)
    environment = str(path[1]) if path[:1] == ("environments",) else "plain"
    with pytest.raises(PlanError):
        parse_plan(json.dumps(data), environment=environment)


@pytest.mark.parametrize(
    "changes",
    [
        {"include": 4},
        {"include": [None]},
        {"environments": []},
        {"environments": {"all": {}}},
        {"environments": {"with blank": {}}},
        {"environments": {"dev": "x"}},
        {"environments": {"dev": {"account": True}}},
        {"environments": {"dev": {"children": {"orders": "gone"}}}},
        {"environments": {"dev": {"children": {"other": {"add": False, "jobs": ["a"]}}}}},
        {"environments": {"dev": {"schedule": "never"}}},
        {"environments": {"dev": {"defaults": {"retries": "x"}}}},
        {"defaults": {"name": "a"}},
    ],
)
def test_a_wrong_value_does_not_fit_and_does_not_load(changes: dict[str, Any]):
    data = {**_read(MASTER_CHILD), **changes}
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(SfnorchError):
        parse_plan(json.dumps(data), environment=next(iter(changes.get("environments", ["prod"])), "prod"))


@pytest.mark.parametrize("text", [FLOW, DAG, DYNAMIC, CONTINUOUS])
def test_keys_of_other_patterns_do_not_fit(text: str):
    data = _read(text)
    assert not VALIDATOR.is_valid({**data, "children": [{"jobs": ["a"]}]})
    data["environments"]["prod"]["children"] = {"orders": None}
    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize("data", [{}, {"step": []}, {"steps": [{"nme": "a"}]}, {"environments": {"dev": {"x": 1}}}, []])
def test_an_included_file_has_known_keys(data: Any):
    assert not VALIDATOR.is_valid(data)
