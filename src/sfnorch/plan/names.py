"""Valid names in a plan, limits on their number, and their descriptions in errors.

Glue: https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html; Step Functions:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

import re

from sfnorch.asl.jsonata import CODE, REFERENCE, find_code_mark

MAX_CHILDREN, MAX_JOBS, MAX_TASKS, MAX_STEPS = 40, 100, 200, 200
"""The largest number of children in a plan, of jobs in a child, of tasks in a plan, and of steps in a plan."""

STACK_NAME = "master-step-function-stack"
"""The default name of the stack of a plan that has no name."""

ALL_ENVIRONMENTS = "all"
"""What commands accept instead of the name of an environment for all environments."""

JOB_NAME_LENGTH = 255
WILDCARDS = "*?"

_ARN = re.compile(r"arn:(?:[^:]*:){4}(?P<resource>.*)", re.DOTALL)
_REFUSED_IN_JOB = re.compile("|".join([r"[*?,\"'\\]", *map(re.escape, CODE), r"[^ -\xff]"]))
RESERVED_CHILD_NAMES = ("master",)
BACKFILL_MACHINE = "backfill"

CHILD_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
TASK_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$"
"""A task's name. With a dash and sixteen characters of a hash, it is an execution's name, which has at most 80."""

STEP_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"
"""A step's name. It is the name of a state, or the beginning of one, which has at most 80 characters."""

