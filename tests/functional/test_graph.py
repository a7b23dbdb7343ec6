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
                      Job: {Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: {JobName: orders}, Retry: [{ErrorEquals: [Glue.ThrottlingException, States.Timeout]}, {ErrorEquals: [No], MaxAttempts: 0}], End: true}
                  End: true
            Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 1}]
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


OWN = """\
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: own
      DefinitionSubstitutions: {Me: !Sub 'arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:own'}
      Definition:
        StartAt: P
        States:
          P:
            Type: Parallel
            Branches: [{StartAt: B, States: {B: {Type: Task, Resource: 'arn:aws:states:::states:startExecution', Parameters: {StateMachineArn: '${Me}'}, End: true}}}]
            Catch: [{ErrorEquals: [States.ALL], Next: P}]
            Next: P
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
        '    s1["Function<br/>lambda:invoke"]:::lambda\n    m1start --> s1\n  end\n'
        "  classDef lambda fill:#ffedd5,stroke:#c2410c,color:#0f172a\n"
    )
    template("graph", "t.yaml", "--machine", "other", "-o", "out.txt")
    assert Path("out.txt").read_text() == "other\n└── Function  Task lambda:invoke\n"


def test_a_machine_that_starts_one_that_is_not_drawn(template: Run):
    mermaid = template("graph", "t.yaml", "--machine", "parent", "--format", "mermaid").out.splitlines()
    assert [line for line in mermaid if "m2" in line] == ['  m2[["other"]]:::execution', "  s2 ==> m2"]
    dot = template("graph", "t.yaml", "--machine", "parent", "--format", "dot").out.splitlines()
    assert dot[-3:] == [
        '  m2 [label="other", shape=box3d, style=filled, fillcolor="#ede9fe", color="#6d28d9"]',
        '  s2 -> m2 [style=bold, color="#6d28d9"]',
        "}",
    ]


def test_a_machine_that_starts_itself_and_states_that_lead_to_themselves(run: Run):
    Path("own.yaml").write_text(OWN)
    mermaid = run("graph", "own.yaml", "--format", "mermaid").out.splitlines()
    lines = [
        "    s1 --> s1",
        '    s1 -.->|"any error"| s1',
        "  s2 ==> m1start",
    ]  # a box around a node has no line to it
    assert [line for line in mermaid if "=> " in line or "> s1" in line or "| s1" in line][1:] == lines
    dot = run("graph", "own.yaml", "--format", "dot").out.splitlines()
    assert [line for line in dot if "s1_end -> s1" in line or "-> m1" in line] == [
        "    s1_end -> s1",
        '    s1_end -> s1 [style=dashed, color="#b91c1c", fontcolor="#b91c1c", label=" any error "]',
        '  s2 -> m1 [style=bold, color="#6d28d9"]',
    ]


def test_a_page_of_markdown_has_a_block_for_each_machine(template: Run):
    done = template("graph", "t.yaml", "--format", "mermaid", "-o", "machines.md")
    assert (done.code, done.out) == (0, "Wrote machines.md: mermaid, 2 state machines.\n")
    charts = Path(__file__).with_name("graphs").joinpath("machines.mermaid").read_text().split("\n\n")
    blocks = (chart.partition("\n")[2].rstrip("\n") for chart in charts)
    parent, other = (f"```mermaid\n{block}\n```\n" for block in blocks)
    page = f"## State machine parent\n\n{parent}\n## State machine other\n\n{other}"
    assert Path("machines.md").read_text() == page


def test_a_deep_tree_on_a_narrow_terminal(template: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "1")
    narrow = template("graph", "t.yaml").out
    assert [name for name in ("Split", "Each", "Job", "Pause", "Lost", "Function") if name not in narrow] == []
    assert not [line for line in narrow.splitlines() if len(line) > 50 or line != line.rstrip()]


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
    stand_in.write_text("#!/bin/sh\necho \"<svg x='1'><g><title>s1</title>\n$@ $(wc -l)</g></svg>\"\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(stand_in.parent), prepend=":")
    lines = template("graph", "t.yaml", "--format", "dot").out.count("\n")
    done = template("graph", "t.yaml", "--format", "svg")
    described = (
        '<svg role="img" aria-labelledby="graph-title graph-description" x=\'1\'>\n'
        '<title id="graph-title">State machines parent, other</title>\n'
        '<desc id="graph-description">parent: Split "it" (Parallel), Child (Task), Each (Map), Job (Task), Pause (Wait), '
        "Ask (Choice), Note (Pass), Done (Succeed), Stop (Fail), Lost (Succeed). other: Function (Task).</desc>"
    )
    assert (done.code, done.out) == (0, f"{described}<g>-Tsvg {lines}</g></svg>\n")
    stand_in.write_text("#!/bin/sh\necho 'syntax error' >&2\nexit 3\n")
    done = template("graph", "t.yaml", "--format", "svg", "-o", "out.svg")
    assert (done.code, done.err) == (1, "Error: Graphviz's dot failed: syntax error\n")
    assert not Path("out.svg").exists()


ERRORS: dict[tuple[str, ...], tuple[int, str]] = {
    ("t.yaml", "--machine", "third"): (
        1,
        "Error: t.yaml has no state machine 'third'\n  available: parent, other\n",
    ),
    ("none.yaml",): (1, "Error: The template none.yaml does not exist\n  sfnorch render creates one\n"),
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
            "Error: Graphviz is not installed: the program dot is missing\n"
            "  install it (https://graphviz.org/download), or use --format mermaid, which does not need it\n"
        ),
    )
