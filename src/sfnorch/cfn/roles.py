"""A role for each state machine, with its statements and the permissions for logging and tracing.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from troposphere import If, NoValue, Ref, Sub
from troposphere.iam import ManagedPolicy, Policy, Role

from sfnorch.cfn.values import (
    BOUNDED,
    JOBS_POLICY,
    LOG_AND_TRACE_POLICY,
    OWN_TOPIC,
    TOPIC_HAS_KEY,
    PolicyStatement,
    TemplateValue,
    build_role_id,
    build_topic_key_arn,
    resolve_value,
)
from sfnorch.workflow import (
    BOUNDARY_ARN,
    TOPIC_KEY_ARN,
    GlueArns,
    Permission,
    StateMachine,
    Topic,
    TopicKeyArn,
    Workflow,
)

# These support only the resource *: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
TRACING = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)


STACK_PATH = Sub("/${AWS::StackName}/")
"""The path of the stack's roles and policies, which separates their ARNs from those of other stacks."""

_OWN_ROOM, _MANAGED_ROOM = 6_000, 5_700
"""Characters for ARNs of jobs in a role's inline policies (10,240 in all) and in a managed policy (6,144).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def build_machine_role(machine: StateMachine, workflow: Workflow) -> Role:
    """Return the role of a state machine. Its policy is inline, so that it exists before the state machine is created.

    Statements on the resource * are the same for all state machines, which share them in one managed policy.
    """
    apart = build_job_policies(machine)
    statements = [
        statement
        for permission in machine.permissions
        if not (apart and _has_only_jobs(permission)) and (statement := _build_statement(permission, workflow.topic))
    ]
    shared = build_shared_policy(workflow)
    if not shared and (unbound := _build_shared_statement(workflow)):
        statements.append(unbound)
    role = make_service_role(build_role_id(machine.key), "states.amazonaws.com", statements)
    if shared or apart:
        role.ManagedPolicyArns = [Ref(policy) for policy in (*shared, *apart)]
    return role


def build_job_policies(machine: StateMachine) -> list[ManagedPolicy]:
    """Return the managed policies for a state machine's Glue jobs if these exceed the role's inline policy."""
    return [
        ManagedPolicy(
            f"{machine.key}{JOBS_POLICY}{share}",
            Path=STACK_PATH,
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [_build_glue_statement(permission, GlueArns("job", tuple(names), ""))],
            },
        )
        for permission in machine.permissions
        if _has_only_jobs(permission)
        for arns in permission.resources
        if isinstance(arns, GlueArns) and sum(map(_count_characters, arns.names)) > _OWN_ROOM
        for share, names in _divide_names({name: _hash_to_bits(name) for name in sorted(arns.names)})
    ]


def _has_only_jobs(permission: Permission) -> bool:
    return all(isinstance(resource, GlueArns) and not resource.parameter for resource in permission.resources)


def _divide_names(names: Mapping[str, str], share: str = "") -> Iterator[tuple[str, Collection[str]]]:
    """Yield groups of names that each fit into a managed policy, with the bits of the hash that the names share.

    The hash of a name selects its group, not its position: one more name changes one policy.
    """
    if sum(map(_count_characters, names)) <= _MANAGED_ROOM:
        yield share, names.keys()
        return
    for bit in "01":
        within = {name: bits for name, bits in names.items() if bits[len(share)] == bit}
        if within:
            yield from _divide_names(within, share + bit)


def _hash_to_bits(name: str) -> str:
    from hashlib import sha256  # slow to import, and needed by few plans

    return f"{int.from_bytes(sha256(name.encode()).digest(), 'big'):0256b}"


def _count_characters(name: str) -> int:
    return len(name) + len('"arn:*:glue:*:*:job/",')


def build_shared_policy(workflow: Workflow) -> list[ManagedPolicy]:
    """Return the managed policy for logging and tracing if several state machines need it."""
    unbound = _build_shared_statement(workflow)
    if not unbound or len(workflow.machines) == 1:
        return []
    document = {"Version": "2012-10-17", "Statement": [unbound]}
    return [ManagedPolicy(LOG_AND_TRACE_POLICY, Path=STACK_PATH, PolicyDocument=document)]


def _build_shared_statement(workflow: Workflow) -> PolicyStatement | None:
    actions = (LOG_DELIVERY if workflow.logging else ()) + (TRACING if workflow.tracing else ())
    return build_allow_statement("LogAndTrace", actions, "*") if actions else None


def make_service_role(logical_id: str, service: str, statements: Sequence[PolicyStatement]) -> Role:
    """Return a role with these statements that the service can assume for this account only.

    Its path is the stack's name, since the role's name contains only the beginning of a long one. So the ARN shows the
    stack, and permissions can be limited to it. The services' principals end in amazonaws.com in every partition, also
    in China [documented: SAM's roles; of the CDK's services only EC2, CodeDeploy and Logs differ].
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
    """
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
            }
        ],
    }
    policy = {"Version": "2012-10-17", "Statement": statements}
    return Role(
        logical_id,
        AssumeRolePolicyDocument=trust,
        Path=STACK_PATH,
        PermissionsBoundary=If(BOUNDED, Ref(BOUNDARY_ARN), NoValue),
        Policies=[Policy(PolicyName="work", PolicyDocument=policy)],
    )


def _build_statement(permission: Permission, topic: Topic) -> PolicyStatement:
    if permission.resources == (TopicKeyArn(),):
        return _build_topic_key_statement(permission, topic)
    if len(permission.resources) == 1 and isinstance(arns := permission.resources[0], GlueArns):
        return _build_glue_statement(permission, arns)
    return build_allow_statement(
        permission.sid, permission.actions, [resolve_value(resource, topic) for resource in permission.resources]
    )


def _build_glue_statement(permission: Permission, arns: GlueArns) -> PolicyStatement:
    # the ARNs have no region and account: see values.resolved
    here = {"aws:ResourceAccount": Ref("AWS::AccountId"), "aws:RequestedRegion": Ref("AWS::Region")}
    return build_allow_statement(
        permission.sid, permission.actions, resolve_value(arns, Topic()), {"StringEquals": here}
    )


def _build_topic_key_statement(permission: Permission, topic: Topic) -> PolicyStatement:
    """Return the statement on the key of the topic in use, or nothing if that topic has no key."""
    given = If(TOPIC_HAS_KEY, build_allow_statement(permission.sid, permission.actions, [Ref(TOPIC_KEY_ARN)]), NoValue)
    if topic.arn:
        return given
    return If(OWN_TOPIC, build_allow_statement(permission.sid, permission.actions, [build_topic_key_arn()]), given)


def build_allow_statement(
    sid: str, actions: Sequence[str], resources: TemplateValue, condition: TemplateValue | None = None
) -> PolicyStatement:
    """Return a statement that allows the actions on the resources, under the condition if any."""
    return _make_statement("Allow", sid, actions, resources, condition)


def deny(
    sid: str, actions: Sequence[str], resources: TemplateValue, condition: TemplateValue | None = None
) -> PolicyStatement:
    """Return a statement that denies the actions on the resources, under the condition if any."""
    return _make_statement("Deny", sid, actions, resources, condition)


def _make_statement(
    effect: str, sid: str, actions: Sequence[str], resources: TemplateValue, condition: TemplateValue | None
) -> PolicyStatement:
    statement = {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": resources}
    return statement if condition is None else statement | {"Condition": condition}
