"""`sfnorch deploy` against an emulator: what it shows, what it leaves, how it goes on from every state of a stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.ministack import REGION, Account
from tests.screens import plain
from tests.wire import Fault, Wire, json_answer

TOPIC = """\
Parameters:
  Title: {Type: String, Default: news}
  Word: {Type: String, Default: hush, NoEcho: true}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Sub '${Title} ${Word}'}
Outputs:
  Title: {Value: !Ref Title}
"""
# An SSM parameter of a name that is taken can't be created: AWS says so, and so does the emulator.
TAKEN = """\
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Taken:
    Type: AWS::SSM::Parameter
    DependsOn: Topic
    Properties: {Name: /taken, Type: String, Value: a}
"""
EVENTS = """\
HH:MM:SS  CREATE_IN_PROGRESS    s  AWS::CloudFormation::Stack
HH:MM:SS  CREATE_IN_PROGRESS    Topic  AWS::SNS::Topic
HH:MM:SS  CREATE_COMPLETE       Topic  AWS::SNS::Topic
HH:MM:SS  CREATE_COMPLETE       s  AWS::CloudFormation::Stack
"""
ADDED = """\
CHANGE  RESOURCE  TYPE
add     Topic     AWS::SNS::Topic
1 to add
"""


@pytest.fixture
def deploy(run: Run, account: Account) -> Run:
    """Runs `sfnorch deploy` for a template, in an empty account, without questions."""

    def command(template: str, *arguments: str) -> Outcome:
        Path("t.yaml").write_text(template)
        done = run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes", *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


def change_sets(account: Account) -> list[tuple[str, str]]:
    rows = account.client("cloudformation").list_change_sets(StackName="s")["Summaries"]
    return [(row["Status"], row["ExecutionStatus"]) for row in rows]


def status(account: Account) -> str:
    return str(account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]["StackStatus"])


@pytest.mark.smoke
def test_a_new_stack(deploy: Run, account: Account):
    done = deploy(TOPIC)
    assert (done.code, done.out) == (0, "Title  news\n")
    assert done.err == ADDED + EVENTS + "Deployed: s is CREATE_COMPLETE.\n"
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


def test_nothing_to_change(deploy: Run, account: Account):
    deploy(TOPIC)
    done = deploy(TOPIC)
    assert (done.code, done.out, done.err) == (0, "Title  news\n", "No changes: s is CREATE_COMPLETE.\n")
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


@pytest.mark.smoke
def test_an_update_keeps_the_parameters_that_are_not_given(deploy: Run, account: Account):
    deploy(TOPIC, "--parameter-overrides", "Title=first", "Word=a-secret-word", "--tags", "team=data")
    done = deploy(TOPIC, "--parameter-overrides", "Title=second")
    assert (done.code, done.out) == (0, "Title  second\n")
    assert done.err == (
        "CHANGE  RESOURCE  TYPE             BECAUSE OF\n"
        "modify  Topic     AWS::SNS::Topic  DisplayName\n"
        "1 to modify\n"
        "PARAMETER  VALUE   USED BY\n"
        "Title      second  Topic\n"
        "Word       ****    Topic    kept from the stack\n"
        "HH:MM:SS  UPDATE_IN_PROGRESS    s  AWS::CloudFormation::Stack\n"
        "HH:MM:SS  UPDATE_IN_PROGRESS    Topic  AWS::SNS::Topic\n"
        "HH:MM:SS  UPDATE_COMPLETE       Topic  AWS::SNS::Topic\n"
        "HH:MM:SS  UPDATE_COMPLETE       s  AWS::CloudFormation::Stack\n"
        "Deployed: s is UPDATE_COMPLETE.\n"
    )
    topic = account.client("sns").list_topics()["Topics"][0]["TopicArn"]
    name = account.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"]
    assert name == "second a-secret-word"
    stack = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
    assert stack["Tags"] == [{"Key": "team", "Value": "data"}]


def test_parameters_that_are_not_given_can_have_their_defaults_again(deploy: Run):
    deploy(TOPIC, "--parameter-overrides", "Title=first", "Word=a")
    done = deploy(TOPIC, "--no-previous-parameters", "--parameter-overrides", '{"Word": "a"}')
    assert (done.code, done.out) == (0, "Title  news\n")
    assert deploy(TOPIC, "--parameter-overrides", "Title=first", "@nowhere").err.endswith(
        "Error: --parameter-overrides: nowhere can't be read: No such file or directory.\n"
    )


def test_replacements_and_removals_stand_out(deploy: Run):
    other = "  Queue: {Type: AWS::SQS::Queue}\n"
    deploy(TOPIC.replace("Outputs:", other + "Outputs:"))
    named = TOPIC.replace("DisplayName: !Sub '${Title} ${Word}'", "TopicName: !Sub '${Title}-${Word}'")
    done = deploy(named)
    assert done.err.splitlines()[:4] == [
        "CHANGE   RESOURCE  TYPE             BECAUSE OF",
        "replace  Topic     AWS::SNS::Topic  DisplayName, TopicName",
        "remove   Queue     AWS::SQS::Queue",
        "1 to replace, 1 to remove",
    ]


def test_a_failed_creation_names_what_failed_first_and_why(deploy: Run, account: Account):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    done = deploy(TAKEN)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-3:] == [
        "Error: s: ROLLBACK_COMPLETE",
        (
            'Error: Taken (AWS::SSM::Parameter): AWS::SSM::Parameter create failed: b\'{"__type": "ParameterAlreadyExists", '
            '"message": "The parameter already exists. To overwrite this value, set the overwrite option in the request to '
            "true.\"}'"
        ),
        (
            "  the name is in use: a resource with this name exists outside the stack; choose another --stack-name, or delete "
            "that resource"
        ),
    ]
    again = deploy(TOPIC)
    assert again.code == 0
    assert again.err.splitlines()[0] == "s is ROLLBACK_COMPLETE: its creation failed, and no resource is left."
    assert status(account) == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("on_failure", "created", "updated"),
    [
        ("rollback", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
        ("delete", "", "UPDATE_ROLLBACK_COMPLETE"),
        ("keep", "CREATE_FAILED", "UPDATE_FAILED"),
    ],
)
def test_what_becomes_of_a_failed_deployment(
    deploy: Run, account: Account, on_failure: str, created: str, updated: str
):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    assert deploy(TAKEN, "--on-failure", on_failure).code == 1
    if created:
        assert status(account) == created
    else:
        with pytest.raises(account.client("cloudformation").exceptions.ClientError, match="does not exist"):
            status(account)
    assert deploy(TOPIC).code == 0
    assert status(account) == "CREATE_COMPLETE"
    assert deploy(TAKEN, "--on-failure", on_failure).code == 1
    assert status(account) == updated
    assert deploy(TOPIC, "--parameter-overrides", "Title=again").out == "Title  again\n"
    assert status(account) == "UPDATE_COMPLETE"


def test_a_review_left_over_is_gone_on_with(deploy: Run, account: Account):
    account.client("cloudformation").create_change_set(
        StackName="s", ChangeSetName="by-hand", ChangeSetType="CREATE", TemplateBody=TOPIC
    )
    assert status(account) == "REVIEW_IN_PROGRESS"
    assert deploy(TOPIC).code == 0
    assert status(account) == "CREATE_COMPLETE"


def test_a_change_set_left_for_review_and_executed_later(deploy: Run, run: Run, account: Account):
    done = deploy(TOPIC, "--no-execute")
    assert (done.code, done.out) == (0, "sfnorch deploy --stack-name s --execute-change-set sfnorch-DIGEST-NONCE\n")
    assert status(account) == "REVIEW_IN_PROGRESS"
    name = account.client("cloudformation").list_change_sets(StackName="s")["Summaries"][0]["ChangeSetName"]
    done = run("deploy", "--stack-name", "s", "--execute-change-set", name, "--yes")
    assert (done.code, done.out) == (0, "Title  news\n")
    done = run("deploy", "--stack-name", "s", "--execute-change-set", name, "--yes")
    assert (done.code, done.out, done.err) == (0, "Title  news\n", "No changes: s is CREATE_COMPLETE.\n")
    gone = run("deploy", "--stack-name", "s", "--execute-change-set", "nobody", "--yes")
    assert (gone.code, gone.out) == (1, "")


def test_the_same_wish_leaves_one_change_set(deploy: Run, account: Account):
    deploy(TOPIC, "--no-execute")
    deploy(TOPIC, "--no-execute")
    assert change_sets(account) == [("CREATE_COMPLETE", "AVAILABLE")]
    assert deploy(TOPIC).code == 0


@pytest.mark.smoke
def test_a_large_template_goes_by_a_bucket_of_its_own(deploy: Run, account: Account):
    large = TOPIC + "".join(f"  Output{n}: {{Value: {'x' * 1000}}}\n" for n in range(60))
    done = deploy(large)
    assert done.code == 0
    assert (
        done.err.splitlines()[0]
        == "The template has 61,552 bytes; templates larger than 51,200 bytes require an S3 bucket."
    )
    s3, name = account.client("s3"), f"sfnorch-{account.number}-{REGION}"
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [name]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    statement = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert len(s3.list_objects_v2(Bucket=name)["Contents"]) == 1
    assert deploy(large).err == "No changes: s is CREATE_COMPLETE.\n"


def test_a_bucket_that_is_given(deploy: Run, account: Account):
    large = TOPIC + "".join(f"  Output{n}: {{Value: {'x' * 1000}}}\n" for n in range(60))
    done = deploy(large, "--s3-bucket", "not-there")
    assert (done.code, done.err) == (1, "Error: The bucket not-there does not exist\n")
    account.client("s3").create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert deploy(large, "--s3-bucket", "mine").code == 0
    assert len(account.client("s3").list_objects_v2(Bucket="mine")["Contents"]) == 1


def test_termination_protection_is_set_and_taken_off(deploy: Run, account: Account, run: Run):
    def protected() -> bool:
        stack = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
        return bool(stack["EnableTerminationProtection"])

    deploy(TOPIC, "--termination-protection")
    assert protected()
    deploy(TOPIC)
    assert protected()
    done = run("delete", "--stack-name", "s", "--yes")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: s is protected against deletion\n"
            "  `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name s` "
            "removes the protection\n"
        ),
    )
    deploy(TOPIC, "--no-termination-protection")
    assert not protected()


def test_json_is_one_document(deploy: Run, account: Account):
    done = deploy(TOPIC, "--output", "json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    identifier = document["changeSet"].pop("id")
    assert identifier.startswith(f"arn:aws:cloudformation:{REGION}:ACCOUNT:changeSet/sfnorch-")
    assert document == {
        "version": 1,
        "stack": "s",
        "status": "CREATE_COMPLETE",
        "end": "deployed",
        "changeSet": {
            "name": "sfnorch-DIGEST-NONCE",
            "changes": [
                {
                    "action": "Add",
                    "replacement": None,
                    "resource": "Topic",
                    "physicalId": "",
                    "type": "AWS::SNS::Topic",
                    "iam": False,
                    "causes": [],
                    "drift": None,
                }
            ],
            "express": False,
            "driftStatus": None,
        },
        "outputs": {"Title": "news"},
        "command": None,
        "failure": None,
    }
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    failed = deploy(TAKEN, "--output", "json")
    assert failed.code == 1
    failure = json.loads(failed.out)["failure"]
    assert (failure["status"], failure["resource"], failure["type"]) == (
        "UPDATE_ROLLBACK_COMPLETE",
        "Taken",
        "AWS::SSM::Parameter",
    )


JOBS = """\
pattern: master-child
job_states: false
logging: false
tracing: false
children: [{name: one, jobs: [extract-orders, clean-ordres]}]
"""


def test_jobs_that_are_not_there_are_told_with_the_near_name(run: Run, wire: Wire):
    pages = [{"JobNames": ["clean-orders"], "NextToken": "2"}, {"JobNames": ["extract-orders"]}]
    wire.faults = [Fault("ListJobs", json_answer(page)) for page in pages * 2]
    Path("sfnorch.yaml").write_text(JOBS)
    done = run("deploy", "--yes", "--no-execute", "--child1-jobs", "extract-orders,other")
    told = [line for line in done.err.splitlines() if line.startswith("warning")]
    assert (done.code, told) == (
        0,
        [
            "warning: unknown Glue job clean-ordres; did you mean clean-orders?",
            "warning: unknown Glue job other",
        ],
    )
    required = run("deploy", "--yes", "--require-jobs", "--stack-name", "other")
    assert (required.code, required.out, required.err) == (
        1,
        "",
        (
            "Error: unknown Glue job clean-ordres; did you mean clean-orders?\n"
            "  nothing was deployed; without --require-jobs this is a warning\n"
        ),
    )


@pytest.mark.parametrize(
    ("template", "arguments", "error"),
    [
        (
            TOPIC,
            ["--parameter-overrides", "Titel=x"],
            "Error: unknown parameter Titel; did you mean Title?\n  set parameters with --parameter-overrides KEY=VALUE\n",
        ),
        (
            TOPIC.replace("Default: news", "AllowedPattern: '[a-z]+'"),
            ["--parameter-overrides", "Title=X1"],
            "Error: Title cannot be 'X1': it must match [a-z]+\n  set parameters with --parameter-overrides KEY=VALUE\n",
        ),
        (
            TOPIC.replace("  Topic:", "  Topic: {Type: AWS::SNS::Topic}\n  Topic:"),
            [],
            (
                "Error: duplicate key 'Topic'; the first is on line 5 (t.yaml, line 6) [template]\n"
                "  nothing was deployed\n"
            ),
        ),
    ],
)
def test_what_is_refused_before_anything_is_made(
    deploy: Run, account: Account, template: str, arguments: list[str], error: str
):
    done = deploy(template, *arguments)
    assert (done.code, done.out, done.err) == (1, "", error)
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "No terminal for prompts; pass --yes to deploy, or --no-execute to create only the change set."),
        (["--stack-name", "a_b"], ("Invalid value for '--stack-name': 'a_b' is not a stack name; use 1 to 128 letters, digits "
         "and hyphens, and begin with a letter.")),
        (["--yes", "--tags", "x"], "--tags x: expected KEY=VALUE."),
        (["--yes", "--child1-jobs", "a", "--parameter-overrides", "Child1GlueJobs=b"],
         "--child1-jobs: the parameter Child1GlueJobs is set twice."),
        (["--yes", "--execute-change-set", "x", "--tags", "a=b"],
         "--execute-change-set cannot be combined with a plan, a template, parameters or settings; the change set contains them."),
        (["--yes", "--execute-change-set", ""], "--execute-change-set requires the name of a change set."),
        (["--yes", "--jobs", "nobody=a"], ("--jobs nobody: unknown child; available: child-1, child-2, child-3, "
         "child-4, child-5.")),
        (["--yes", "--parameter-overrides", "A=b", "A=c"], "--parameter-overrides: duplicate key A."),
        (["--yes", "--plan", "a", "--template", "b"], "A template and --plan exclude each other; pass one of them."),
    ],
)  # fmt: skip
def test_wrong_usage(run: Run, account: Account, arguments: list[str], error: str):
    done = run("deploy", *arguments)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", f"Error: {error}")
