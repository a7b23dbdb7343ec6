"""Which integrations a definition calls, and their resources in another partition."""

from __future__ import annotations

from sfnorch.asl import (
    Fail,
    Graph,
    Map,
    Parallel,
    Task,
    list_integrations,
    name_substitutions,
    replace_resources,
    serialize_graph,
)


def task(name: str, resource: str) -> Task:
    return Task(name=name, resource=resource)


INNER = Graph(task("a", "glue:startJobRun.sync"))
GRAPH = Graph(
    Map(name="m", items=[1], processor=INNER, next="p"),
    Parallel(name="p", branches=(INNER, Graph(task("b", "aws-sdk:sns:publish"))), next="t"),
    Task(name="t", resource="sns:publish", arguments={"Resource": "arn:aws:states:::sns:publish"}, next="f"),
    Fail(name="f", error="E", cause="arn:aws:states:::sns:publish"),
)


def test_the_integrations_in_their_order_each_once():
    assert list_integrations(serialize_graph(GRAPH)) == ("glue:startJobRun.sync", "aws-sdk:sns:publish", "sns:publish")


def test_only_the_resources_of_tasks_are_written_otherwise():
    made = serialize_graph(GRAPH)
    states = replace_resources(made, lambda integration: f"<{integration}>")["States"]
    assert states["m"]["ItemProcessor"]["States"]["a"]["Resource"] == "<glue:startJobRun.sync>"
    assert [branch["States"] for branch in states["p"]["Branches"]] == [
        {"a": {"Type": "Task", "Resource": "<glue:startJobRun.sync>", "End": True}},
        {"b": {"Type": "Task", "Resource": "<aws-sdk:sns:publish>", "End": True}},
    ]
    assert states["t"] == {**made["States"]["t"], "Resource": "<sns:publish>"}
    assert states["f"] == made["States"]["f"]
    assert made == serialize_graph(GRAPH)


def test_names_of_substitutions_are_the_integrations_own_and_free():
    called = ("states:startExecution.sync:2", "aws-sdk:sns:publish", "sns:publish", "glue:startJobRun")
    assert name_substitutions(called, {"GlueStartJobRun", "SnsPublishCall"}) == {
        "states:startExecution.sync:2": "StatesStartExecutionSync2",
        "aws-sdk:sns:publish": "SnsPublish",
        "sns:publish": "SnsPublishCallCall",
        "glue:startJobRun": "GlueStartJobRunCall",
    }
