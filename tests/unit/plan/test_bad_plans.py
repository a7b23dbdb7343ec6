"""Bad plans, each with all that is said of it: every error at once, with its line and path."""

from __future__ import annotations

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

BAD: dict[str, tuple[str, list[str]]] = {
    "children that are fan-outs": (
        (
            "pattern: master-child\n"
            "children:\n"
            "- {name: a, items: [x, 'y', x], job: [b], max_concurrency: 0}\n"
            "- {name: b, jobs: [c], max_concurrency: 3}\n"
            "- {name: c, items: 3, jobs: [{name: d, arguments: {--t: '{% $item %}'}}]}\n"
            "- {name: d, items: input, jobs: [{name: d, arguments: {--t: '{% $thread %}'}}], select: yes}\n"
            "- {name: e, items: {object: {bucket: our-bucket, key: '{% $item %}'}}, jobs: [d], item_name: '{% $itm %}'}\n"
            "- {name: f, jobs: [{name: d, arguments: {--t: '{% $item %}'}}], item_nme: x}\n"
        ),
        [
            "children[0].items[2]: the item repeats items[0]; remove one of them (plan.yaml, line 3)",
            "children[0].job: unknown key 'job'; did you mean jobs? (plan.yaml, line 3)",
            "children[0].jobs: the key 'jobs' is missing; add it (plan.yaml, line 3)",
            "children[0].max_concurrency: 0 is too small; must be at least 1 (plan.yaml, line 3)",
            "children[1].items: the key 'items' is missing; add it (plan.yaml, line 4)",
            "children[2].items: expected a mapping, got 3 (plan.yaml, line 5)",
            "children[3].jobs[0].arguments.--t: '{% $thread %}' is invalid: unknown variable $thread; available: $child, $environment, $item, $params, $run (plan.yaml, line 6)",
            "children[3].select: 'yes' is not an expression; write '{% … %}' (plan.yaml, line 6)",
            "children[4].item_name: '{% $itm %}' is invalid: unknown variable $itm; did you mean $item? (plan.yaml, line 7)",
            "children[4].items.object.key: '{% $item %}' is invalid: unknown variable $item; available: $child, $environment, $params, $run (plan.yaml, line 7)",
            "children[5].item_nme: unknown key 'item_nme'; available: name, jobs, deadline, max_duration, defaults (plan.yaml, line 8)",
            "children[5].jobs[0].arguments.--t: '{% $item %}' is invalid: unknown variable $item; available: $child, $environment, $params, $run, $thread (plan.yaml, line 8)",
        ],
    ),
    "tasks: names and needs": (
        (
            "pattern: dag\n"
            "tasks:\n"
            "- {name: a, glue_job: x}\n"
            "- {name: a, glue_job: x, needs: [b]}\n"
            "- {name: bb, glue_job: x, needs: [cc, 3]}\n"
            "- {name: 'odd name', glue_job: x}\n"
            "- {name: '" + "n" * 61 + "', glue_job: x}\n"
            "allowed_jobs: [x]\n"
        ),
        [
            "tasks[1].name: 'a' is already the name of tasks[0]; choose another name (plan.yaml, line 4)",
            "tasks[1].needs[0]: unknown task 'b'; did you mean bb? (plan.yaml, line 4)",
            "tasks[2].needs[0]: unknown task 'cc'; add it to tasks, or correct the name (plan.yaml, line 5)",
            "tasks[2].needs[1]: expected a string, got 3; put it in quotes (plan.yaml, line 5)",
            "tasks[3].name: 'odd name' is invalid; must be 1 to 60 letters, digits, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 6)",
            "tasks[4].name: '"
            + "n" * 56
            + "…' is invalid; must be 1 to 60 letters, digits, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 7)",
            "allowed_jobs: unknown key 'allowed_jobs'; available: name, environment, parameters, run_id_argument, timezone, overlap, alerts, max_duration, mute, dashboard, logging, log_retention_days, tracing, tags, notify, schedule, deadline, starts, backfill, pattern, on_task_failure, tasks, include, defaults, environments (plan.yaml, line 8)",
        ],
    ),
    "tasks: circles": (
        (
            "pattern: dag\n"
            "tasks:\n"
            "- {name: a, glue_job: x, needs: [c]}\n"
            "- {name: b, glue_job: x, needs: [a]}\n"
            "- {name: c, glue_job: x, needs: [b, d]}\n"
            "- {name: d, glue_job: x, needs: [d]}\n"
        ),
        [
            "tasks[1].needs[0]: dependency cycle: a → c → b → a; remove one of these needs (plan.yaml, line 4)",
            "tasks[3].needs[0]: dependency cycle: d → d; remove one of these needs (plan.yaml, line 6)",
        ],
    ),
    "tasks: what they are": (
        (
            "pattern: dag\n"
            "tasks:\n"
            "- {name: a}\n"
            "- {name: b, glue_job: x, lambda: f}\n"
            "- {name: c, lambda: 'a b'}\n"
            "- {name: d, state_machine: m, arguments: {--a: b}, input: {a: ['{% $day %}']}}\n"
            "- {name: e, glue_job: x, input: {}}\n"
            "- f\n"
            "- {name: g, lambda: x, input: {a: null}, needs: [a, a]}\n"
        ),
        [
            "tasks[0].name: a task must have exactly one of glue_job, lambda, state_machine, athena_sql and crawler; got none of them (plan.yaml, line 3)",
            "tasks[1].name: a task must have exactly one of glue_job, lambda, state_machine, athena_sql and crawler; got glue_job and lambda (plan.yaml, line 4)",
            "tasks[2].lambda: 'a b' is invalid; must be a Lambda function's name or ARN, with or without a version or an alias (plan.yaml, line 5)",
            "tasks[3].arguments: arguments is supported only for glue_job; for state_machine use input (plan.yaml, line 6)",
            (
                "tasks[3].input.a[0]: '{% $day %}' is invalid: unknown variable $day; available: $environment, $params, $run, "
                "$task (plan.yaml, line 6)"
            ),
            "tasks[4].input: input is not supported for glue_job; use arguments (plan.yaml, line 7)",
            "tasks[5]: expected a mapping, got 'f' (plan.yaml, line 8)",
            "tasks[6].input: null is not supported in a template; leave the key out (plan.yaml, line 9)",
            "tasks[6].needs[1]: 'a' is listed twice; remove one of them (plan.yaml, line 9)",
        ],
    ),
    "tasks: too many": (
        "pattern: dag\ntasks: [" + ", ".join(f"{{name: t{n}, glue_job: j}}" for n in range(201)) + "]\n",
        ["tasks: must have at most 200, got 201 (plan.yaml, line 2)"],
    ),
    "tasks: none": ("pattern: dag\ntasks: []\n", ["tasks: must have at least 1, got 0 (plan.yaml, line 2)"]),
    "empty": (
        "",
        [
            "the plan is empty; create one with sfnorch init (plan.yaml)",
        ],
    ),
    "nothing but a comment": (
        "# only\n",
        [
            "the plan is empty; create one with sfnorch init (plan.yaml)",
        ],
    ),
    "a list": (
        "- a\n",
        [
            "a plan must be a mapping of keys to values; begin with a line such as pattern: master-child (plan.yaml, line 1)",
        ],
    ),
    "a word": (
        "hello\n",
        [
            "a plan must be a mapping of keys to values; begin with a line such as pattern: master-child (plan.yaml, line 1)",
        ],
    ),
    "not YAML": (
        ("pattern: [a\nb: c\n"),
        [
            "this is not YAML: expected ',' or ']', but got ':' (plan.yaml, line 2)",
        ],
    ),
    "a tab": (
        ("pattern:\t- x\n\tb: 1\n"),
        [
            "this is not YAML: found character '\\t' that cannot start any token (plan.yaml, line 1)",
        ],
    ),
    "a control character": (
        "pattern: a\x01b\n",
        [
            "U+0001 is not allowed in YAML (plan.yaml, line 1)",
        ],
    ),
    "no pattern": (
        "name: x\n",
        [
            "pattern: the key 'pattern' is missing; write one of: master-child, dynamic, dag, continuous, flow, fan-out (plan.yaml, line 1)",
        ],
    ),
    "a misspelt pattern": (
        "pattern: master-chidl\n",
        [
            "pattern: unknown pattern 'master-chidl'; did you mean master-child? (plan.yaml, line 1)",
        ],
    ),
    "a list for a pattern": (
        "pattern: [a]\n",
        [
            "pattern: unknown pattern ['a']; write one of: master-child, dynamic, dag, continuous, flow, fan-out (plan.yaml, line 1)",
        ],
    ),
    "a batch whose history is too long": (
        "pattern: fan-out\nbatch: 100\nitems: input\njobs: [a, b, {name: c, retries: 10}, d, e, f, g, h]\n",
        [
            "batch: with all retries, 100 items can have 32,812 history events, and a child execution can have 25,000; set it to 76 or less (plan.yaml, line 2)",
        ],
    ),
    "a batch that is too large": (
        "pattern: fan-out\nbatch: 101\nitems: input\njobs: [a]\n",
        [
            "batch: 101 is too large; must be at most 100 (plan.yaml, line 2)",
        ],
    ),
    "an alias": (
        ("pattern: master-child\ntags: &a {x: '1'}\nname: *a\n"),
        [
            "the alias *a is unsupported; write the value out where it is used (plan.yaml, line 3)",
        ],
    ),
    "a YAML bomb": (
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"),
        [
            "the alias *a is unsupported; write the value out where it is used (plan.yaml, line 2)",
            "the alias *a is unsupported; write the value out where it is used (plan.yaml, line 2)",
            "the alias *b is unsupported; write the value out where it is used (plan.yaml, line 3)",
            "the alias *b is unsupported; write the value out where it is used (plan.yaml, line 3)",
        ],
    ),
    "a CloudFormation tag": (
        ("pattern: master-child\nname: !Ref x\n"),
        [
            "name: the YAML tag !Ref is unsupported; write a plain value (plan.yaml, line 2)",
        ],
    ),
    "binary data": (
        ("pattern: master-child\nname: !!binary aGVsbG8=\n"),
        [
            "name: the YAML tag tag:yaml.org,2002:binary is unsupported; write a plain value (plan.yaml, line 2)",
        ],
    ),
    "a repeated key": (
        ("pattern: master-child\nname: a\nname: b\n"),
        [
            "name: duplicate key 'name'; the first is on line 2 (plan.yaml, line 3)",
        ],
    ),
    "a list for a key": (
        ("pattern: master-child\n? [a, b]\n: 1\n"),
        [
            "a key must be a string; write a word before the colon (plan.yaml, line 2)",
        ],
    ),
    "too deep": (
        "pattern: master-child\ntags: " + "[" * 30 + "]" * 30,
        [
            "lists or mappings are nested too deep (plan.yaml, line 2)",
        ],
    ),
    "thousands deep": (
        "[" * 5000,
        [
            "lists or mappings are nested too deep (plan.yaml, line 1)",
        ],
    ),
    "unknown keys": (
        ("pattern: master-child\nchidren: []\njobstates: true\nzzz: 1\n"),
        [
            "chidren: unknown key 'chidren'; did you mean children? (plan.yaml, line 2)",
            "jobstates: unknown key 'jobstates'; did you mean job_states? (plan.yaml, line 3)",
            "zzz: unknown key 'zzz'; available: name, environment, parameters, run_id_argument, timezone, overlap, alerts, max_duration, mute, dashboard, logging, log_retention_days, tracing, tags, allowed_jobs, notify, schedule, deadline, starts, backfill, pattern, on_child_failure, job_states, children, include, defaults, environments (plan.yaml, line 4)",
        ],
    ),
    "unknown keys near those of files and environments": (
        (
            "pattern: master-child\nincludes: [a.yaml]\nenviroments: {dev: {}}\n"
            "children:\n- {jobs: [a], default: {retries: 1}}\n- {jobs: [{name: a, defaults: {}}]}\n"
        ),
        [
            "includes: unknown key 'includes'; did you mean include? (plan.yaml, line 2)",
            "enviroments: unknown key 'enviroments'; did you mean environments? (plan.yaml, line 3)",
            "children[0].default: unknown key 'default'; did you mean defaults? (plan.yaml, line 5)",
            "children[1].jobs[0].defaults: unknown key 'defaults'; available: name, arguments, worker_type, number_of_workers, execution_class, timeout_minutes, retries, security_configuration, job_run_queuing (plan.yaml, line 6)",
        ],
    ),
    "wrong types": (
        (
            "pattern: master-child\n"
            "name: 5\n"
            "environment: true\n"
            "job_states: yes\n"
            "logging: 1\n"
            "notify: often\n"
            "log_retention_days: 31\n"
            "tags: [a]\n"
            "children: 3\n"
        ),
        [
            "name: expected a string, got 5; put it in quotes (plan.yaml, line 2)",
            "environment: expected a string, got true; put it in quotes (plan.yaml, line 3)",
            "job_states: expected true or false, got 'yes' (plan.yaml, line 4)",
            "logging: expected true or false, got 1 (plan.yaml, line 5)",
            "notify: 'often' is invalid; must be 'failure', 'always' or 'never' (plan.yaml, line 6)",
            "log_retention_days: 31 is invalid; must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827 or 3653 (plan.yaml, line 7)",
            "tags: expected a mapping, got a list (plan.yaml, line 8)",
            "children: expected a list, got 3 (plan.yaml, line 9)",
        ],
    ),
    "nothing where something is wanted": (
        ("pattern: master-child\nchildren:\nalerts:\nname: ~\n"),
        [
            "children: expected a list, got nothing (plan.yaml, line 2)",
            "alerts: expected a mapping, got nothing (plan.yaml, line 3)",
        ],
    ),
    "no child": (
        ("pattern: master-child\nchildren: []\n"),
        [
            "children: must have at least 1, got 0 (plan.yaml, line 2)",
        ],
    ),
    "41 children": (
        "pattern: master-child\nchildren:\n" + "".join(f"  - {{name: c{n}, jobs: [a]}}\n" for n in range(41)),
        [
            "children: must have at most 40, got 41 (plan.yaml, line 2)",
        ],
    ),
    "101 jobs": (
        "pattern: master-child\nchildren:\n  - jobs: [" + ", ".join(f"j{n}" for n in range(101)) + "]\n",
        [
            "children[0].jobs: must have at most 100, got 101 (plan.yaml, line 3)",
        ],
    ),
    "repeated names of children": (
        (
            "pattern: master-child\n"
            "children:\n"
            "  - {name: a, jobs: [x]}\n"
            "  - {name: a, jobs: [y]}\n"
            "  - {name: child-4, jobs: [y]}\n"
            "  - jobs: [y]\n"
            "  - {name: master, jobs: [y]}\n"
        ),
        [
            "children[1].name: 'a' is already the name of children[0]; choose another name (plan.yaml, line 4)",
            "children[3].name: 'child-4' is already the name of children[2]; choose another name (plan.yaml, line 6)",
            "children[4].name: 'master' is reserved for the master state machine; choose another name (plan.yaml, line 7)",
        ],
    ),
    "names that differ only in case, and addresses listed twice": (
        (
            "pattern: master-child\n"
            "alerts: {emails: [a@b.c, A@b.c, a@b.c]}\n"
            "children:\n"
            "  - {name: Orders, jobs: [x]}\n"
            "  - {name: orders, jobs: [y]}\n"
            "  - {name: MASTER, jobs: [y]}\n"
        ),
        [
            "alerts.emails[2]: 'a@b.c' is listed twice; remove one of them (plan.yaml, line 2)",
            "children[1].name: 'orders' differs only in case from 'Orders', the name of children[0]; choose another name (plan.yaml, line 5)",
            "children[2].name: 'MASTER' is reserved for the master state machine; choose another name (plan.yaml, line 6)",
        ],
    ),
    "tasks: names that differ only in case": (
        "pattern: dag\ntasks:\n- {name: Facts, glue_job: x}\n- {name: facts, glue_job: y}\n",
        [
            "tasks[1].name: 'facts' differs only in case from 'Facts', the name of tasks[0]; choose another name (plan.yaml, line 4)"
        ],
    ),
    "bad children": (
        (
            "pattern: master-child\n"
            "children:\n"
            "  - {name: 'a b', jobs: [x]}\n"
            "  - {name: 1a, jobs: [x]}\n"
            "  - x\n"
            "  - {name: ok}\n"
        ),
        [
            "children[0].name: 'a b' is invalid; must be 1 to 40 letters, digits, dashes and underscores, beginning with a letter (plan.yaml, line 3)",
            "children[1].name: '1a' is invalid; must be 1 to 40 letters, digits, dashes and underscores, beginning with a letter (plan.yaml, line 4)",
            "children[2]: expected a mapping, got 'x' (plan.yaml, line 5)",
            "children[3].jobs: the key 'jobs' is missing; add it (plan.yaml, line 6)",
        ],
    ),
    "an empty job list": (
        ("pattern: master-child\nchildren:\n  - jobs: []\n"),
        [
            "children[0].jobs: must have at least 1, got 0 (plan.yaml, line 3)",
        ],
    ),
    "bad job names": (
        (
            "pattern: master-child\n"
            "children:\n"
            "  - jobs:\n"
            "      - a*\n"
            "      - 'b?'\n"
            "      - 'c,d'\n"
            '      - "e\'f"\n'
            "      - 'g\"h'\n"
            "      - 'i\\j'\n"
            "      - 'k{%l'\n"
            "      - 'm%}'\n"
            "      - 'n${o}'\n"
            "      - 'ü☃'\n"
            "      - ''\n"
            "      - 123\n"
            "      - {name: x, naem: y}\n"
            "      - {jobs: x}\n"
            "      - [a]\n"
            "      - 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n"
            "      - ~\n"
            "      - true\n"
        ),
        [
            "children[0].jobs[0]: 'a*' is not a valid Glue job name: * is a wildcard in an IAM policy (plan.yaml, line 4)",
            "children[0].jobs[1]: 'b?' is not a valid Glue job name: ? is a wildcard in an IAM policy (plan.yaml, line 5)",
            "children[0].jobs[2]: 'c,d' is not a valid Glue job name: a comma separates the names of a list (plan.yaml, line 6)",
            "children[0].jobs[3]: \"e'f\" is not a valid Glue job name: ' is unsupported in the definition of a state machine (plan.yaml, line 7)",
            "children[0].jobs[4]: 'g\"h' is not a valid Glue job name: \" is unsupported in the definition of a state machine (plan.yaml, line 8)",
            "children[0].jobs[5]: 'i\\\\j' is not a valid Glue job name: \\ is unsupported in the definition of a state machine (plan.yaml, line 9)",
            "children[0].jobs[6]: 'k{%l' is not a valid Glue job name: {% would be evaluated as code (plan.yaml, line 10)",
            "children[0].jobs[7]: 'm%}' is not a valid Glue job name: %} would be evaluated as code (plan.yaml, line 11)",
            "children[0].jobs[8]: 'n${o}' is not a valid Glue job name: ${ would be evaluated as code (plan.yaml, line 12)",
            "children[0].jobs[9]: 'ü☃' is not a valid Glue job name: U+2603 is not one of the characters that IAM supports (U+0020 to U+00FF) (plan.yaml, line 13)",
            "children[0].jobs[10]: '' is not a valid Glue job name: a Glue job name must have 1 to 255 characters; this one has 0 (plan.yaml, line 14)",
            "children[0].jobs[11]: expected a job's name or a mapping, got 123 (plan.yaml, line 15)",
            "children[0].jobs[12].naem: unknown key 'naem'; did you mean name? (plan.yaml, line 16)",
            "children[0].jobs[13].jobs: unknown key 'jobs'; available: name, arguments, worker_type, number_of_workers, execution_class, timeout_minutes, retries, security_configuration, job_run_queuing (plan.yaml, line 17)",
            "children[0].jobs[13].name: the key 'name' is missing; add it (plan.yaml, line 17)",
            "children[0].jobs[14]: expected a job's name or a mapping, got a list (plan.yaml, line 18)",
            "children[0].jobs[15]: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is not a valid Glue job name: a Glue job name must have 1 to 255 characters; this one has 256 (plan.yaml, line 19)",
            "children[0].jobs[16]: expected a job's name or a mapping, got nothing (plan.yaml, line 20)",
            "children[0].jobs[17]: expected a job's name or a mapping, got true (plan.yaml, line 21)",
        ],
    ),
    "bad job settings": (
        (
            "pattern: master-child\n"
            "children:\n"
            "  - jobs:\n"
            "      - name: a\n"
            "        arguments: {mode: full, --x: '{% now %}', --y: 1.5, --z: 010, --t: true, --n: 3, --l: [1], '--${p}': a}\n"
            "        worker_type: big\n"
            "        number_of_workers: 0\n"
            "        execution_class: flex\n"
            "        timeout_minutes: 10081\n"
            "        retries: -1\n"
            "        security_configuration: ''\n"
        ),
        [
            "children[0].jobs[0].arguments.--${p}: '--${p}' is invalid: ${ would be evaluated as code (plan.yaml, line 5)",
            "children[0].jobs[0].arguments.--l: expected a string, got a list (plan.yaml, line 5)",
            (
                "children[0].jobs[0].arguments.--x: '{% now %}' is invalid: it reads now, and an expression of a plan has no "
                "input; use variables (plan.yaml, line 5)"
            ),
            "children[0].jobs[0].arguments.mode: 'mode' is not a valid job argument: it must begin with two dashes; write --mode (plan.yaml, line 5)",
            "children[0].jobs[0].worker_type: unknown worker type 'big'; available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 6)",
            "children[0].jobs[0].number_of_workers: 0 is too small; must be at least 1 (plan.yaml, line 7)",
            "children[0].jobs[0].execution_class: 'flex' is invalid; must be 'STANDARD' or 'FLEX' (plan.yaml, line 8)",
            "children[0].jobs[0].timeout_minutes: 10081 is too large; must be at most 10,080 (plan.yaml, line 9)",
            "children[0].jobs[0].retries: -1 is too small; must be at least 0 (plan.yaml, line 10)",
            "children[0].jobs[0].security_configuration: must not be empty (plan.yaml, line 11)",
        ],
    ),
    "alerts of two kinds": (
        ("pattern: master-child\nalerts: {emails: [a, b@c.d], topic_arn: x, topic_key_arn: y}\n"),
        [
            "alerts.emails: emails and topic_arn exclude each other: the stack creates a topic for emails; remove one of them (plan.yaml, line 2)",
            "alerts.emails[0]: 'a' is invalid; must be an e-mail address (plan.yaml, line 2)",
            "alerts.topic_arn: 'x' is invalid; must be the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME (plan.yaml, line 2)",
            "alerts.topic_key_arn: 'y' is invalid; must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID (plan.yaml, line 2)",
        ],
    ),
    "a key without a topic": (
        ("pattern: master-child\nalerts: {topic_key_arn: 'arn:aws:kms:us-east-1:123456789012:key/1'}\n"),
        [
            "alerts.topic_key_arn: topic_key_arn requires topic_arn, the topic that the key encrypts; add topic_arn, or remove topic_key_arn (plan.yaml, line 2)",
        ],
    ),
    "a bad schedule": (
        ("pattern: master-child\nschedule: daily\n"),
        [
            "schedule: 'daily' is invalid; must be cron(…), rate(…) or at(…) (plan.yaml, line 2)",
        ],
    ),
    "a bad schedule mapping": (
        ("pattern: master-child\nschedule: {expression: rate(1 day), timezone: 5, x: 1}\n"),
        [
            "schedule.timezone: expected a string, got 5; put it in quotes (plan.yaml, line 2)",
            "schedule.x: unknown key 'x'; available: expression, timezone (plan.yaml, line 2)",
        ],
    ),
    "a schedule of five fields": (
        ("pattern: master-child\nschedule: cron(0 3 * * *)\n"),
        [
            "schedule: cron(0 3 * * *) has 5 fields, and must have 6 (minutes hours day-of-month month day-of-week year); write cron(0 3 * * ? *) (plan.yaml, line 2)",
        ],
    ),
    "a schedule of two kinds of days": (
        ("pattern: master-child\nschedule: cron(0 3 * * * *)\n"),
        [
            "schedule: day-of-month and day-of-week are both set; write cron(0 3 * * ? *) (plan.yaml, line 2)",
        ],
    ),
    "a schedule out of every range, in no zone": (
        ("pattern: dag\nschedule:\n  expression: cron(61 25 ? * FUN *)\n  timezone: Europe/Berln\ntasks: []\n"),
        [
            "schedule.expression: minutes 61 is out of range; write 0 to 59 (plan.yaml, line 3)",
            "schedule.expression: hours 25 is out of range; write 0 to 23 (plan.yaml, line 3)",
            "schedule.expression: day-of-week 'FUN' is invalid; did you mean SUN? (plan.yaml, line 3)",
            "schedule.timezone: unknown time zone 'Europe/Berln'; did you mean Europe/Berlin? (plan.yaml, line 4)",
            "tasks: must have at least 1, got 0 (plan.yaml, line 5)",
        ],
    ),
    "a rate of nothing": (
        ("pattern: master-child\nschedule: rate(0 minutes)\n"),
        [
            "schedule: the value of a rate must be 1 or more, not 0; write rate(1 minute) for the shortest rate (plan.yaml, line 2)",
        ],
    ),
    "a rate in seconds": (
        ("pattern: master-child\nschedule: {expression: rate(90 seconds)}\n"),
        [
            "schedule.expression: a rate in seconds is unsupported; rate(1 minute) is the shortest; write rate(2 minutes) (plan.yaml, line 2)",
        ],
    ),
    "a schedule at no date": (
        ("pattern: master-child\nschedule: at(2026-13-41T00:00:00)\n"),
        [
            "schedule: month 13 in at(2026-13-41T00:00:00) is out of range; write 01 to 12 (plan.yaml, line 2)",
            "schedule: day 41 in at(2026-13-41T00:00:00) is out of range; write 01 to 31 (plan.yaml, line 2)",
        ],
    ),
    "a schedule that never starts": (
        ("pattern: continuous\nworkflow: w\nschedule: cron(0 3 31 2 ? *)\n"),
        [
            "schedule: cron(0 3 31 2 ? *) never starts: no such date exists; write a day that the month has, or L for its last: cron(0 3 L 2 ? *) (plan.yaml, line 3)",
        ],
    ),
    "a schedule with code in it": (
        ("pattern: master-child\nschedule: 'cron({% 1 %} 3 * * ? *)'\n"),
        [
            "schedule: 'cron({% 1 %} 3 * * ? *)' is invalid: {% would be evaluated as code (plan.yaml, line 2)",
        ],
    ),
    "bad tags": (
        ("pattern: master-child\ntags: {'aws:x': a, '': b, n: 1}\n"),
        [
            "tags.: '' is not a valid tag key: it must have 1 to 128 characters; this one has 0 (plan.yaml, line 2)",
            "tags.aws:x: 'aws:x' is not a valid tag key: keys that begin with aws: are reserved for AWS; use another prefix (plan.yaml, line 2)",
            "tags.n: expected a string, got 1; put it in quotes (plan.yaml, line 2)",
        ],
    ),
    "bad allowed jobs": (
        ("pattern: master-child\nallowed_jobs: ['a*b', '*', 'x-*', 'a,b']\n"),
        [
            "allowed_jobs[0]: 'a*b' is not a valid Glue job name or prefix*: * is a wildcard in an IAM policy (plan.yaml, line 2)",
            "allowed_jobs[3]: 'a,b' is not a valid Glue job name or prefix*: a comma separates the names of a list (plan.yaml, line 2)",
        ],
    ),
    "a bad name": (
        ("pattern: master-child\nname: 'a{% b'\nenvironment: ' '\n"),
        [
            "name: 'a{% b' is invalid; must be 1 to 60 letters, digits, blanks, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 2)",
            "environment: ' ' is invalid; must be 1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit (plan.yaml, line 3)",
        ],
    ),
    "half a character": (
        ('pattern: master-child\ntags: {"\\ud83d": a, t: "\\ud83d"}\n'),
        [
            "a surrogate is not allowed in a string; write the character itself (plan.yaml, line 2)",
            "a surrogate is not allowed in a string; write the character itself (plan.yaml, line 2)",
        ],
    ),
    "bad dynamic plan": (
        ("pattern: dynamic\nchildren: []\njobs: [a, a, {name: b}]\n"),
        [
            "children: unknown key 'children'; available: name, environment, parameters, run_id_argument, timezone, overlap, alerts, max_duration, mute, dashboard, logging, log_retention_days, tracing, tags, allowed_jobs, pattern, continue_on_failure, jobs, include, defaults, environments (plan.yaml, line 2)",
            "jobs[1].name: 'a' already has settings in jobs[0]; remove one of them (plan.yaml, line 3)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_all_that_is_wrong_with_a_plan_is_said_at_once(text: str, said: list[str]):
    with pytest.raises(PlanError) as error:
        parse_plan(text, file="plan.yaml")
    assert str(error.value).splitlines() == said


def test_findings_are_data_for_scripts():
    with pytest.raises(PlanError) as error:
        parse_plan("pattern: dynamic\nloging: true\n", file="plan.yaml")
    (finding,) = error.value.findings
    assert (finding.rule, finding.severity.value, finding.file, finding.line, finding.path) == (
        "plan",
        "error",
        "plan.yaml",
        2,
        "loging",
    )
    assert (finding.message, finding.hint) == ("unknown key 'loging'", "did you mean logging?")
