"""Names in Mermaid and DOT are text: no directive, no formula, no picture, no entity, no escape of a label's."""

from __future__ import annotations

import html
import json
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sfnorch.graph.dot import render_dot
from sfnorch.graph.mermaid import render_markdown, render_mermaid
from sfnorch.graph.svg import build_description, build_title, render_svg
from sfnorch.printable import make_printable
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template
from tests.unit.test_printable import ANY

HOSTILE = [
    "%%{init: {'securityLevel': 'loose'}}%%",
    'a"]; click s1 "javascript:alert(1)"; b["',
    "a\nclick s1 href 'javascript:alert(1)'\nend",
    "<script>alert(1)</script>&lt;b&gt;",
    "`**bold**` $$x^2$$ fa:fa-car fab:fa-x",
    '"]; evil [label=<<b>x</b>>, URL="javascript:alert(1)"]; x [label="',
    r"\N \G \E \L \l \r \\",
    "&#27;[31m &amp; &quot; &",
    "#quot; #35; ;",
]
_IN_QUOTES = re.compile(r'(?:[^"#;`<>{}\[\]|\\&%]|#\d+;|<br/>)*')
_NODE = re.compile(r's1\("(?P<label>.*)"\):::pass')


def named(name: str) -> Template:
    """A template of one machine with one state of this name."""
    definition = {"QueryLanguage": "JSONata", "StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}
    return evaluate_template(parse_template(json.dumps({"Resources": {"M": resource}}), "t.json"))


def pictured(name: str) -> tuple[str, str]:
    """A machine with one state of this name, as Mermaid and as DOT."""
    template = named(name)
    return render_mermaid(template.machines, template), render_dot(template.machines, template)


def mermaid_label(text: str) -> str:
    (line,) = (line.strip() for line in text.splitlines() if line.strip().startswith("s1("))
    match = _NODE.fullmatch(line)
    assert match is not None
    assert _IN_QUOTES.fullmatch(match["label"]), line
    return re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), match["label"])


def dot_label(text: str) -> str:
    (line,) = (line.strip() for line in text.splitlines() if line.strip().startswith("s1 ["))
    match = re.fullmatch(r's1 \[label="((?:[^"\\]|\\["\\n])*)", shape=ellipse, style=filled, .*\]', line)
    assert match is not None, line
    return html.unescape(re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), match[1]))


@given(st.sampled_from(HOSTILE) | ANY | st.text('"#;`<>{}[]|\\&%$fa:-\n\t 1', min_size=1))
def test_a_name_is_the_label_that_is_read(name: str):
    assume(not name.startswith("Fn::"))  # CloudFormation reads a mapping with this key alone as a function
    as_mermaid, as_dot = pictured(name)
    words = " ".join(make_printable(name).split())
    assert mermaid_label(as_mermaid) == words
    assert not re.search(r"\$\$|\bfa[bklrs]?:fa", as_mermaid)
    if not re.search(r"&\w*(?!;)", words):  # what html.unescape takes without a semicolon Graphviz does not
        assert dot_label(as_dot) == " ".join(words.split())


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_the_names():
    for name in HOSTILE:
        template = named(name)
        title, description = build_title(template.machines, template), build_description(template.machines, template)
        picture = ET.fromstring(render_svg(pictured(name)[1], title, description))  # noqa: S314 - made here
        first = [(element.tag.rpartition("}")[2], element.text) for element in list(picture)[:2]]
        machine = template.build_title(template.machines[0])
        words = " ".join(name.split())
        assert first == [("title", f"State machine {machine}"), ("desc", f"{machine}: {words} (Pass).")]
        texts = [" ".join((element.text or "").split()) for element in picture.iter() if element.tag.endswith("}text")]
        assert words in texts
        assert not [element for element in picture.iter() if element.tag.endswith("}a")]


def test_a_heading_of_markdown_is_text():
    template = named("Job")
    machine = replace(template.machines[0], name="*a* <b> [c](d) `e` $x$ \\")
    heading = render_markdown([machine], template).splitlines()[0]
    assert heading == r"## State machine \*a\* \<b\> \[c\](d) \`e\` \$x\$ \\"
