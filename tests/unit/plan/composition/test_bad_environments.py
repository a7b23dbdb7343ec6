"""Bad environments and defaults, each with all that is said of it."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

PLAN = """\
pattern: master-child
name: orders
schedule: rate(1 day)
parameters:
  mode: {default: full}
starts:
- {name: late, schedule: rate(2 days)}
children:
- name: orders
  jobs:
  - extract-orders
  - {name: clean-orders, retries: 1}
- name: prices
  jobs: [load-prices]
"""

ALWAYS: dict[str, tuple[str, list[str]]] = {
    "environments list": (
        """\
environments: [dev, prod]
""",
        [
            "environments: expected a mapping of environments; write a name such as prod: and its keys (plan.yaml, line 15)",
        ],
    ),
    "environments string": (
        """\
environments: prod
""",
        [
            "environments: expected a mapping of environments; write a name such as prod: and its keys (plan.yaml, line 15)",
        ],
    ),
    "environment string": (
        """\
environments:
  prod: dev
""",
        [
            "environments.prod: expected a mapping of keys of the plan and deployment settings (plan.yaml, line 16)",
        ],
    ),
    "environment list": (
        """\
environments:
  prod: [a]
""",
        [
            "environments.prod: expected a mapping of keys of the plan and deployment settings (plan.yaml, line 16)",
        ],
    ),
    "environment names": (
        """\
environments:
  all: {}
  'a b': {}
  '': {}
  '{name}': {}
  abcdefghijklmnopqrstu: {}
""",
        [
            "environments.all: 'all' means all environments of a plan; choose another name (plan.yaml, line 16)",
            "environments.a b: 'a b' is invalid; must be 1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 17)",
            "environments.: '' is invalid; must be 1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 18)",
            "environments.{name}: '{name}' is invalid; must be 1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 19)",
            "environments.abcdefghijklmnopqrstu: 'abcdefghijklmnopqrstu' is invalid; must be 1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 20)",
        ],
    ),
    "fixed keys": (
        """\
environments:
  prod:
    pattern: dag
    name: x
    environment: x
    include: [a]
    environments: {}
""",
        [
            "environments.prod.pattern: an environment cannot change the key 'pattern'; remove the key (plan.yaml, line 17)",
            "environments.prod.name: an environment cannot change the key 'name'; remove the key (plan.yaml, line 18)",
            "environments.prod.environment: an environment cannot change the key 'environment'; remove the key (plan.yaml, line 19)",
            "environments.prod.include: an environment cannot change the key 'include'; remove the key (plan.yaml, line 20)",
            "environments.prod.environments: an environment cannot change the key 'environments'; remove the key (plan.yaml, line 21)",
        ],
    ),
    "unknown keys": (
        """\
environments:
  prod:
    schedul: none
    xyz: 1
    tasks: {}
""",
        [
            "environments.prod.schedul: unknown key 'schedul'; did you mean schedule? (plan.yaml, line 17)",
            "environments.prod.xyz: unknown key 'xyz'; available: parameters, run_id_argument, timezone, overlap, alerts, max_duration, mute, dashboard, logging, log_retention_days, tracing, tags, allowed_jobs, notify, schedule, deadline, starts, backfill, on_child_failure, job_states, children, account, region, profile, stack_name, role_arn, s3_bucket, params, job_name, job_suffix, jobs, defaults (plan.yaml, line 18)",
            "environments.prod.tasks: unknown key 'tasks'; did you mean tags? (plan.yaml, line 19)",
        ],
    ),
    "settings": (
        """\
environments:
  prod:
    account: 12
    region: europe
    profile: ''
    stack_name: a_b
    role_arn: x
    s3_bucket: A
    parameters: {a-b: 1, C: []}
    params: {mode: [1]}
    job_name: prod
    job_suffix: 7
