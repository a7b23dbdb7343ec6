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
            "steps[0].name: a step must have exactly one of glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, wait, parallel and for_each; got none of them (plan.yaml, line 3)",
            "steps[1].name: a step must have exactly one of glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, wait, parallel and for_each; got glue_job and lambda (plan.yaml, line 4)",
            "steps[2].arguments: arguments is not supported for lambda; it is supported for glue_job (plan.yaml, line 5)",
            "steps[2].worker_type: worker_type is not supported for lambda; it is supported for glue_job (plan.yaml, line 5)",
            "steps[3].on_error: a wait of a fixed length cannot fail; remove on_error (plan.yaml, line 6)",
            "steps[3].retry: retry is not supported for wait; it is supported for glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, parallel, for_each (plan.yaml, line 6)",
            "steps[3].save_as: save_as is not supported for wait; it is supported for glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, parallel, for_each (plan.yaml, line 6)",
            "steps[3].timeout: timeout is not supported for wait; it is supported for glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify (plan.yaml, line 6)",
            "steps[4].input: input is not supported for glue_job; it is supported for lambda, state_machine (plan.yaml, line 7)",
            "steps[5].name: 'a' is already the name of steps[0]; choose another name (plan.yaml, line 8)",
            "steps[6].name: 'Done' is reserved for a state of the flow; choose another name (plan.yaml, line 9)",
            "steps[7].name: 'odd name' is invalid; must be 1 to 50 letters, digits, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 10)",
            "steps[7].wait: '5mo' is not a duration; write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 10)",
            "steps[8]: expected a mapping, got 'f' (plan.yaml, line 11)",
            "steps[9].wait: expected a duration; write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 12)",
            "steps[10].retry: expected a number of retries or a mapping, got 'many' (plan.yaml, line 13)",
            "steps[11].retry.attempts: 0 is too small; must be at least 1 (plan.yaml, line 14)",
            "steps[11].retry.backoff_rate: expected a number, got 'x' (plan.yaml, line 14)",
            "steps[11].retry.errors: States.ALL must be the only error, because it means every error; remove the others (plan.yaml, line 14)",
            "steps[11].retry.interval: '1h1' is not a duration; write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 14)",
            "steps[12].parallel: must have at least 1, got 0 (plan.yaml, line 15)",
            "steps[13].input: input is not supported for parallel; it is supported for lambda, state_machine (plan.yaml, line 16)",
            "steps[13].parallel[0]: must have at least 1, got 0 (plan.yaml, line 16)",
            "steps[13].parallel[1][0].name: a step must have exactly one of glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, wait, parallel and for_each; got none of them (plan.yaml, line 16)",
            "steps[13].parallel[1][0].wate: unknown key 'wate'; did you mean wait? (plan.yaml, line 16)",
            "steps[14].for_each.concurrency: 41 is too large; must be at most 40 (plan.yaml, line 17)",
            "steps[14].for_each.items: expected a list or an expression, '{% … %}' (plan.yaml, line 17)",
            "steps[14].for_each.steps[0].wait: must be between 1 and 31,536,000 seconds (plan.yaml, line 17)",
            "functions[0].code: '/etc/passwd' must be a relative path within the plan's folder (plan.yaml, line 18)",
            "functions[0].timeout: '1h' is too large; must be at most 900 (plan.yaml, line 18)",
            "functions[1].code: '../x.py' must be a relative path within the plan's folder (plan.yaml, line 18)",
            "functions[1].name: 'f' is already the name of functions[0]; choose another name (plan.yaml, line 18)",
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
            "steps[0].on_error.steps[0].foo: unknown key 'foo'; available: name, glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, wait, parallel, for_each, input, arguments, worker_type, number_of_workers, execution_class, security_configuration, job_run_queuing, save_as, retry, timeout, on_error (plan.yaml, line 3)",
            "steps[0].on_error.thn: unknown key 'thn'; did you mean then? (plan.yaml, line 3)",
            "steps[1].for_each.steps[0].inptu: unknown key 'inptu'; did you mean input? (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].name: a step must have exactly one of glue_job, lambda, state_machine, redshift_sql, athena_sql, crawler, s3_object, notify, wait, parallel and for_each; got notify and wait (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.message: the key 'message' is missing; add it (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.sbject: unknown key 'sbject'; did you mean subject? (plan.yaml, line 4)",
            "steps[1].for_each.steps[0].on_error.steps[0].notify.subject: the key 'subject' is missing; add it (plan.yaml, line 4)",
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
            "steps[0].retry[1]: a step can have only one retry for all errors; remove one, or list its errors (plan.yaml, line 3)",
            "steps[1].retry[2]: a step can have only one retry for all errors; remove one, or list its errors (plan.yaml, line 4)",
            "steps[1].retry[3]: expected a number of retries or a mapping, got true (plan.yaml, line 4)",
            "steps[2].retry.max_delay: must be longer than interval, which is 10 s (plan.yaml, line 5)",
            "steps[3].retry[0].max_delay: must be longer than interval, which is 1 s (plan.yaml, line 9)",
            "steps[3].retry[1].max_delay: must be longer than interval, which is 120 s (plan.yaml, line 11)",
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
            "steps[0].input: '{% $later %}' is invalid: unknown variable $later; available: $environment, $input, $left, $params, $run (plan.yaml, line 3)",
            "steps[0].save_as: 'sum' is a JSONata function; choose another name (plan.yaml, line 3)",
            "steps[1].input.x: '{% $inptu.a %}' is invalid: unknown variable $inptu; did you mean $input? (plan.yaml, line 4)",
            "steps[1].input.y: '{% $states.result %}' is invalid: $states.result is internal to the state machine; use variables and $states.context (plan.yaml, line 4)",
            "steps[2].for_each.as: 'later' is already assigned outside, by steps[1]; choose another name (plan.yaml, line 8)",
            "steps[2].for_each.steps[0].input.i: '{% $item %}' is invalid: unknown variable $item; available: $environment, $input, $later, $left, $params, $run, $sum (plan.yaml, line 10)",
            "steps[2].for_each.steps[1].save_as: 'input' is a reserved variable of the flow; choose another name (plan.yaml, line 11)",
            "steps[3].input: '{% $one %}' is invalid: unknown variable $one; available: $environment, $input, $later, $left, $params, $run, $sum (plan.yaml, line 12)",
            "steps[4].parallel[0][0].save_as: 'left' is already assigned outside, by steps[4].on_error; choose another name (plan.yaml, line 15)",
            "steps[5].input: '{% [$left, $failure] %}' is invalid: unknown variable $failure; available: $environment, $input, $later, $left, $params, $run, $sum (plan.yaml, line 18)",
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
            "steps[0].on_error.save_as: 'null' is a JSONata literal, and cannot be a name in a path; choose another name (plan.yaml, line 3)",
            "steps[0].save_as: 'true' is a JSONata literal, and cannot be a name in a path; choose another name (plan.yaml, line 3)",
            "steps[1].for_each.as: 'false' is a JSONata literal, and cannot be a name in a path; choose another name (plan.yaml, line 4)",
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
            "steps[0].save_as: expected a string, got a list (plan.yaml, line 3)",
            "steps[1].on_error.save_as: expected a string, got a mapping (plan.yaml, line 4)",
            "steps[1].on_error.steps[0].save_as: expected a string, got a mapping (plan.yaml, line 4)",
            "steps[2].for_each.as: expected a string, got a list (plan.yaml, line 5)",
            "steps[2].save_as: expected a string, got 5; put it in quotes (plan.yaml, line 5)",
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
            "steps[0].on_error.save_as: 'x' would hold both the result of the step and its failure; rename one of them (plan.yaml, line 3)",
            "steps[1].save_as: 'failure' would hold both the result of the step and its failure; rename one of them (plan.yaml, line 4)",
            "steps[2].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles; choose another name (plan.yaml, line 9)",
            "steps[2].on_error.steps[1].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles; choose another name (plan.yaml, line 10)",
            "steps[3].on_error.save_as: 'caught_2' is a reserved variable of the flow; choose another name (plan.yaml, line 11)",
            "steps[3].save_as: 'caught_1' is a reserved variable of the flow; choose another name (plan.yaml, line 11)",
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
            "steps[0].input: the key '{%' is invalid: {% would be evaluated as code (plan.yaml, line 3)",
            "steps[0].input.a: '{% $sum( %}' is invalid: this is not valid JSONata: Expected ) before end of expression (plan.yaml, line 3)",
            "steps[0].input.b: '{%%}' is invalid: no expression between {% and %}; write one (plan.yaml, line 3)",
            "steps[0].input.c: 'x {% 1 %}' is invalid: {% would be evaluated as code (plan.yaml, line 3)",
            "steps[0].input.d: '${X}' is invalid: ${ would be evaluated as code (plan.yaml, line 3)",
            "steps[0].input.e: null is not supported in a template; leave the key out, or write '{% null %}' (plan.yaml, line 3)",
            "steps[0].input.g[0]: '{% $foo() %}' is invalid: unknown variable $foo; available: $environment, $input, $params, $run (plan.yaml, line 3)",
            "steps[0].input.g[1]: '{% \"${X}\" %}' is invalid: ${ would be evaluated as code (plan.yaml, line 3)",
            "steps[0].input.g[2]: '{% 1 %} {% 2 %}' is invalid: {% would be evaluated as code (plan.yaml, line 3)",
            "steps[1].input: expected a mapping or an expression, '{% … %}' (plan.yaml, line 4)",
            "steps[2].arguments.--b: '{% $nothing %}' is invalid: unknown variable $nothing; available: $environment, $input, $params, $run (plan.yaml, line 5)",
            "steps[2].arguments.a: 'a' is not a valid job argument: it must begin with two dashes; write --a (plan.yaml, line 5)",
            "steps[3].wait: '{% $input. %}' is invalid: this is not valid JSONata: Unexpected end of expression (plan.yaml, line 6)",
            "steps[4].for_each.items: expected a list or an expression, '{% … %}' (plan.yaml, line 7)",
            "steps[4].for_each.steps[0].s3_object: key is required inside for_each, because each item would overwrite the previous object; add a key (plan.yaml, line 7)",
            "steps[5].notify.message: '{% $eval(\"1\") %}' is invalid: unknown variable $eval; available: $environment, $input, $params, $run (plan.yaml, line 8)",
            "steps[5].notify.subject: must not be empty (plan.yaml, line 8)",
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
            "steps[0].notify.subject: a subject must be one line of at most 99 characters (plan.yaml, line 3)",
            "steps[1].notify.subject: a subject must be one line of at most 99 characters (plan.yaml, line 4)",
        ],
    ),
    "steps: queries and crawlers": (
        """\
pattern: flow
steps:
- {name: a, athena_sql: {sql: "select '?', ? -- ?", parameters: [1, 2]}}
- {name: b, athena_sql: {sql: 'select ${X}', workgroup: 'a b', output: s3://x, buckets: [UPPER], database: 'a b'}}
- {name: c, athena_sql: {sql: 'select ?', parameters: ['{% $nope %}']}, input: {}}
- {name: d, athena_sql: {sql: 'select ?', parameters: ['{{resolve:ssm:x}}']}}
- {name: e, crawler: 'arn:aws:glue:us-east-1:123456789012:crawler/x', arguments: {--a: b}}
- {name: f, crawler: 'a*'}
""",
        [
            "steps[0].athena_sql.parameters: the query has 1 question marks, and parameters has 2 values; write one value for each mark (plan.yaml, line 3)",
            "steps[1].athena_sql.buckets[0]: 'UPPER' is invalid; must be the name of an S3 bucket (plan.yaml, line 4)",
            "steps[1].athena_sql.database: 'a b' is invalid; must be the name of a database or a database user (plan.yaml, line 4)",
            "steps[1].athena_sql.output: 's3://x' is invalid; must be s3://BUCKET/ or s3://BUCKET/PREFIX/ (plan.yaml, line 4)",
            "steps[1].athena_sql.sql: ${ would be evaluated as code; write ?, and the value in parameters (plan.yaml, line 4)",
            "steps[1].athena_sql.workgroup: 'a b' is invalid; must be an Athena workgroup's name: letters, digits, dots, dashes and underscores (plan.yaml, line 4)",
            "steps[2].athena_sql.parameters[0]: '{% $nope %}' is invalid: unknown variable $nope; available: $environment, $input, $params, $run (plan.yaml, line 5)",
            "steps[2].input: input is not supported for athena_sql; it is supported for lambda, state_machine (plan.yaml, line 5)",
            "steps[3].athena_sql.parameters[0]: '{{resolve:ssm:x}}' is invalid: CloudFormation would replace {{resolve:…}} with the value of the secret or parameter; pass the name, and read the value where you use it (plan.yaml, line 6)",
            "steps[4].arguments: arguments is not supported for crawler; it is supported for glue_job (plan.yaml, line 7)",
            "steps[4].crawler: 'arn:aws:glue:us-east-1:123456789012:crawler/x' is not a valid Glue crawler name: a name is required, not an ARN; write 'x' (plan.yaml, line 7)",
            "steps[5].crawler: 'a*' is not a valid Glue crawler name: * is a wildcard in an IAM policy (plan.yaml, line 8)",
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
            "steps[0].redshift_sql: a statement must have either cluster or workgroup; set exactly one of them (plan.yaml, line 3)",
            "steps[0].redshift_sql.database: the key 'database' is missing; add it (plan.yaml, line 3)",
            "steps[1].redshift_sql: a statement must have either cluster or workgroup; set exactly one of them (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.1-a: '1-a' is invalid; must be a parameter's name: letters, digits and underscores (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.x: the Redshift Data API does not support empty values; remove the parameter, or write NULL in the SQL (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.y: :y is not used in the statement; remove the parameter, or use it (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.z: :z is not used in the statement; remove the parameter, or use it (plan.yaml, line 4)",
            "steps[2].redshift_sql.secret_arn: 'x' is invalid; must be the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME (plan.yaml, line 5)",
            "steps[2].redshift_sql.sql: SQL cannot contain expressions; write :name, and the value in parameters (plan.yaml, line 5)",
            "steps[3].redshift_sql.db_user: db_user is not supported for a workgroup; use secret_arn, or remove db_user to authenticate with IAM (plan.yaml, line 6)",
            "steps[4].timeout: the Redshift Data API runs a statement for at most 24 hours; write 24h or less (plan.yaml, line 7)",
            "steps[5].timeout: the Redshift Data API runs a statement for at most 24 hours; write 24h or less (plan.yaml, line 8)",
            "steps[7].redshift_sql.sql: ${ would be evaluated as code; write :name, and the value in parameters (plan.yaml, line 10)",
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
            "functions[0].environment.1A: '1A' is invalid; must be an environment variable's name: two or more letters, digits and underscores, beginning with a letter (plan.yaml, line 3)",
            "functions[0].environment.BB: '${X}' is invalid: ${ would be evaluated as code (plan.yaml, line 3)",
            "functions[0].handler: 'a.b' is invalid; must be the name of a Python function (plan.yaml, line 3)",
            "functions[0].memory_mb: 1 is too small; must be at least 128 (plan.yaml, line 3)",
            "functions[1].code: x.py cannot be read: No such file or directory (plan.yaml, line 4)",
            "functions[1].name: '1a' is invalid; must be 1 to 40 letters, digits, dashes and underscores, beginning with a letter (plan.yaml, line 4)",
            "functions[1].permissions[0].actions[0]: '*' is invalid; must be an IAM action, SERVICE:Action (plan.yaml, line 4)",
            "functions[1].permissions[0].resources: must have at least 1, got 0 (plan.yaml, line 4)",
            "steps[0].lambda: unknown function 'clean-order'; did you mean clean-orders? For a function of another stack write its ARN (plan.yaml, line 6)",
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
            "functions[0].code: x.py cannot be read: No such file or directory (plan.yaml, line 4)",
            "functions[0].environment.AWS_LAMBDA_FUNCTION_NAME: 'AWS_LAMBDA_FUNCTION_NAME' is reserved: Lambda sets this variable; choose another name (plan.yaml, line 5)",
            "functions[0].environment.AWS_REGION: 'AWS_REGION' is reserved: Lambda sets this variable; choose another name (plan.yaml, line 5)",
            "functions[0].environment.OK: an environment variable must not contain a null byte (plan.yaml, line 5)",
            "functions[0].environment.X: 'X' is invalid; must be an environment variable's name: two or more letters, digits and underscores, beginning with a letter (plan.yaml, line 5)",
            "functions[1].code: x.py cannot be read: No such file or directory (plan.yaml, line 7)",
            "functions[1].environment: the variables have 4,097 bytes in total; Lambda allows at most 4,096 (plan.yaml, line 8)",
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
            "functions[0].code: missing.py cannot be read: No such file or directory (plan.yaml, line 3)",
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
            "workflow: 'a*' is not a valid Glue workflow name: * is a wildcard in an IAM policy (plan.yaml, line 2)",
            "poll_every: '0s' is too small; must be at least 1 (plan.yaml, line 3)",
            "pause: 'soon' is not a duration; write 90s, 15m, 1h30m, or whole seconds (plan.yaml, line 4)",
            "max_runs: 0 is too small; must be at least 1 (plan.yaml, line 5)",
            "polls_per_execution: 1501 is too large; must be at most 1,500 (plan.yaml, line 6)",
            "allowed_workflows[1]: '*x' is not a valid Glue workflow name or prefix*: * is a wildcard in an IAM policy (plan.yaml, line 7)",
            "jobs: unknown key 'jobs'; available: name, environment, parameters, run_id_argument, timezone, overlap, alerts, max_duration, mute, dashboard, logging, log_retention_days, tracing, tags, notify, schedule, deadline, starts, backfill, pattern, workflow, poll_every, pause, max_runs, polls_per_execution, run_properties, allowed_workflows, include, environments (plan.yaml, line 8)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_all_that_is_wrong_with_a_flow_is_said_at_once(text: str, said: list[str], tmp_path: Path):
    with pytest.raises(PlanError) as error:
        parse_plan(text, file="plan.yaml", folder=tmp_path)
    assert str(error.value).splitlines() == said