FUNCTION_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
VARIABLE = r"^[A-Za-z][A-Za-z0-9_]{0,79}$"
PARAMETER = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"
ERROR_NAME = r"^[A-Za-z_][A-Za-z0-9_.]{0,127}$"
ENVIRONMENT_KEY = r"^[A-Za-z][A-Za-z0-9_]+$"
RESERVED_ENVIRONMENT_KEYS = frozenset(
    (
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN"),
        *("AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    )
)
"""Environment variables that Lambda reserves: functions cannot set them.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime (documented)
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
ACCOUNT = r"^[0-9]{12}$"
REGION = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"
STACK = r"^[a-zA-Z][-a-zA-Z0-9]{0,127}$"
STACK_PARAMETER = r"^[A-Za-z0-9]{1,255}$"
ROLE_ARN = r"^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
SCHEDULE = r"^(cron|rate|at)\([^()]+\)$"
TIMEZONE = r"^[A-Za-z][A-Za-z0-9_+/-]*$"

CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][05]$"
"""A time of day. CloudWatch aligns windows to offsets from UTC that are multiples of 5 minutes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WallClockWindow.html (documented)
"""

MUTE_START = r"^(cron\([0-9A-Z*,-]+( [0-9A-Z*,-]+){4}\)|at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}\))$"
"""The start of a time in which alarms are muted: cron with five fields, or one time.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html (documented)
"""

PATTERN_DESCRIPTIONS = {
    CHILD_NAME: "1 to 40 letters, digits, dashes and underscores, beginning with a letter",
    TASK_NAME: "1 to 60 letters, digits, dashes and underscores, beginning with a letter or a digit",
    STEP_NAME: "1 to 50 letters, digits, dashes and underscores, beginning with a letter or a digit",
    FUNCTION_NAME: "1 to 40 letters, digits, dashes and underscores, beginning with a letter",
    VARIABLE: "a variable's name: letters, digits and underscores, beginning with a letter",
    PARAMETER: "a parameter's name: 1 to 40 letters, digits and underscores, beginning with a letter",
    ERROR_NAME: "an error's name: letters, digits, dots and underscores, beginning with a letter",
    ENVIRONMENT_KEY: "an environment variable's name: two or more letters, digits and underscores, beginning with a "
    "letter",
    HANDLER: "the name of a Python function",
    SQL_PARAMETER: "a parameter's name: letters, digits and underscores",
    CLUSTER: "a Redshift cluster's identifier",
    WORKGROUP: "a Redshift Serverless workgroup's name or ARN",
    SECRET: "the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME",
    DATABASE: "the name of a database or a database user",
    BUCKET: "the name of an S3 bucket",
    PREFIX: "a prefix of S3 keys: letters, digits and !_.'()- in parts separated by /",
    ACTION: "an IAM action, SERVICE:Action",
    FUNCTION: "a Lambda function's name or ARN, with or without a version or an alias",
    STATE_MACHINE: "a state machine's name or ARN",
    PLAN_NAME: "1 to 60 letters, digits, blanks, dots, dashes and underscores, beginning with a letter or a digit",
    ENVIRONMENT: "1 to 20 letters, digits, dots, dashes and underscores, beginning with a letter or a digit",
    TOPIC_ARN: "the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME",
    KEY_ARN: "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID",
    ACCOUNT: "12 digits",
    REGION: "a Region, such as eu-central-1",
    STACK: "1 to 128 letters, digits and hyphens, beginning with a letter",
    STACK_PARAMETER: "the name of a stack parameter: letters and digits",
    ROLE_ARN: "the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME",
    EMAIL: "an e-mail address",
    SCHEDULE: "cron(…), rate(…) or at(…)",
    CLOCK_TIME: "a time of day such as 06:00, with minutes that are a multiple of 5",
    MUTE_START: "cron(…) with the five fields minutes, hours, day-of-month, month and day-of-week, or "
    "at(yyyy-mm-ddThh:mm)",
    TIMEZONE: "the name of a time zone, such as Europe/Berlin",
}
"""The description of each pattern, for error messages."""


def find_job_name_fault(name: str, what: str = "job", *, prefix: bool = False) -> str:
    """Return why `name` is not a valid name of a Glue job (or of another resource, `what`); empty if it is valid.

    With `prefix`, a name that ends in `*` means all names that begin with the rest, and `*` alone means all names.
    IAM supports U+0020 to U+00FF only, and `*` and `?` are its wildcards. A comma separates the names of a list. A
    definition would change quotes, backslashes and the marks of code.
    """
    stem = name.removesuffix("*") if prefix else name
    if prefix and name == "*":
        return ""
    if name and (fault := find_blank_fault(name)):
        return fault if name.strip() else f"{fault}; write the {what}'s name"
    if match := _ARN.fullmatch(name):
        kind, slash, own = match["resource"].partition("/")
        wanted = repr(own) if slash and kind == what and own else f"the {what}'s name"
        return f"a name is required, not an ARN; write {wanted}"
    if not 1 <= len(stem) <= JOB_NAME_LENGTH:
        return f"a Glue {what} name must have 1 to {JOB_NAME_LENGTH} characters; this one has {len(stem)}"
    match = _REFUSED_IN_JOB.search(stem)
    if match is None:
        return ""
    found = match[0]
    if found in WILDCARDS:
        return f"{found} is a wildcard in an IAM policy"
    if found == ",":
        return "a comma separates the names of a list"
    if found in CODE:
        return find_code_fault(found)
    if found in "\"'\\":
        return f"{found} is unsupported in the definition of a state machine"
    return f"U+{ord(found):04X} is not one of the characters that IAM supports (U+0020 to U+00FF)"


def find_blank_fault(text: str) -> str:
    """Return the fault of a text that is blank, or begins or ends with a blank; empty for any other text."""
    if text == text.strip():
        return ""
    return f"it has leading or trailing blanks; write {text.strip()!r}" if text.strip() else "it is blank"


def find_code_fault(text: str) -> str:
    """Return why Step Functions or CloudFormation would evaluate `text` instead of passing it on; empty otherwise."""
    mark = find_code_mark(text)
    if mark == REFERENCE:
        return (
            "CloudFormation would replace {{resolve:…}} with the value of the secret or parameter; "
            "pass the name, and read the value where you use it"
        )
    return f"{mark} would be evaluated as code" if mark else ""


def build_default_child_name(number: int) -> str:
    """Return the default name of child `number` of a plan, counted from 1."""
    return f"child-{number}"