""",
        [
            "environments.prod.account: '12' is invalid; must be 12 digits (plan.yaml, line 17)",
            "environments.prod.region: 'europe' is invalid; must be a Region, such as eu-central-1 (plan.yaml, line 18)",
            "environments.prod.profile: must not be empty (plan.yaml, line 19)",
            "environments.prod.stack_name: 'a_b' is invalid; must be 1 to 128 letters, digits and hyphens, beginning with a letter (plan.yaml, line 20)",
            "environments.prod.role_arn: 'x' is invalid; must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME (plan.yaml, line 21)",
            "environments.prod.s3_bucket: 'A' is invalid; must be the name of an S3 bucket (plan.yaml, line 22)",
            "environments.prod.parameters.C: expected a string, got a list (plan.yaml, line 23)",
            "environments.prod.parameters.a-b: 'a-b' is invalid; must be the name of a stack parameter: letters and digits (plan.yaml, line 23)",
            "environments.prod.params.mode: expected a string, a whole number, true or false (plan.yaml, line 24)",
            "environments.prod.job_name: 'prod' is invalid: it must contain {name} once, and can contain {environment} (plan.yaml, line 25)",
            "environments.prod.job_suffix: expected a string, got 7; put it in quotes (plan.yaml, line 26)",
        ],
    ),
    "settings wrong types": (
        """\
environments:
  prod:
    account: true
    region: [x]
    profile: 3
    stack_name: {}
    role_arn: 1
    s3_bucket: 1
    parameters: [a]
    params: x
    job_suffix: ''
""",
        [
            "environments.prod.account: 'true' is invalid; must be 12 digits (plan.yaml, line 17)",
            "environments.prod.region: expected a string, got a list (plan.yaml, line 18)",
            "environments.prod.profile: expected a string, got 3; put it in quotes (plan.yaml, line 19)",
            "environments.prod.stack_name: expected a string, got a mapping (plan.yaml, line 20)",
            "environments.prod.role_arn: expected a string, got 1; put it in quotes (plan.yaml, line 21)",
            "environments.prod.s3_bucket: expected a string, got 1; put it in quotes (plan.yaml, line 22)",
            "environments.prod.parameters: expected a mapping, got a list (plan.yaml, line 23)",
            "environments.prod.params: expected a mapping, got 'x' (plan.yaml, line 24)",
            "environments.prod.job_suffix: must not be empty (plan.yaml, line 25)",
        ],
    ),
    "two names": (
        """\
environments:
  prod:
    job_suffix: -prod
    job_name: '{name}-{environment}'
""",
        [
            "environments.prod: job_name and job_suffix exclude each other; remove one of them (plan.yaml, line 16)",
        ],
    ),
    "two names and account": (
        """\
environments:
  prod:
    account: x
    job_suffix: -prod
    job_name: '{name}-{environment}'
""",
        [
            "environments.prod: job_name and job_suffix exclude each other; remove one of them (plan.yaml, line 16)",
            "environments.prod.account: 'x' is invalid; must be 12 digits (plan.yaml, line 17)",
        ],
    ),
    "job_name holes": (
        """\
environments:
  prod: {job_name: '{name}-{env}'}
  dev: {job_name: '{name}{name}'}
  q: {job_name: 'x{'}
  r: {job_name: '{name}{% 1 %}'}
""",
        [
            "environments.prod.job_name: '{name}-{env}' is invalid: it must contain {name} once, and can contain {environment} (plan.yaml, line 16)",
            "environments.dev.job_name: '{name}{name}' is invalid: it must contain {name} once, and can contain {environment} (plan.yaml, line 17)",
            "environments.q.job_name: 'x{' is invalid: it must contain {name} once, and can contain {environment} (plan.yaml, line 18)",
            "environments.r.job_name: '{name}{% 1 %}' is invalid: {% would be evaluated as code (plan.yaml, line 19)",
        ],
    ),
    "suffix code": (
        """\
environments:
  prod:
    job_suffix: '${x}'
""",
        [
            "environments.prod.job_suffix: '${x}' is invalid: ${ would be evaluated as code (plan.yaml, line 17)",
        ],
    ),
    "same stack": (
        """\
environments:
  prod: {stack_name: orders}
  dev: {stack_name: orders}
  a.b:
  a-b:
""",
        [
            "environments.dev.stack_name: the environments prod and dev have the same stack, orders; give them different stack names, accounts or Regions (plan.yaml, line 17)",
            "environments.a-b.stack_name: the environments a.b and a-b have the same stack, orders-a-b; give them different stack names, accounts or Regions (plan.yaml, line 19)",
        ],
    ),
    "same stack one account": (
        """\
environments:
  prod: {stack_name: orders, account: '111111111111'}
  dev: {stack_name: orders}
""",
        [
            "environments.dev.stack_name: the environments prod and dev have the same stack, orders; give them different stack names, accounts or Regions (plan.yaml, line 17)",
        ],
    ),
    "defaults list": (
        """\
