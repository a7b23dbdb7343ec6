"""What names a plan may hold, how many of them, and the words that say so.

Glue: https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html; Step Functions:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

import re

from sfnorch.asl.jsonata import CODE, REFERENCE, code_mark

MAX_CHILDREN, MAX_JOBS, MAX_TASKS, MAX_STEPS = 40, 100, 200, 200
"""How many children a plan may have, how many jobs each of them, how many tasks and steps."""

STACK_NAME = "master-step-function-stack"
"""What the stack of a plan is called unless told, and a plan without a name."""

JOB_NAME_LENGTH = 255
WILDCARDS = "*?"

_ARN = re.compile(r"arn:(?:[^:]*:){4}(?P<resource>.*)", re.DOTALL)
_REFUSED_IN_JOB = re.compile("|".join([r"[*?,\"'\\]", *map(re.escape, CODE), r"[^ -\xff]"]))
RESERVED_CHILD_NAMES = ("master",)

CHILD_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
TASK_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$"
"""With a dash and sixteen characters that tell the run, it is an execution's name, which has 80 at most."""

STEP_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"
"""It is a state's name, or its beginning, and those have 80 characters at most."""

FUNCTION_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
VARIABLE = r"^[A-Za-z][A-Za-z0-9_]{0,79}$"
ERROR_NAME = r"^[A-Za-z_][A-Za-z0-9_.]{0,127}$"
ENVIRONMENT_KEY = r"^[A-Za-z][A-Za-z0-9_]+$"
LAMBDAS_OWN = frozenset(
    (
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN"),
        *("AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    )
)
"""Environment variables that Lambda sets itself, and takes from nobody.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

HANDLER = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
SQL_PARAMETER = r"^[0-9A-Za-z_]+$"
CLUSTER = r"^[a-z][a-z0-9-]{0,62}$"
WORKGROUP = r"^([a-z0-9-]{3,63}|arn:[a-z-]+:redshift-serverless:[a-z0-9-]+:[0-9]{12}:workgroup/[a-z0-9-]+)$"
SECRET = r"^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$"  # noqa: S105 - a pattern
DATABASE = r"^[A-Za-z0-9_$][A-Za-z0-9_$.@-]{0,126}$"
BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
PREFIX = r"^([A-Za-z0-9!_.'()-]+/)*[A-Za-z0-9!_.'()-]*$"
ACTION = r"^[a-z0-9-]+:[A-Za-z0-9*]+$"
FUNCTION = (
    r"^(arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?$"
)
STATE_MACHINE = r"^(arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:stateMachine:)?[A-Za-z0-9_-]{1,80}$"
PLAN_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$"
ENVIRONMENT = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$"
TOPIC_ARN = r"^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"
KEY_ARN = r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
SCHEDULE = r"^(cron|rate|at)\([^()]+\)$"
TIMEZONE = r"^[A-Za-z][A-Za-z0-9_+/-]*$"

IN_WORDS = {
    CHILD_NAME: "a name of 1 to 40 letters, digits, dashes and underscores, a letter first",
    TASK_NAME: "a name of 1 to 60 letters, digits, dashes and underscores, a letter or digit first",
    STEP_NAME: "a name of 1 to 50 letters, digits, dashes and underscores, a letter or digit first",
    FUNCTION_NAME: "a name of 1 to 40 letters, digits, dashes and underscores, a letter first",
    VARIABLE: "a variable's name: letters, digits and underscores, a letter first",
    ERROR_NAME: "an error's name: letters, digits, dots and underscores, a letter first",
    ENVIRONMENT_KEY: "an environment variable's name: two or more letters, digits and underscores, a letter first",
    HANDLER: "the name of a Python function",
    SQL_PARAMETER: "a parameter's name: letters, digits and underscores",
    CLUSTER: "a Redshift cluster's identifier",
    WORKGROUP: "a Redshift Serverless workgroup's name or ARN",
    SECRET: "the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME",
    DATABASE: "a database's or a database user's name",
    BUCKET: "a bucket's name",
    PREFIX: "a prefix of keys: letters, digits and !_.'()- in parts with / between them",
    ACTION: "an action of IAM's, SERVICE:Action",
    FUNCTION: "a Lambda function's name or ARN, with or without a version or an alias",
    STATE_MACHINE: "a state machine's name or ARN",
    PLAN_NAME: "a name of 1 to 60 letters, digits, blanks, dots, dashes and underscores, a letter or digit first",
    ENVIRONMENT: "1 to 20 letters, digits, dots, dashes and underscores, a letter or digit first",
    TOPIC_ARN: "the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME",
    KEY_ARN: "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID",
    EMAIL: "an e-mail address",
    SCHEDULE: "cron(…), rate(…) or at(…)",
    TIMEZONE: "a time zone's name, as Europe/Berlin",
}
"""What each of these patterns takes, for those who wrote something else."""


def job_name_fault(name: str, what: str = "job", *, prefix: bool = False) -> str:
    """Return why `name` is not the name of a Glue job, or of another `what`; an empty text where it is valid.

    With `prefix`, a name that ends in `*` stands for all names that begin with the rest, and `*` alone for all names.
    IAM takes U+0020 to U+00FF only, and `*` and `?` are its wildcards; a comma parts the names of a list; quotes,
    backslash and the marks of code would not come through a definition unharmed.
    """
    stem = name.removesuffix("*") if prefix else name
    if prefix and name == "*":
        return ""
    if name and (fault := blank_fault(name)):
        return fault if name.strip() else f"{fault}; write the {what}'s name"
    if match := _ARN.fullmatch(name):
        kind, slash, own = match["resource"].partition("/")
        wanted = repr(own) if slash and kind == what and own else f"the {what}'s name"
        return f"a name is required, not an ARN; write {wanted}"
    if not 1 <= len(stem) <= JOB_NAME_LENGTH:
        return f"a Glue {what} name has 1 to {JOB_NAME_LENGTH} characters, this one has {len(stem)}"
    match = _REFUSED_IN_JOB.search(stem)
    if match is None:
        return ""
    found = match[0]
    if found in WILDCARDS:
        return f"{found} is a wildcard in an IAM policy"
    if found == ",":
        return "a comma parts the names of a list"
    if found in CODE:
        return code_fault(found)
    if found in "\"'\\":
        return f"{found} can't stand in a state machine's definition unharmed"
    return f"U+{ord(found):04X} is not among the characters that IAM takes (U+0020 to U+00FF)"


def blank_fault(text: str) -> str:
    """Return what is wrong with a text that is blank, or begins or ends with a blank; else an empty text."""
    if text == text.strip():
        return ""
    return f"it has leading or trailing blanks; write {text.strip()!r}" if text.strip() else "it is blank"


def code_fault(text: str) -> str:
    """Return why Step Functions or CloudFormation would run `text` instead of passing it on; else an empty text."""
    mark = code_mark(text)
    if mark == REFERENCE:
        return (
            "CloudFormation would replace {{resolve:…}} by the secret or parameter that it names; "
            "pass the name, and read the value where it is used"
        )
    return f"{mark} would be taken for code" if mark else ""


def default_child_name(number: int) -> str:
    """Return what child `number` of a plan, from 1, is called unless the plan names it."""
    return f"child-{number}"
