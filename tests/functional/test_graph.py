"""`sfnorch graph`, whole: each format of one template that has every kind of state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.golden.artifacts import PLANS

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Parent:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: parent
      Definition:
        StartAt: Split "it"
        States:
          Split "it":
            Type: Parallel
            Branches:
            - StartAt: Child
              States:
                Child: {Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Parameters: {StateMachineArn: !Ref Other}, End: true}
            - StartAt: Each
              States:
                Each:
                  Type: Map
                  MaxConcurrency: 3
                  ItemProcessor:
                    StartAt: Job
                    States:
                      Job: {Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: {JobName: orders}, End: true}
                  End: true
            Catch: [{ErrorEquals: [States.Timeout], Next: Stop}, {ErrorEquals: [States.ALL], Next: Stop}]
            Next: Pause
          Pause: {Type: Wait, Seconds: 30, Next: Ask}
          Ask:
            Type: Choice
            Choices:
            - {Variable: $.n, NumericLessThan: 5, Next: Pause}
            - {And: [{Variable: $.a, IsPresent: true}, {Not: {Variable: $.b, StringEquals: x}}], Next: Note, Comment: a is there}
            Default: Note
          Note: {Type: Pass, Next: Done}
          Done: {Type: Succeed}
          Stop: {Type: Fail, Error: Stopped}
          Lost: {Type: Succeed}
  Other:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: other
      Definition: {StartAt: Function, States: {Function: {Type: Task, Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true}}}
"""


@pytest.fixture
def template(run: Run) -> Run:
    Path("t.yaml").write_text(TEMPLATE)
    return run


@pytest.mark.smoke
@pytest.mark.parametrize("form", ["text", "mermaid", "dot"])
def test_formats(form: str, template: Run):
    done = template("graph", "t.yaml", "--format", form)
    expected = Path(__file__).with_name("graphs") / f"machines.{form}"
    assert (done.code, done.err, done.out) == (0, "", expected.read_text())


def test_one_machine_into_a_file(template: Run):
    done = template("graph", "t.yaml", "--machine", "other", "--format", "mermaid", "-o", "out.mmd")
    assert (done.code, done.out) == (0, "Wrote out.mmd: mermaid, 1 state machine.\n")
    assert Path("out.mmd").read_text() == (
        'flowchart TD\n  subgraph m1 ["other"]\n    m1start(( ))\n'
        '    s1["Function<br/>lambda:invoke"]\n    m1start --> s1\n  end\n'
    )
    template("graph", "t.yaml", "--machine", "other", "-o", "out.txt")
    assert Path("out.txt").read_text() == "other\n└── Function  Task lambda:invoke\n"


def test_a_machine_that_starts_one_that_is_not_drawn(template: Run):
    mermaid = template("graph", "t.yaml", "--machine", "parent", "--format", "mermaid").out.splitlines()
    assert mermaid[-2:] == ['  m2[["other"]]', "  s2 ==> m2"]
    dot = template("graph", "t.yaml", "--machine", "parent", "--format", "dot").out.splitlines()
    assert dot[-3:] == ['  m2 [label="other", shape=box3d]', "  s2 -> m2 [style=bold]", "}"]


@pytest.mark.smoke
def test_the_plans_rendering(run: Run):
    done = run("graph", "--machine", "child-1", "--format", "mermaid")
    assert (done.code, done.out.splitlines()[1]) == (0, '  subgraph m1 ["child-1"]')


def clusters_of(lines: list[str]) -> tuple[dict[str, tuple[str, ...]], list[tuple[tuple[str, ...], str, str]]]:
    """The clusters that each node of a DOT graph is declared in, outermost first; and each arrow, with its clusters."""
    within: list[str] = []
    nodes: dict[str, tuple[str, ...]] = {}
    arrows: list[tuple[tuple[str, ...], str, str]] = []
    for line in lines[4:-1]:  # what holds for the whole graph stands before
        words = line.split()
        if words[0] == "subgraph":
            within.append(words[1])
        elif words[0] == "}":
            within.pop()
        elif len(words) > 2 and words[1] == "->":
            arrows.append((tuple(within), words[0], words[2]))
        elif not words[0].startswith("label="):
            assert nodes.setdefault(words[0], tuple(within)) == tuple(within)
    return nodes, arrows