defaults: [a]
""",
        [
            "defaults: expected a mapping of settings of jobs; write a mapping such as retries: 1 (plan.yaml, line 15)",
        ],
    ),
    "defaults string": (
        """\
defaults: big
""",
        [
            "defaults: expected a mapping of settings of jobs; write a mapping such as retries: 1 (plan.yaml, line 15)",
        ],
    ),
    "defaults wrong": (
        """\
defaults:
  worker_type: 5
  retries: many
  self: 1
  argument: {}
  arguments: {a: b, --c: [1]}
  number_of_workers: 0
""",
        [
            "defaults.worker_type: expected a string, got 5; put it in quotes (plan.yaml, line 16)",
            "defaults.retries: expected a whole number, got 'many' (plan.yaml, line 17)",
            "defaults.self: unknown key 'self'; available: arguments, worker_type, number_of_workers, execution_class, timeout_minutes, retries, security_configuration, job_run_queuing (plan.yaml, line 18)",
            "defaults.argument: unknown key 'argument'; did you mean arguments? (plan.yaml, line 19)",
            "defaults.arguments.--c: expected a string, got a list (plan.yaml, line 20)",
            "defaults.arguments.a: 'a' is not a valid job argument: it must begin with two dashes; write --a (plan.yaml, line 20)",
            "defaults.number_of_workers: 0 is too small; must be at least 1 (plan.yaml, line 21)",
        ],
    ),
    "defaults FLEX": (
        """\
defaults: {execution_class: FLEX, job_run_queuing: true}
""",
        [
            "defaults.job_run_queuing: Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class (plan.yaml, line 15)",
        ],
    ),
    "duplicate keys": (
        """\
environments:
  prod:
    region: eu-central-1
    region: us-east-1
  prod: {}
""",
        [
            "environments.prod.region: duplicate key 'region'; the first is on line 17 (plan.yaml, line 18)",
            "environments.prod: duplicate key 'prod'; the first is on line 16 (plan.yaml, line 19)",
        ],
    ),
    "deep": (
        """\
environments:
  prod:
    alerts: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
""",
        [
            "lists or mappings are nested too deep (plan.yaml, line 17)",
        ],
    ),
    "params wrong value": (
        """\
environments:
  prod:
    params: {mode: '{% 1 %}'}
""",
        [
            "environments.prod.params.mode: '{% 1 %}' is invalid: {% would be evaluated as code (plan.yaml, line 17)",
        ],
    ),
    "alias": (
        """\
environments:
  dev: &a {region: eu-central-1}
  prod: *a
""",
        [
            "the alias *a is unsupported; write the value out where it is used (plan.yaml, line 17)",
        ],
    ),
}
"""What is wrong with or without `--env`."""

CHOSEN: dict[str, tuple[str, list[str]]] = {
    "unknown child": (
        """\
environments:
  prod:
    children:
      order: {jobs: [a]}
      xyz: null
""",
        [
            "environments.prod.children.order: unknown child 'order'; did you mean orders? (plan.yaml, line 18)",
            "environments.prod.children.xyz: unknown child 'xyz'; available: orders, prices (plan.yaml, line 19)",
        ],
    ),
    "unknown job in child": (
        """\
environments:
  prod:
    children:
      orders:
        jobs:
          clean-order: {retries: 2}
""",
        [
            "environments.prod.children.orders.jobs.clean-order: unknown job 'clean-order'; did you mean clean-orders? (plan.yaml, line 20)",
        ],
    ),
    "unknown job by name": (
        """\
environments:
  prod:
    jobs:
      clean-order: {retries: 2}
      nothing: null
""",
        [
            "environments.prod.jobs.clean-order: unknown job 'clean-order'; did you mean clean-orders? (plan.yaml, line 18)",
            "environments.prod.jobs.nothing: unknown job 'nothing'; available: extract-orders, clean-orders, load-prices (plan.yaml, line 19)",
        ],
    ),
    "job by name string": (
        """\
environments:
  prod:
    jobs:
      clean-orders: big
      extract-orders:
      load-prices: [1]
""",
        [
            "environments.prod.jobs.clean-orders: expected a mapping of settings of the job; write a mapping such as retries: 1 (plan.yaml, line 18)",
            "environments.prod.jobs.extract-orders: expected a mapping of settings of the job; write a mapping such as retries: 1 (plan.yaml, line 19)",
            "environments.prod.jobs.load-prices: expected a mapping of settings of the job; write a mapping such as retries: 1 (plan.yaml, line 20)",
        ],
    ),
    "unknown param": (
        """\
