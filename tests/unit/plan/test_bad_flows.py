"""Bad flows and loops, each with all that is said of it: every error at once, with its line and path."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

BAD: dict[str, tuple[str, list[str]]] = {
    "steps: what they are": (
        """\
pattern: flow
steps:
- {name: a}
- {name: b, glue_job: x, lambda: f}
- {name: c, lambda: f, arguments: {--a: b}, worker_type: G.1X}
- {name: d, wait: 5m, save_as: x, retry: 1, timeout: 5s, on_error: {then: continue}}
- {name: e, glue_job: x, input: {}}
- {name: a, wait: 1s}
- {name: Done, wait: 1s}
- {name: 'odd name', wait: 5mo}
- f
- {name: g, wait: true}
- {name: h, lambda: x, retry: many}
- {name: i, lambda: x, retry: {errors: [States.ALL, X], attempts: 0, backoff_rate: x, interval: 1h1}}
- {name: j, parallel: []}
- {name: k, parallel: [[], [{name: l, wate: 5s}]], input: {}}
- {name: m, for_each: {items: 5, steps: [{name: n, wait: 0s}], concurrency: 41}}
functions: [{name: f, code: /etc/passwd, timeout: 1h}, {name: f, code: ../x.py}]
""",
        [
            "steps[0].name: a step is one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel and for_each: it has none of them (plan.yaml, line 3)",
            "steps[1].name: a step is one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel and for_each: it has glue_job and lambda (plan.yaml, line 4)",
            "steps[2].arguments: a lambda takes no arguments: it is for glue_job (plan.yaml, line 5)",
            "steps[2].worker_type: a lambda takes no worker_type: it is for glue_job (plan.yaml, line 5)",
            "steps[3].on_error: a wait of a fixed length can't fail (plan.yaml, line 6)",
            "steps[3].retry: a wait takes no retry: it is for glue_job, lambda, state_machine, redshift_sql, s3_object, notify, parallel, for_each (plan.yaml, line 6)",
            "steps[3].save_as: a wait takes no save_as: it is for glue_job, lambda, state_machine, redshift_sql, s3_object, parallel, for_each (plan.yaml, line 6)",
            "steps[3].timeout: a wait takes no timeout: it is for glue_job, lambda, state_machine, redshift_sql, s3_object, notify (plan.yaml, line 6)",
            "steps[4].input: a glue_job takes no input: it is for lambda, state_machine (plan.yaml, line 7)",
            "steps[5].name: 'a' is the name of steps[0] already (plan.yaml, line 8)",
            "steps[6].name: 'Done' is the name of a state of the flow's own (plan.yaml, line 9)",
            "steps[7].name: 'odd name' is not a name of 1 to 50 letters, digits, dashes and underscores, a letter or digit first (plan.yaml, line 10)",
            "steps[7].wait: '5mo' is no duration: write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 10)",
            "steps[8]: a mapping is wanted, not 'f' (plan.yaml, line 11)",
            "steps[9].wait: a duration is wanted: 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 12)",
            "steps[10].retry: a number of times or a mapping is wanted, not 'many' (plan.yaml, line 13)",
            "steps[11].retry.attempts: 0 is less than 1 (plan.yaml, line 14)",
            "steps[11].retry.backoff_rate: a number is wanted, not 'x' (plan.yaml, line 14)",
            "steps[11].retry.errors: States.ALL stands alone: it means every error (plan.yaml, line 14)",
            "steps[11].retry.interval: '1h1' is no duration: write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 14)",
            "steps[12].parallel: at least 1 is wanted, 0 are given (plan.yaml, line 15)",
            "steps[13].input: a parallel takes no input: it is for lambda, state_machine (plan.yaml, line 16)",
            "steps[13].parallel[0]: at least 1 is wanted, 0 are given (plan.yaml, line 16)",
            "steps[13].parallel[1][0].name: a step is one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel and for_each: it has none of them (plan.yaml, line 16)",
            "steps[13].parallel[1][0].wate: there is no key 'wate' here; did you mean wait? (plan.yaml, line 16)",
            "steps[14].for_each.concurrency: 41 is more than 40 (plan.yaml, line 17)",
            "steps[14].for_each.items: a list is wanted, or an expression: '{% … %}' (plan.yaml, line 17)",
            "steps[14].for_each.steps[0].wait: from 1 to 31,536,000 seconds are taken (plan.yaml, line 17)",
            "functions[0].code: '/etc/passwd' is no file or folder beside the plan: write its way from there (plan.yaml, line 18)",
            "functions[0].timeout: '1h' is more than 900 (plan.yaml, line 18)",
            "functions[1].code: '../x.py' is no file or folder beside the plan: write its way from there (plan.yaml, line 18)",
            "functions[1].name: 'f' is the name of functions[0] already (plan.yaml, line 18)",
        ],
    ),
    "steps: keys that aren't there, within steps": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, on_error: {steps: [{name: b, lambda: f, foo: 1}], thn: fail}}
- {name: c, for_each: {items: [1], steps: [{name: d, lambda: f, inptu: {}, on_error: {save_as: x, steps: [{name: e, wait: 1, notify: {sbject: x}}]}}]}}
""",
        [
            "steps[0].on_error.steps[0].foo: there is no key 'foo' here; the keys are: name, glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel, for_each, input, arguments, worker_type, number_of_workers, execution_class, security_configuration, job_run_queuing, save_as, retry, timeout, on_error (plan.yaml, line 3)",
            "steps[0].on_error.thn: there is no key 'thn' here; did you mean then? (plan.yaml, line 3)",
            "steps[1].for_each.steps[0].inptu: there is no key 'inptu' here; did you mean input? (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].name: a step is one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel and for_each: it has notify and wait (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.message: the key 'message' is missing (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.sbject: there is no key 'sbject' here; did you mean subject? (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.subject: the key 'subject' is missing (plan.yaml, line 4)",
        ],
    ),
    "steps: retries": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, retry: [3, 2]}
