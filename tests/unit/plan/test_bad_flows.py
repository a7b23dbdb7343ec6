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
- {name: h, lambda: f, save_as: caught1, on_error: {save_as: caught2}}
- {name: i, lambda: f, save_as: caught, on_error: {save_as: caughtUp}}
""",
        [
            "steps[0].on_error.save_as: 'x' would hold both what came of the step and its failure: name one of them otherwise (plan.yaml, line 3)",
            "steps[1].save_as: 'failure' would hold both what came of the step and its failure: name one of them otherwise (plan.yaml, line 4)",
            "steps[2].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles: take another name (plan.yaml, line 9)",
            "steps[2].on_error.steps[1].on_error.steps[0].save_as: 'failure' holds the failure that steps[2].on_error handles: take another name (plan.yaml, line 10)",
            "steps[3].on_error.save_as: 'caught2' is a variable of the flow's own (plan.yaml, line 11)",
            "steps[3].save_as: 'caught1' is a variable of the flow's own (plan.yaml, line 11)",
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
    "steps: statements": (
        """\
pattern: flow
steps:
- {name: a, redshift_sql: {sql: 'select 1'}}
- {name: b, redshift_sql: {sql: 'select :x, y::int', database: d, cluster: c, workgroup: wwww, parameters: {x: '', y: 1, z: 2, 1a: 3}}}
- {name: c, redshift_sql: {sql: 'select {% $input %}', database: d, cluster: c, db_user: u, secret_arn: x}}
- {name: d, redshift_sql: {sql: 'select 1', database: d, workgroup: wwww, db_user: u}}
""",
        [
            "steps[0].redshift_sql: a statement runs in a cluster or in a workgroup: name one of them (plan.yaml, line 3)",
            "steps[0].redshift_sql.database: the key 'database' is missing (plan.yaml, line 3)",
            "steps[1].redshift_sql: a statement runs in a cluster or in a workgroup: name one of them (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.1a: the statement has no :1a (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.1a: '1a' is not a parameter's name: letters, digits and underscores, no digit first (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.x: Redshift's Data API takes no empty value (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.y: the statement has no :y (plan.yaml, line 4)",
            "steps[1].redshift_sql.parameters.z: the statement has no :z (plan.yaml, line 4)",
            "steps[2].redshift_sql.db_user: db_user signs in without the secret that secret_arn names: write one of them (plan.yaml, line 5)",
            "steps[2].redshift_sql.secret_arn: 'x' is not the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME (plan.yaml, line 5)",
            "steps[2].redshift_sql.sql: an expression in SQL is not taken: write :name there, and the value under parameters (plan.yaml, line 5)",
            "steps[3].redshift_sql.db_user: db_user is for clusters; a workgroup takes a secret_arn, or the role itself (plan.yaml, line 6)",
        ],
    ),
    "functions": (
        """\
pattern: flow
functions:
- {name: clean-orders, code: missing.py, handler: 'a.b', memory_mb: 1, environment: {1A: x, B: '${X}'}}
- {name: 1a, code: x.py, permissions: [{actions: ['*'], resources: []}]}
steps:
- {name: a, lambda: clean-order}
- {name: b, lambda: something-else}
""",
        [
            "functions[0].environment.1A: '1A' is not an environment variable's name: letters, digits and underscores, a letter first (plan.yaml, line 3)",
            "functions[0].environment.B: '${X}' is not taken: ${ would be taken for code (plan.yaml, line 3)",
            "functions[0].handler: 'a.b' is not the name of a Python function (plan.yaml, line 3)",
            "functions[0].memory_mb: 1 is less than 128 (plan.yaml, line 3)",
            "functions[1].name: '1a' is not a name of 1 to 40 letters, digits, dashes and underscores, a letter first (plan.yaml, line 4)",
            "functions[1].permissions[0].actions[0]: '*' is not an action of IAM's, SERVICE:Action (plan.yaml, line 4)",
            "functions[1].permissions[0].resources: at least 1 is wanted, 0 are given (plan.yaml, line 4)",
            "steps[0].lambda: there is no function 'clean-order'; did you mean clean-orders? For one of elsewhere write its ARN (plan.yaml, line 6)",
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


CODE: dict[str, tuple[dict[str, str | bytes], str]] = {
    "no Python": (
        {"f.py": "def handler(event, context)\n    return 1\n"},
        "f.py is no Python: expected ':' (its line 1)",
    ),
    "no handler": (
        {"f.py": "def handle(event, context):\n    return 1\n"},
        "f.py has no function handler: write `def handler(event, context):`, or name another as handler",
    ),
    "a null byte": ({"f.py": b"\0"}, "f.py is no Python: it holds a null byte"),
    "line ends of Windows": (
        {"f.py": b"def handler(event, context):\r\n    return 1\r\n"},
        "f.py is to be UTF-8, with line ends of Unix",
    ),
    "a folder without index.py": (
        {"f.py/other.py": "x = 1\n"},
        "f.py holds no index.py, in which Lambda looks for the handler",
    ),
    "too many files": (
        {"f.py/index.py": "x = 1\n", **{f"f.py/{n}.txt": "" for n in range(501)}},
        "f.py has more than 500 files, or more than 20,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("files", "said"), CODE.values(), ids=CODE)
def test_what_is_wrong_with_a_functions_code_is_said_with_the_plan(
    files: dict[str, str | bytes], said: str, tmp_path: Path
):
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(PlanError) as error:
        parse_plan(
            "pattern: flow\nfunctions:\n- {name: f, code: f.py}\nsteps:\n- {name: a, lambda: f}\n",
            file="plan.yaml",
            folder=tmp_path,
        )
    assert str(error.value).splitlines()[0] == f"functions[0].code: {said} (plan.yaml, line 3)"


@pytest.mark.parametrize(
    "code",
    [
        "from elsewhere import handler\n",
        "import elsewhere as handler\n",
        "handler = print\n",
        "def handler(event, context): ...\n",
    ],
)
def test_a_handler_may_come_from_elsewhere(code: str, tmp_path: Path):
    (tmp_path / "f.py").write_text(code)
    plan = parse_plan(
        "pattern: flow\nfunctions:\n- {name: f, code: f.py}\nsteps:\n- {name: a, lambda: f}\n", folder=tmp_path
    )
    assert plan.functions[0].files == {"index.py": code.encode()}  # type: ignore[union-attr]