@pytest.mark.parametrize("file", ["t.yaml", "flow-everything.sam.yaml", "tasks.sam.yaml"])
def test_no_arrow_draws_a_node_into_another_box(file: str, template: Run):
    path = Path(file) if Path(file).exists() else PLANS / file
    nodes, arrows = clusters_of(template("graph", str(path), "--format", "dot").out.splitlines())
    for within, source, target in arrows:
        # an arrow in a cluster draws its nodes into it, unless they are there already, or in a cluster of it
        assert nodes[source][: len(within)] == nodes[target][: len(within)] == within
    for node, within in nodes.items():
        own = f"cluster_{node}"
        assert (own in within) == any(own in clusters for clusters in nodes.values()), node


def test_branches_stand_in_the_box_of_their_state(template: Run):
    nodes, _ = clusters_of(template("graph", "t.yaml", "--format", "dot").out.splitlines())
    split = ("cluster_m1", "cluster_s1")
    assert {name: nodes[name] for name in ("s1", "s2", "s3", "s4", "s5")} == {
        "s1": split,
        "s2": (*split, "cluster_s1_1"),
        "s3": (*split, "cluster_s1_2", "cluster_s3"),
        "s4": (*split, "cluster_s1_2", "cluster_s3", "cluster_s3_1"),
        "s5": ("cluster_m1",),
    }


def test_svg_is_what_graphviz_makes(template: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stand_in = tmp_path / "bin" / "dot"
    stand_in.parent.mkdir()
    stand_in.write_text('#!/bin/sh\necho "<svg>$@ $(wc -l)</svg>"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(stand_in.parent), prepend=":")
    lines = template("graph", "t.yaml", "--format", "dot").out.count("\n")
    done = template("graph", "t.yaml", "--format", "svg")
    assert (done.code, done.out.split()) == (0, ["<svg>-Tsvg", f"{lines}</svg>"])
    stand_in.write_text("#!/bin/sh\necho 'syntax error' >&2\nexit 3\n")
    done = template("graph", "t.yaml", "--format", "svg", "-o", "out.svg")
    assert (done.code, done.err) == (1, "Error: Graphviz's dot failed: syntax error\n")
    assert not Path("out.svg").exists()


ERRORS: dict[tuple[str, ...], tuple[int, str]] = {
    ("t.yaml", "--machine", "third"): (
        1,
        "Error: There is no state machine 'third' in t.yaml\n  it has: parent, other\n",
    ),
    ("none.yaml",): (1, "Error: There is no template none.yaml\n  sfnorch render writes one\n"),
    ("topic.yaml",): (1, "Error: topic.yaml: no state machine found\n"),
    ("broken.yaml",): (
        1,
        (
            "Error: Resources.M.Properties.DefinitionString: the definition is not JSON: Expecting value "
            "(broken.yaml, line 1)\n"
        ),
    ),
    ("t.yaml", "--plan", "p.yaml"): (2, "Error: A template and --plan exclude each other; pass one of them.\n"),
}


@pytest.mark.parametrize("arguments", ERRORS)
def test_bad_input(arguments: tuple[str, ...], template: Run):
    Path("topic.yaml").write_text("Resources: {T: {Type: AWS::SNS::Topic}}\n")
    Path("broken.yaml").write_text(
        "Resources: {M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{'}}}\n".replace(
            "'{'", "'{\"a\": }'"
        )
    )
    done = template("graph", *arguments)
    code, message = ERRORS[arguments]
    assert (done.code, done.out) == (code, "")
    assert done.err.endswith(message)


def test_without_graphviz(template: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    done = template("graph", "t.yaml", "--format", "svg")
    assert (done.code, done.err) == (
        1,
        (
            "Error: Graphviz is not installed: there is no program dot\n"
            "  install it (https://graphviz.org/download), or take --format mermaid, which needs nothing\n"
        ),
    )