- {name: b, lambda: f, retry: [{errors: [X]}, {interval: 5s}, {errors: [States.ALL]}, true]}
- {name: c, lambda: f, retry: {interval: 10s, max_delay: 5s}}
- name: d
  lambda: f
  retry:
  - {errors: [X], max_delay: 1}
  - interval: 2m
    max_delay: 120
""",
        [
            "steps[0].retry[1]: a retry of every error stands here a second time: there can be but one (plan.yaml, line 3)",
            "steps[1].retry[2]: a retry of every error stands here a second time: there can be but one (plan.yaml, line 4)",
            "steps[1].retry[3]: a number of times or a mapping is wanted, not true (plan.yaml, line 4)",
            "steps[2].retry.max_delay: it must be more than the interval, which is 10 s (plan.yaml, line 5)",
            "steps[3].retry[0].max_delay: it must be more than the interval, which is 1 s (plan.yaml, line 9)",
            "steps[3].retry[1].max_delay: it must be more than the interval, which is 120 s (plan.yaml, line 11)",
        ],
    ),
    "steps: variables": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, input: '{% $later %}', save_as: sum}
- {name: b, lambda: f, save_as: later, input: {x: '{% $inptu.a %}', y: '{% $states.result %}', z: '{% $states.context.Execution.Id %}'}}
- name: c
  for_each:
    items: '{% $later %}'
    as: later
    steps:
    - {name: d, lambda: f, input: {i: '{% $item %}', l: '{% $later %}'}, save_as: one}
    - {name: e, lambda: f, input: '{% $one %}', save_as: input}
- {name: g, lambda: f, input: '{% $one %}'}
- name: h
  parallel:
  - [{name: i, lambda: f, save_as: left}]
  - [{name: j, lambda: f, input: '{% $left %}'}]
  on_error: {save_as: left, steps: [{name: k, lambda: f, input: '{% $left.message %}', save_as: failure}]}
- {name: l, lambda: f, input: '{% [$left, $failure] %}'}
""",
        [
            "steps[0].input: '{% $later %}' is not taken: $later is not there, but $input, $left (plan.yaml, line 3)",
            "steps[0].save_as: 'sum' is a function of JSONata's (plan.yaml, line 3)",
            "steps[1].input.x: '{% $inptu.a %}' is not taken: $inptu is not there; did you mean $input? (plan.yaml, line 4)",
            "steps[1].input.y: '{% $states.result %}' is not taken: $states.result is the state machine's own: a step names variables, and $states.context (plan.yaml, line 4)",
            "steps[2].for_each.as: 'later' is assigned by steps[1], outside: an inner variable needs a name of its own (plan.yaml, line 8)",
            "steps[2].for_each.steps[0].input.i: '{% $item %}' is not taken: $item is not there, but $input, $later, $left, $sum (plan.yaml, line 10)",
            "steps[2].for_each.steps[1].save_as: 'input' is a variable of the flow's own (plan.yaml, line 11)",
            "steps[3].input: '{% $one %}' is not taken: $one is not there, but $input, $later, $left, $sum (plan.yaml, line 12)",
            "steps[4].parallel[0][0].save_as: 'left' is assigned by steps[4].on_error, outside: an inner variable needs a name of its own (plan.yaml, line 15)",
            "steps[5].input: '{% [$left, $failure] %}' is not taken: $failure is not there, but $input, $later, $left, $sum (plan.yaml, line 18)",
        ],
    ),
    "steps: variables that are words": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, save_as: 'true', on_error: {save_as: 'null'}}
