"""The default orchestration written with AWS CDK in Python: what `sfnorch render` is measured against.

The same machines, states, roles, alarms and topic, as far as CDK's own constructs say them; nothing is left out that
takes time to synthesize. usage: python cdk_app.py OUTPUT-FOLDER   (needs aws-cdk-lib, which needs Node.js)
"""

from __future__ import annotations

import sys

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

CHAINS = (4, 5, 4, 5, 4)
GLUE_ERRORS = [
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.AWSGlueException",
    "Glue.ThrottlingException",
]


def run_job(stack: cdk.Stack, name: str, failed: sfn.IChainable) -> tasks.GlueStartJobRun:
    """A task that runs a job, tries its start again, and goes to `failed` on any error."""
    job = tasks.GlueStartJobRun.jsonata(
        stack,
        name,
        glue_job_name=name,
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        assign={"done": "{% $done + 1 %}"},
    )
    job.add_retry(
        errors=GLUE_ERRORS,
        interval=cdk.Duration.seconds(10),
        max_attempts=7,
        jitter_strategy=sfn.JitterType.FULL,
    )
    job.add_catch(failed, errors=["States.DataLimitExceeded"])
    job.add_catch(failed, errors=["States.ALL"])
    return job


def set_alarm(stack: cdk.Stack, name: str, alarm: str, state: str) -> tasks.CallAwsService:
    """A task that sets an alarm."""
    return tasks.CallAwsService.jsonata(
        stack,
        name,
        service="cloudwatch",
        action="setAlarmState",
        parameters={"AlarmName": alarm, "StateValue": state, "StateReason": "{% $states.input.Cause %}"},
        iam_resources=[f"arn:aws:cloudwatch:*:*:alarm:{alarm}"],
    )


def child(stack: cdk.Stack, number: int, jobs: int, log_group: logs.LogGroup) -> sfn.StateMachine:
    """A child machine: its jobs one after another, its alarm, its ends."""
    alarm = f"child-{number}-failed"
    failed = sfn.Fail.jsonata(stack, f"ChildFailed{number}", error="GlueJobFailed", cause="{% $states.input.Cause %}")
    raise_alarm = set_alarm(stack, f"RaiseAlarm{number}", alarm, "ALARM").next(failed)
    done = sfn.Succeed.jsonata(stack, f"Done{number}", outputs={"child": "{% $child %}"})
    clear = set_alarm(stack, f"ClearAlarm{number}", alarm, "OK").next(done)
    invalid = sfn.Fail(stack, f"InvalidInput{number}", error="InvalidInput", cause="glueJobs must be a list")
    given = sfn.Map.jsonata(
        stack, f"RunGivenJobs{number}", max_concurrency=1, items=sfn.ProvideItems.jsonata("{% $jobs %}")
    )
    given.item_processor(
        run_job(stack, f"RunJob{number}", sfn.Fail(stack, f"JobFailed{number}", error="GlueJobFailed"))
    )
    given.add_catch(raise_alarm, errors=["States.ALL"]).next(clear)
    first, *others = (run_job(stack, f"glue-job-{number}-{letter}", raise_alarm) for letter in "abcde"[:jobs])
    chain = sfn.Chain.start(first)
    for job in others:
        chain = chain.next(job)
    chain.next(clear)
    check = sfn.Choice.jsonata(stack, f"CheckJobs{number}")
    check.when(sfn.Condition.jsonata("{% $given = null %}"), first)
    check.when(sfn.Condition.jsonata("{% $count($given) > 0 %}"), given).otherwise(invalid)
    resolve = sfn.Pass.jsonata(stack, f"ResolveJobs{number}", assign={"child": f"child-{number}", "done": 0})
    return sfn.StateMachine(
        stack,
        f"Child{number}",
        definition_body=sfn.DefinitionBody.from_chainable(resolve.next(check)),
        query_language=sfn.QueryLanguage.JSONATA,
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ERROR),
    )


def alarm_of(stack: cdk.Stack, name: str, machine: sfn.StateMachine, topic: sns.Topic) -> None:
    """The alarm on any failure of a machine."""
    failures = cloudwatch.MathExpression(
        expression="failed + timedOut + aborted",
        using_metrics={
            "failed": machine.metric_failed(),
            "timedOut": machine.metric_timed_out(),
            "aborted": machine.metric_aborted(),
        },
    )
    alarm = cloudwatch.Alarm(
        stack,
        f"{name}Alarm",
        alarm_name=f"{name}-failed",
        metric=failures,
        threshold=1,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.IGNORE,
    )
    alarm.add_alarm_action(actions.SnsAction(topic))


def main() -> None:
    """Synthesizes the stack."""
    app = cdk.App(outdir=sys.argv[1], analytics_reporting=False)
    stack = cdk.Stack(app, "master-step-function-stack")
    key = kms.Key(stack, "AlarmTopicKey", enable_key_rotation=True)
    key.grant_encrypt_decrypt(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
    topic = sns.Topic(stack, "AlarmTopic", master_key=key)
    log_group = logs.LogGroup(stack, "LogGroup", retention=logs.RetentionDays.ONE_MONTH)
    children = [child(stack, number, jobs, log_group) for number, jobs in enumerate(CHAINS, 1)]
    parallel = sfn.Parallel.jsonata(stack, "RunChildren")
    for number, machine in enumerate(children, 1):
        start = tasks.StepFunctionsStartExecution.jsonata(
            stack,
            f"RunChild{number}",
            state_machine=machine,
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            input=sfn.TaskInput.from_object({"threadId": f"T{number}"}),
        )
        start.add_catch(sfn.Pass(stack, f"EndChild{number}"), errors=["States.ALL"])
        skip = sfn.Choice.jsonata(stack, f"CheckChild{number}")
        skip.when(sfn.Condition.jsonata(f"{{% $threads[{number - 1}].skip %}}"), sfn.Pass(stack, f"SkipChild{number}"))
        parallel.branch(skip.otherwise(start))
    done = sfn.Succeed(stack, "Done")
    notify = tasks.SnsPublish.jsonata(
        stack, "NotifyFailure", topic=topic, message=sfn.TaskInput.from_text("{% $string($states.input) %}")
    ).next(done)
    failed = sfn.Choice.jsonata(stack, "AnyChildFailed")
    failed.when(sfn.Condition.jsonata("{% 'FAILED' in $states.input.status %}"), notify).otherwise(done)
    master = sfn.StateMachine(
        stack,
        "Master",
        definition_body=sfn.DefinitionBody.from_chainable(parallel.next(failed)),
        query_language=sfn.QueryLanguage.JSONATA,
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ERROR),
    )
    for number, machine in enumerate([master, *children]):
        alarm_of(stack, f"machine-{number}", machine, topic)
    app.synth()


if __name__ == "__main__":
    main()