environments:
  prod:
    params:
      mod: full
      mode: delta
      day: today
""",
        [
            "environments.prod.params.mod: unknown run parameter 'mod'; did you mean mode? (plan.yaml, line 18)",
            "environments.prod.params.day: unknown run parameter 'day'; available: mode (plan.yaml, line 20)",
        ],
    ),
    "unknown start": (
        """\
environments:
  prod:
    starts:
      lat: null
""",
        [
            "environments.prod.starts.lat: unknown start 'lat'; did you mean late? (plan.yaml, line 18)",
        ],
    ),
    "before unknown": (
        """\
environments:
  prod:
    children:
      a: {before: price, jobs: [x]}
      b: {after: zzz, jobs: [x]}
      c: {after: 3, jobs: [x]}
""",
        [
            "environments.prod.children.a.before: unknown child 'price'; did you mean prices? (plan.yaml, line 18)",
            "environments.prod.children.b.after: unknown child 'zzz'; available: orders, prices (plan.yaml, line 19)",
            "environments.prod.children.c.after: unknown child '3'; available: orders, prices (plan.yaml, line 20)",
        ],
    ),
    "before and after": (
        """\
environments:
  prod:
    children:
      a: {before: prices, after: orders, jobs: [x]}
""",
        [
            "environments.prod.children.a: before and after exclude each other; remove one of them (plan.yaml, line 18)",
        ],
    ),
    "add exists": (
        """\
environments:
  prod:
    children:
      prices: {add: true, jobs: [x]}
      orders: {before: prices}
""",
        [
            "environments.prod.children.prices: the child 'prices' exists already; remove add to change it (plan.yaml, line 18)",
            "environments.prod.children.orders: the child 'orders' exists already; remove before to change it (plan.yaml, line 19)",
        ],
    ),
    "add not true": (
        """\
environments:
  prod:
    children:
      a: {add: yes, jobs: [x]}
      b: {add: false, jobs: [x]}
""",
        [
            "environments.prod.children.a.add: expected true; remove the key to change an item (plan.yaml, line 18)",
            "environments.prod.children.b.add: expected true; remove the key to change an item (plan.yaml, line 19)",
        ],
    ),
    "add without content": (
        """\
environments:
  prod:
    children:
      a: {add: true}
""",
        [
            "environments.prod.children.a.jobs: the key 'jobs' is missing; add it (plan.yaml, line 18)",
        ],
    ),
    "suffix too long": (
        """\
environments:
  prod:
    job_suffix: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    children: {prices: {jobs: [jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj]}}
""",
        [
            "environments.prod.job_suffix: the job 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj' would be 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx': a Glue job name must have 1 to 255 characters; this one has 256; change job_suffix (plan.yaml, line 17)",
        ],
    ),
    "suffix blank": (
        """\
environments:
  prod:
    job_suffix: '-x '
""",
        [
            "environments.prod.job_suffix: the names of 3 jobs would be invalid, such as 'extract-orders-x ': it has leading or trailing blanks; write 'extract-orders-x'; change job_suffix (plan.yaml, line 17)",
        ],
    ),
    "env defaults wrong": (
        """\
defaults: {retries: 1}
environments:
  prod:
    defaults: {retries: x, retrys: 1}
""",
        [
            "environments.prod.defaults.retries: expected a whole number, got 'x' (plan.yaml, line 18)",
            "environments.prod.defaults.retrys: unknown key 'retrys'; did you mean retries? (plan.yaml, line 18)",
        ],
    ),
    "env defaults list": (
        """\
defaults: {retries: 1}
environments:
  prod:
    defaults: [1]
""",
        [
            "environments.prod.defaults: expected a mapping of settings of jobs; write a mapping such as retries: 1 (plan.yaml, line 18)",
        ],
    ),
    "job wrong settings": (
        """\
environments:
  prod:
    jobs:
      clean-orders: {retries: x, timeout: 3}
""",
        [
            "environments.prod.jobs.clean-orders.retries: expected a whole number, got 'x' (plan.yaml, line 18)",
            "environments.prod.jobs.clean-orders.timeout: unknown key 'timeout'; did you mean timeout_minutes? (plan.yaml, line 18)",
        ],
    ),
    "child wrong settings": (
        """\