- {name: b, for_each: {items: [1], as: 'false', steps: [{name: c, wait: 1}]}, save_as: in}
""",
        [
            "steps[0].on_error.save_as: 'null' is a word of JSONata's, and no name behind a point (plan.yaml, line 3)",
            "steps[0].save_as: 'true' is a word of JSONata's, and no name behind a point (plan.yaml, line 3)",
            "steps[1].for_each.as: 'false' is a word of JSONata's, and no name behind a point (plan.yaml, line 4)",
        ],
    ),
    "steps: variables that are no names": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, save_as: [x], on_error: {}}
- {name: b, lambda: f, on_error: {save_as: {}, steps: [{name: c, lambda: f, save_as: {x: y}}]}}
- {name: d, for_each: {items: [1], as: [y], steps: [{name: e, wait: 1}]}, save_as: 5}
""",
        [
            "steps[0].save_as: a text is wanted, not a list (plan.yaml, line 3)",
            "steps[1].on_error.save_as: a text is wanted, not a mapping (plan.yaml, line 4)",
            "steps[1].on_error.steps[0].save_as: a text is wanted, not a mapping (plan.yaml, line 4)",
            "steps[2].for_each.as: a text is wanted, not a list (plan.yaml, line 5)",
            "steps[2].save_as: a text is wanted, not 5: put quotes round it (plan.yaml, line 5)",
        ],
    ),
    "steps: what on_error keeps": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, save_as: x, on_error: {save_as: x}}
- {name: b, lambda: f, save_as: failure, on_error: {then: continue}}
- name: c
  lambda: f
  on_error:
    steps:
    - {name: d, lambda: f, save_as: failure}
    - {name: e, lambda: f, on_error: {save_as: worse, steps: [{name: g, lambda: f, save_as: failure}]}}
- {name: h, lambda: f, save_as: caught_1, on_error: {save_as: caught_2}}
- {name: i, lambda: f, save_as: caught, on_error: {save_as: caughtUp}}
""",
        [
            "steps[0].on_error.save_as: 'x' would hold both what came of the step and its failure: name one of them otherwise (plan.yaml, line 3)",
            "steps[1].save_as: 'failure' would hold both what came of the step and its failure: name one of them otherwise (plan.yaml, line 4)",
            "steps[2].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles: take another name (plan.yaml, line 9)",
            "steps[2].on_error.steps[1].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles: take another name (plan.yaml, line 10)",
            "steps[3].on_error.save_as: 'caught_2' is a variable of the flow's own (plan.yaml, line 11)",
            "steps[3].save_as: 'caught_1' is a variable of the flow's own (plan.yaml, line 11)",
        ],
    ),
    "steps: expressions": (
        """\
