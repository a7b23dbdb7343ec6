"""Names and settings that AWS would refuse, each with all that is said of it, its line, and what to write instead."""

from __future__ import annotations

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.names import find_job_name_fault

BAD: dict[str, tuple[str, list[str]]] = {
    "job names that are blank, padded, or ARNs": (
        """\
pattern: master-child
children:
- jobs:
  - '  '
  - ' a '
  - "b\\t"
  - "\\u00a0c"
  - arn:aws:glue:eu-west-1:123456789012:job/x
  - {name: 'arn:aws-us-gov:glue:us-gov-west-1:123456789012:job/my job'}
  - arn:aws:glue:eu-west-1:123456789012:workflow/x
  - arn:aws:lambda:eu-west-1:123456789012:function:f
  - arn:job
  - 'a b'
""",
        [
            "children[0].jobs[0]: '  ' is not a valid Glue job name: it is blank; write the job's name (plan.yaml, line 4)",
            "children[0].jobs[1]: ' a ' is not a valid Glue job name: it has leading or trailing blanks; write 'a' (plan.yaml, line 5)",
            "children[0].jobs[2]: 'b\\t' is not a valid Glue job name: it has leading or trailing blanks; write 'b' (plan.yaml, line 6)",
            "children[0].jobs[3]: '\\xa0c' is not a valid Glue job name: it has leading or trailing blanks; write 'c' (plan.yaml, line 7)",
            "children[0].jobs[4]: 'arn:aws:glue:eu-west-1:123456789012:job/x' is not a valid Glue job name: a name is required, not an ARN; write 'x' (plan.yaml, line 8)",
            "children[0].jobs[5].name: 'arn:aws-us-gov:glue:us-gov-west-1:123456789012:job/my job' is not a valid Glue job name: a name is required, not an ARN; write 'my job' (plan.yaml, line 9)",
            "children[0].jobs[6]: 'arn:aws:glue:eu-west-1:123456789012:workflow/x' is not a valid Glue job name: a name is required, not an ARN; write the job's name (plan.yaml, line 10)",
            "children[0].jobs[7]: 'arn:aws:lambda:eu-west-1:123456789012:function:f' is not a valid Glue job name: a name is required, not an ARN; write the job's name (plan.yaml, line 11)",
        ],
    ),
    "allowed jobs that are blank, padded, or ARNs": (
        """\
pattern: dynamic
allowed_jobs: [' ', ' etl-*', 'etl *', 'arn:aws:glue:eu-west-1:123456789012:job/etl-*', '', ' *']
jobs: [' a', {name: 'arn:aws:glue:eu-west-1:123456789012:job/x'}]
""",
        [
            "allowed_jobs[0]: ' ' is not a valid Glue job name or prefix*: it is blank; write the job's name (plan.yaml, line 2)",
            "allowed_jobs[1]: ' etl-*' is not a valid Glue job name or prefix*: it has leading or trailing blanks; write 'etl-*' (plan.yaml, line 2)",
            "allowed_jobs[3]: 'arn:aws:glue:eu-west-1:123456789012:job/etl-*' is not a valid Glue job name or prefix*: a name is required, not an ARN; write 'etl-*' (plan.yaml, line 2)",
            "allowed_jobs[4]: '' is not a valid Glue job name or prefix*: a Glue job name must have 1 to 255 characters; this one has 0 (plan.yaml, line 2)",
            "allowed_jobs[5]: ' *' is not a valid Glue job name or prefix*: it has leading or trailing blanks; write '*' (plan.yaml, line 2)",
            "jobs[0]: ' a' is not a valid Glue job name: it has leading or trailing blanks; write 'a' (plan.yaml, line 3)",
            "jobs[1].name: 'arn:aws:glue:eu-west-1:123456789012:job/x' is not a valid Glue job name: a name is required, not an ARN; write 'x' (plan.yaml, line 3)",
        ],
    ),
    "job names of tasks": (
        """\
pattern: dag
tasks:
- {name: a, glue_job: ' x'}
- {name: b, glue_job: 'arn:aws:glue:eu-west-1:123456789012:job/x'}
- {name: c, lambda: ' f'}
- {name: d, state_machine: 'm '}
""",
        [
            "tasks[0].glue_job: ' x' is not a valid Glue job name: it has leading or trailing blanks; write 'x' (plan.yaml, line 3)",
            "tasks[1].glue_job: 'arn:aws:glue:eu-west-1:123456789012:job/x' is not a valid Glue job name: a name is required, not an ARN; write 'x' (plan.yaml, line 4)",
            "tasks[2].lambda: ' f' is invalid; must be a Lambda function's name or ARN, with or without a version or an alias (plan.yaml, line 5)",
            "tasks[3].state_machine: 'm ' is invalid; must be a state machine's name or ARN (plan.yaml, line 6)",
        ],
    ),
    "job names of steps": (
        """\
pattern: flow
steps:
- {name: a, glue_job: ' '}
- {name: b, parallel: [[{name: c, glue_job: 'x '}]]}
- {name: d, lambda: ''}
- {name: e, glue_job: x, security_configuration: ' encrypted', arguments: {'--a ': b, '-- ': c}}
""",
        [
            "steps[0].glue_job: ' ' is not a valid Glue job name: it is blank; write the job's name (plan.yaml, line 3)",
            "steps[1].parallel[0][0].glue_job: 'x ' is not a valid Glue job name: it has leading or trailing blanks; write 'x' (plan.yaml, line 4)",
            "steps[2].lambda: '' is invalid; must be a Lambda function's name or ARN, with or without a version or an alias (plan.yaml, line 5)",
            "steps[3].arguments.-- : '-- ' is not a valid job argument: it has leading or trailing blanks; write a name after the dashes (plan.yaml, line 6)",
            "steps[3].arguments.--a : '--a ' is not a valid job argument: it has leading or trailing blanks; write '--a' (plan.yaml, line 6)",
            "steps[3].security_configuration: ' encrypted' is not valid: it has leading or trailing blanks; write 'encrypted' (plan.yaml, line 6)",
        ],
    ),
    "workflow names": (
        """\
pattern: continuous
workflow: arn:aws:glue:eu-west-1:123456789012:workflow/hourly
allowed_workflows: [' w', 'arn:aws:glue:eu-west-1:123456789012:workflow/h*', 'arn:aws:glue:eu-west-1:123456789012:job/h']
""",
        [
            "workflow: 'arn:aws:glue:eu-west-1:123456789012:workflow/hourly' is not a valid Glue workflow name: a name is required, not an ARN; write 'hourly' (plan.yaml, line 2)",
            "allowed_workflows[0]: ' w' is not a valid Glue workflow name or prefix*: it has leading or trailing blanks; write 'w' (plan.yaml, line 3)",
            "allowed_workflows[1]: 'arn:aws:glue:eu-west-1:123456789012:workflow/h*' is not a valid Glue workflow name or prefix*: a name is required, not an ARN; write 'h*' (plan.yaml, line 3)",
            "allowed_workflows[2]: 'arn:aws:glue:eu-west-1:123456789012:job/h' is not a valid Glue workflow name or prefix*: a name is required, not an ARN; write the workflow's name (plan.yaml, line 3)",
        ],
    ),
    "worker types": (
        """\
pattern: master-child
children:
- jobs:
  - {name: a, worker_type: G.3X}
  - {name: b, worker_type: g.1x}
  - {name: c, worker_type: big}
  - {name: d, worker_type: ''}
  - {name: e, worker_type: standard}
  - {name: f, worker_type: 5}
""",
        [
            "children[0].jobs[0].worker_type: unknown worker type 'G.3X'; did you mean G.2X? available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 4)",
            "children[0].jobs[1].worker_type: unknown worker type 'g.1x'; did you mean G.1X? available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 5)",
            "children[0].jobs[2].worker_type: unknown worker type 'big'; available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 6)",
            "children[0].jobs[3].worker_type: unknown worker type ''; available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 7)",
            "children[0].jobs[4].worker_type: unknown worker type 'standard'; did you mean Standard? available: Standard, G.025X, G.1X, G.2X, G.4X, G.8X, G.12X, G.16X, R.1X, R.2X, R.4X, R.8X, Z.2X (plan.yaml, line 8)",
            "children[0].jobs[5].worker_type: expected a string, got 5; put it in quotes (plan.yaml, line 9)",
        ],
    ),
    "queuing": (
        """\
pattern: flow
steps:
- {name: a, glue_job: x, job_run_queuing: true, execution_class: FLEX}
- {name: b, glue_job: x, job_run_queuing: false, execution_class: FLEX}
- {name: c, lambda: f, job_run_queuing: true}
- {name: d, for_each: {items: [1], steps: [{name: e, glue_job: x, job_run_queuing: true, execution_class: FLEX}]}}
- {name: f, glue_job: x, job_run_queuing: 'yes'}
""",
        [
            "steps[0].job_run_queuing: Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class (plan.yaml, line 3)",
            "steps[2].job_run_queuing: job_run_queuing is not supported for lambda; it is supported for glue_job (plan.yaml, line 5)",
            "steps[3].for_each.steps[0].job_run_queuing: Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class (plan.yaml, line 6)",
            "steps[4].job_run_queuing: expected true or false, got 'yes' (plan.yaml, line 7)",
        ],
    ),
    "queuing of tasks": (
        """\
pattern: dag
tasks:
- {name: a, glue_job: x, job_run_queuing: true, execution_class: FLEX}
- {name: b, lambda: x, job_run_queuing: true}
""",
        [
            "tasks[0].job_run_queuing: Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class (plan.yaml, line 3)",
            "tasks[1].job_run_queuing: job_run_queuing is supported only for glue_job; for lambda use input (plan.yaml, line 4)",
        ],
    ),
    "queuing of children's jobs": (
        """\
pattern: master-child
children:
- jobs: [a, {name: b, execution_class: FLEX, job_run_queuing: true}]
""",
        [
            "children[0].jobs[1].job_run_queuing: Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class (plan.yaml, line 3)",
        ],
    ),
    "tags": (
        """\
pattern: master-child
tags:
  team: 'a&b'
  Team: data
  'a,b': c
  AWS:x: y
  e: ''
  "f\\tg": h
  i: "j\\u200dk"
  größe: 1½ m² € x
  l: 'a_b.c:d/e=f+g-h@i j'
""",
        [
            "tags.team: 'a&b' is not a valid tag value: & is not allowed; use letters, digits, blanks and _ . : / = + - @ (plan.yaml, line 3)",
            "tags.Team: 'Team' and 'team' differ only in case, and are the same key for IAM; remove one of them (plan.yaml, line 4)",
            "tags.a,b: 'a,b' is not a valid tag key: , is not allowed; use letters, digits, blanks and _ . : / = + - @ (plan.yaml, line 5)",
            "tags.AWS:x: 'AWS:x' is not a valid tag key: keys that begin with aws: are reserved for AWS; use another prefix (plan.yaml, line 6)",
            "tags.e: '' is not a valid tag value: it must have 1 to 256 characters; this one has 0 (plan.yaml, line 7)",
            "tags.f\tg: 'f\\tg' is not a valid tag key: U+0009 is not allowed; use letters, digits, blanks and _ . : / = + - @ (plan.yaml, line 8)",
            "tags.i: 'j\\u200dk' is not a valid tag value: U+200D is not allowed; use letters, digits, blanks and _ . : / = + - @ (plan.yaml, line 9)",
            "tags.größe: '1½ m² € x' is not a valid tag value: € is not allowed; use letters, digits, blanks and _ . : / = + - @ (plan.yaml, line 10)",
        ],
    ),
    "tags that are too long": (
        "pattern: dynamic\ntags: {" + "k" * 129 + ": a, b: " + "v" * 257 + "}\n",
        [
            "tags.b: '"
            + "v" * 257
            + "' is not a valid tag value: it must have 1 to 256 characters; this one has 257 (plan.yaml, line 2)",
            "tags."
            + "k" * 129
            + ": '"
            + "k" * 129
            + "' is not a valid tag key: it must have 1 to 128 characters; this one has 129 (plan.yaml, line 2)",
        ],
    ),
    "too many tags": (
        "pattern: dynamic\ntags: {" + ", ".join(f"t{n}: v" for n in range(50)) + "}\n",
        [
            "tags: must have at most 49, got 50 (plan.yaml, line 2)",
        ],
    ),
    "parameters of SQL": (
        """\
pattern: flow
steps:
- {name: a, redshift_sql: {sql: 'select :x', database: d, workgroup: wwww}}
- name: b
  redshift_sql:
    sql: |
      select ':quoted', :a
      from t -- :commented
      where b = :b
    parameters: {quoted: 1, commented: 2, a: 3, 7: 4}
    database: d
    workgroup: wwww
- {name: c, redshift_sql: {sql: 'select :1, :X', parameters: {1: a, x: b}, database: d, workgroup: wwww}}
""",
        [
            "steps[0].redshift_sql.sql: the parameter :x has no value; add x to parameters (plan.yaml, line 3)",
            "steps[1].redshift_sql.sql: the parameter :b has no value (line 3 of the statement); add b to parameters (plan.yaml, line 6)",
            "steps[1].redshift_sql.parameters.7: :7 is not used in the statement; remove the parameter, or use it (plan.yaml, line 10)",
            "steps[1].redshift_sql.parameters.commented: :commented is only in quotes or comments, where it is not replaced; move it out of the quotes (plan.yaml, line 10)",
            "steps[1].redshift_sql.parameters.quoted: :quoted is only in quotes or comments, where it is not replaced; move it out of the quotes (plan.yaml, line 10)",
            "steps[2].redshift_sql.parameters.x: :x is not used in the statement; remove the parameter, or use it (plan.yaml, line 13)",
            "steps[2].redshift_sql.sql: the parameter :X has no value; add X to parameters (plan.yaml, line 13)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_all_that_is_wrong_with_names_and_settings_is_said_at_once(text: str, said: list[str]):
    with pytest.raises(PlanError) as error:
        parse_plan(text, file="plan.yaml")
    assert str(error.value).splitlines() == said


GOOD = """\
pattern: flow
tags: {"Größe der Daten": '1½ m² @x', t: 'a_b.c:d/e=f+g-h'}
steps:
- {name: a, glue_job: 'my job (2)', worker_type: G.12X, job_run_queuing: true, execution_class: STANDARD}
- {name: b, glue_job: 'arn:job', worker_type: R.8X, job_run_queuing: false, execution_class: FLEX}
- name: c
  redshift_sql:
    sql: |
      insert into t select '10:30', a::int, :x, :1 -- not :this
    parameters: {x: a, 1: b}
    database: d
    workgroup: wwww
"""


def test_names_and_settings_that_are_valid():
    plan = parse_plan(GOOD)
    assert plan.job_names == ("my job (2)", "arn:job")


@pytest.mark.parametrize(
    ("name", "prefix", "fault"),
    [
        ("etl-*", True, ""),
        ("*", True, ""),
        ("etl *", True, ""),
        ("etl-*", False, "* is a wildcard in an IAM policy"),
        ("e*l-*", True, "* is a wildcard in an IAM policy"),
        ("a{{resolve:ssm:b}}", False, "CloudFormation would replace {{resolve:…}} with the value of the secret or parameter; pass the name, and read the value where you use it"),
        ("a{{b}}", False, ""),
    ],
)  # fmt: skip
def test_a_name_and_a_prefix(name: str, prefix: bool, fault: str):
    assert find_job_name_fault(name, prefix=prefix) == fault


@pytest.mark.parametrize(
    ("resource", "own"), [("job/x", "'x'"), ("job/a/b", "'a/b'"), ("job/", "the job's name"), ("job", "the job's name")]
)
def test_the_name_in_an_arn_is_all_behind_its_kind(resource: str, own: str):
    assert find_job_name_fault(f"arn:aws:glue:eu-west-1:123456789012:{resource}").endswith(f"write {own}")