environments:
  prod:
    children:
      orders: {jobs: {clean-orders: {retries: x}}}
      prices: {job: [a]}
""",
        [
            "environments.prod.children.orders.jobs.clean-orders.retries: expected a whole number, got 'x' (plan.yaml, line 18)",
            "environments.prod.children.prices.job: unknown key 'job'; did you mean jobs? (plan.yaml, line 19)",
        ],
    ),
    "child wrong type": (
        """\
environments:
  prod:
    children:
      orders: 5
      prices: [a]
""",
        [
            "environments.prod.children.orders: expected a mapping, got 5 (plan.yaml, line 18)",
            "environments.prod.children.prices: expected a mapping, got a list (plan.yaml, line 19)",
        ],
    ),
    "children wrong type": (
        """\
environments:
  prod:
    children: 5
""",
        [
            "environments.prod.children: expected a list, got 5 (plan.yaml, line 17)",
        ],
    ),
    "children list": (
        """\
environments:
  prod:
    children: [{jobs: []}]
""",
        [
            "environments.prod.children[0].jobs: must have at least 1, got 0 (plan.yaml, line 17)",
        ],
    ),
    "all removed": (
        """\
environments:
  prod:
    children: {orders: none, prices: null}
""",
        [
            "environments.prod.children: must have at least 1, got 0 (plan.yaml, line 17)",
        ],
    ),
    "jobs removed": (
        """\
environments:
  prod:
    children: {orders: {jobs: {extract-orders: null, clean-orders: null}}}
""",
        [
            "environments.prod.children.orders.jobs: must have at least 1, got 0 (plan.yaml, line 17)",
        ],
    ),
    "schedule none wrong": (
        """\
environments:
  prod:
    schedule: never
""",
        [
            "environments.prod.schedule: 'never' is invalid; must be cron(…), rate(…) or at(…) (plan.yaml, line 17)",
        ],
    ),
    "jobs list": (
        """\
environments:
  prod:
    jobs: [a]
""",
        [
            "environments.prod.jobs: expected a mapping of jobs by name; write a name such as clean-orders: and settings (plan.yaml, line 17)",
        ],
    ),
}
"""What is wrong when the environment prod is chosen."""


def errors(text: str, environment: str) -> list[str]:
    with pytest.raises(PlanError) as error:
        parse_plan(PLAN + text, file="plan.yaml", environment=environment)
    return [str(finding) for finding in error.value.findings]


@pytest.mark.parametrize("name", ALWAYS)
def test_errors_of_every_environment(name: str):
    text, expected = ALWAYS[name]
    assert errors(text, "") == expected
    if "environments:" in text:
        assert errors(text, "prod") == expected


@pytest.mark.parametrize("name", CHOSEN)
def test_errors_of_the_chosen_environment(name: str):
    text, expected = CHOSEN[name]
    assert errors(text, "prod") == expected
    assert parse_plan(PLAN + text).name == "orders"  # the plan without an environment is valid


@pytest.mark.parametrize(
    "settings",
    [
        ("account: '111111111111'", "account: '222222222222'"),
        ("account: '111111111111', region: us-east-1", "account: '111111111111', region: eu-central-1"),
        ("region: us-east-1", "region: eu-central-1"),
    ],
)
def test_one_stack_name_in_different_accounts_or_regions(settings: tuple[str, str]):
    first, second = settings
    text = f"environments:\n  dev: {{stack_name: s, {first}}}\n  prod: {{stack_name: s, {second}}}\n"
    plan = parse_plan(PLAN + text, environment="prod")
    assert plan.provenance.environment
    assert plan.provenance.environment.stack_name == "s"


NO_ENVIRONMENTS = "plan.yaml has no environments; add the key environments to the plan, or remove --env and SFNORCH_ENV"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("", "prod", f": {NO_ENVIRONMENTS}"),
        ("environments:\n", "prod", f": {NO_ENVIRONMENTS}"),
        ("environments: {prod: {}}\n", "prd", " (plan.yaml); did you mean prod?"),
        ("environments: {prod: {}, dev: {}}\n", "test-1", " (plan.yaml); available: prod, dev"),
    ],
)
def test_an_unknown_environment(text: str, name: str, expected: str):
    with pytest.raises(SfnorchError) as error:
        parse_plan(PLAN + text, file="plan.yaml", environment=name)
    assert f"{error.value.message}; {error.value.hint}" == f"The environment {name!r} is unknown{expected}"