pattern: flow
steps:
- {name: a, lambda: f, input: {a: '{% $sum( %}', b: '{%%}', c: 'x {% 1 %}', d: '${X}', e: null, '{%': 1, g: ['{% $foo() %}', '{% "${X}" %}', '{% 1 %} {% 2 %}']}}
- {name: b, lambda: f, input: text}
- {name: c, glue_job: x, arguments: {a: b, --b: '{% $nothing %}'}}
- {name: d, wait: '{% $input. %}'}
- {name: e, for_each: {items: text, steps: [{name: f, s3_object: {body: '{% $item %}'}}]}}
- {name: g, notify: {subject: '', message: '{% $eval("1") %}'}}
""",
        [
            "steps[0].input: the key '{%' is not taken: {% would be taken for code (plan.yaml, line 3)",
            "steps[0].input.a: '{% $sum( %}' is not taken: this is no JSONata: Expected ) before end of expression (plan.yaml, line 3)",
            "steps[0].input.b: '{%%}' is not taken: nothing stands between {% and %} (plan.yaml, line 3)",
            "steps[0].input.c: 'x {% 1 %}' is not taken: {% would be taken for code (plan.yaml, line 3)",
            "steps[0].input.d: '${X}' is not taken: ${ would be taken for code (plan.yaml, line 3)",
            "steps[0].input.e: null can't stand in a template: leave the key out, or write '{% null %}' (plan.yaml, line 3)",
            "steps[0].input.g[0]: '{% $foo() %}' is not taken: $foo is not there, but $input (plan.yaml, line 3)",
            "steps[0].input.g[1]: '{% \"${X}\" %}' is not taken: ${ would be taken for code (plan.yaml, line 3)",
            "steps[0].input.g[2]: '{% 1 %} {% 2 %}' is not taken: {% would be taken for code (plan.yaml, line 3)",
            "steps[1].input: a mapping is wanted, or an expression: '{% … %}' (plan.yaml, line 4)",
            "steps[2].arguments.--b: '{% $nothing %}' is not taken: $nothing is not there, but $input (plan.yaml, line 5)",
            "steps[2].arguments.a: 'a' is no job argument: write it with two dashes, --a (plan.yaml, line 5)",
            "steps[3].wait: '{% $input. %}' is not taken: this is no JSONata: Unexpected end of expression (plan.yaml, line 6)",
            "steps[4].for_each.items: a list is wanted, or an expression: '{% … %}' (plan.yaml, line 7)",
            "steps[4].for_each.steps[0].s3_object: the key is missing: within for_each each item would overwrite the one before (plan.yaml, line 7)",
            "steps[5].notify.message: '{% $eval(\"1\") %}' is not taken: $eval is not there, but $input (plan.yaml, line 8)",
            "steps[5].notify.subject: an empty text is not taken (plan.yaml, line 8)",
        ],
    ),
    "steps: messages": (
        f"""\
pattern: flow
steps:
- {{name: a, notify: {{subject: {"x" * 100}, message: x}}}}
- {{name: b, notify: {{subject: "two\\nlines", message: "two\\nlines"}}}}
- {{name: c, notify: {{subject: {"é" * 99}, message: x}}}}
- {{name: d, notify: {{subject: "{{% $input.subject &\\n '{"x" * 100}' %}}", message: x}}}}
""",
        [
            "steps[0].notify.subject: a subject is one line of at most 99 characters (plan.yaml, line 3)",
            "steps[1].notify.subject: a subject is one line of at most 99 characters (plan.yaml, line 4)",
        ],
    ),
    "steps: statements": (
        """\
pattern: flow
steps:
- {name: a, redshift_sql: {sql: 'select 1'}}
- {name: b, redshift_sql: {sql: 'select :x, y::int', database: d, cluster: c, workgroup: wwww, parameters: {x: '', y: 1, z: 2, 1-a: 3}}}
- {name: c, redshift_sql: {sql: 'select {% $input %}', database: d, cluster: c, db_user: u, secret_arn: x}}
- {name: d, redshift_sql: {sql: 'select 1', database: d, workgroup: wwww, db_user: u}}
- {name: e, redshift_sql: {sql: 'select 1', database: d, cluster: c}, timeout: 24h1s}
- {name: f, redshift_sql: {sql: 'select 1', database: d, cluster: c}, timeout: 86401}
- {name: g, redshift_sql: {sql: 'select 1', database: d, cluster: c}, timeout: 24h}
- {name: h, redshift_sql: {sql: 'select ${X}', database: d, cluster: c}}
""",
        [
            "steps[0].redshift_sql: a statement runs in a cluster or in a workgroup: name one of them (plan.yaml, line 3)",
            "steps[0].redshift_sql.database: the key 'database' is missing (plan.yaml, line 3)",
            "steps[1].redshift_sql: a statement runs in a cluster or in a workgroup: name one of them (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.1-a: the statement has no :1-a; remove the parameter, or use it (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.1-a: '1-a' is not a parameter's name: letters, digits and underscores (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.x: Redshift's Data API takes no empty value (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.y: the statement has no :y; remove the parameter, or use it (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.z: the statement has no :z; remove the parameter, or use it (plan.yaml, line 4)",
            "steps[2].redshift_sql.db_user: db_user signs in without the secret that secret_arn names: write one of them (plan.yaml, line 5)",
            "steps[2].redshift_sql.secret_arn: 'x' is not the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME (plan.yaml, line 5)",
            "steps[2].redshift_sql.sql: an expression in SQL is not taken: write :name there, and the value under parameters (plan.yaml, line 5)",
            "steps[3].redshift_sql.db_user: db_user is for clusters; a workgroup takes a secret_arn, or the role itself (plan.yaml, line 6)",
            "steps[4].timeout: Redshift's Data API takes statements of at most 24 hours (plan.yaml, line 7)",
            "steps[5].timeout: Redshift's Data API takes statements of at most 24 hours (plan.yaml, line 8)",
            "steps[7].redshift_sql.sql: ${ would be taken for code: write :name there, and the value under parameters (plan.yaml, line 10)",
        ],
    ),
    "functions": (
        """\
pattern: flow
functions:
- {name: clean-orders, code: missing.py, handler: 'a.b', memory_mb: 1, environment: {1A: x, BB: '${X}'}}
- {name: 1a, code: x.py, permissions: [{actions: ['*'], resources: []}]}
steps:
- {name: a, lambda: clean-order}
- {name: b, lambda: something-else}
""",
        [
            "functions[0].environment.1A: '1A' is not an environment variable's name: two or more letters, digits and underscores, a letter first (plan.yaml, line 3)",
            "functions[0].environment.BB: '${X}' is not taken: ${ would be taken for code (plan.yaml, line 3)",
            "functions[0].handler: 'a.b' is not the name of a Python function (plan.yaml, line 3)",
            "functions[0].memory_mb: 1 is less than 128 (plan.yaml, line 3)",
            "functions[1].name: '1a' is not a name of 1 to 40 letters, digits, dashes and underscores, a letter first (plan.yaml, line 4)",
            "functions[1].permissions[0].actions[0]: '*' is not an action of IAM's, SERVICE:Action (plan.yaml, line 4)",
            "functions[1].permissions[0].resources: at least 1 is wanted, 0 are given (plan.yaml, line 4)",
            "steps[0].lambda: there is no function 'clean-order'; did you mean clean-orders? For one of elsewhere write its ARN (plan.yaml, line 6)",
        ],
    ),
    "functions: environment variables": (
        """\
pattern: flow
functions:
- name: f
  code: x.py
  environment: {AWS_REGION: x, AWS_LAMBDA_FUNCTION_NAME: x, X: x, AWS_XRAY_CONTEXT_MISSING: x, OK: "a\\0b"}
- name: g
  code: x.py
  environment: {A1: '"""
        + "x" * 2_000
        + "', A2: '"
        + "é" * 1_040
        + """'}
steps: [{name: a, wait: 1}]
""",
        [
            "functions[0].environment.AWS_LAMBDA_FUNCTION_NAME: 'AWS_LAMBDA_FUNCTION_NAME' is a variable that Lambda sets itself (plan.yaml, line 5)",
            "functions[0].environment.AWS_REGION: 'AWS_REGION' is a variable that Lambda sets itself (plan.yaml, line 5)",
            "functions[0].environment.OK: an environment variable holds no null byte (plan.yaml, line 5)",
            "functions[0].environment.X: 'X' is not an environment variable's name: two or more letters, digits and underscores, a letter first (plan.yaml, line 5)",
            "functions[1].environment: the variables have 4,097 bytes in all, and Lambda takes 4,096 (plan.yaml, line 8)",
        ],
    ),
    "functions: code that isn't there": (
        """\
pattern: flow
functions:
- {name: clean-orders, code: missing.py}
steps:
- {name: a, lambda: clean-orders}
""",
        [
            "functions[0].code: missing.py can't be read: No such file or directory (plan.yaml, line 3)",
        ],
    ),
    "continuous": (
        """\
pattern: continuous
workflow: 'a*'
poll_every: 0s
pause: soon
max_runs: 0
polls_per_execution: 1501
allowed_workflows: ['etl-*', '*x']
jobs: [a]
""",
        [
            "workflow: 'a*' is no Glue workflow name: * is a wildcard in an IAM policy (plan.yaml, line 2)",
            "poll_every: '0s' is less than 1 (plan.yaml, line 3)",
            "pause: 'soon' is no duration: write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 4)",
            "max_runs: 0 is less than 1 (plan.yaml, line 5)",
            "polls_per_execution: 1501 is more than 1,500 (plan.yaml, line 6)",
            "allowed_workflows[1]: '*x' is no Glue workflow name or prefix*: * is a wildcard in an IAM policy (plan.yaml, line 7)",
            "jobs: there is no key 'jobs' here; the keys are: name, environment, alerts, logging, log_retention_days, tracing, tags, notify, schedule, pattern, workflow, poll_every, pause, max_runs, polls_per_execution, allowed_workflows (plan.yaml, line 8)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_all_that_is_wrong_with_a_flow_is_said_at_once(text: str, said: list[str], tmp_path: Path):
    with pytest.raises(PlanError) as error:
        parse_plan(text, file="plan.yaml", folder=tmp_path)
    assert str(error.value).splitlines() == said
