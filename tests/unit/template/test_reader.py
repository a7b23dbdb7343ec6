from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.errors import SfnorchError
from sfnorch.template.errors import TemplateError
from sfnorch.template.located import Block, Object, SourceLocation, find_place, format_path
from sfnorch.template.reader import KIND, TAGS, parse_json, parse_template, read_template

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_short_tags_become_the_long_form():
    text = "a: !Ref B\nb: !GetAtt C.Arn.More\nc: !Sub '${D}'\nd: !If [E, 1, !Ref AWS::NoValue]\ne: !Condition F\n"
    assert parse_template(text, "t.yaml").data == {
        "a": {"Ref": "B"},
        "b": {"Fn::GetAtt": ["C", "Arn.More"]},
        "c": {"Fn::Sub": "${D}"},
        "d": {"Fn::If": ["E", 1, {"Ref": "AWS::NoValue"}]},
        "e": {"Condition": "F"},
    }


def test_every_function_has_its_tag():
    assert TAGS["!Ref"] == "Ref"
    assert TAGS["!FindInMap"] == "Fn::FindInMap"
    assert len(TAGS) == 22


def test_scalars_are_yaml_1_1s_save_dates():
    text = "a: 2012-10-17\nb: yes\nc: 0b\nd: 1_000\ne: 1e5\nf: 1.5\ng: ~\nh: 010\ni: '1'\nj: .\n"
    assert parse_template(text, "t.yaml").data == {
        "a": "2012-10-17",
        "b": True,
        "c": "0b",
        "d": 1000,
        "e": "1e5",
        "f": 1.5,
        "g": None,
        "h": 8,
        "i": "1",
        "j": ".",
    }


def test_every_value_has_its_line():
    source = parse_template("A:\n  B:\n  - x\n  - {C: 1,\n     D: 2}\n  E: |\n    one\n    two\n", "t.yaml")
    lines = {
        format_path(path): find_place(source.data, path)
        for path in [("A",), ("A", "B"), ("A", "B", 1), ("A", "B", 1, "D"), ("A", "E"), ("A", "B", 1, "X", 3), ("Z",)]
    }
    assert lines == {
        "A": SourceLocation("t.yaml", 1),
        "A.B": SourceLocation("t.yaml", 2),
        "A.B[1]": SourceLocation("t.yaml", 4),
        "A.B[1].D": SourceLocation("t.yaml", 5),
        "A.E": SourceLocation("t.yaml", 6),
        "A.B[1].X[3]": SourceLocation("t.yaml", 4),
        "Z": SourceLocation("t.yaml", 1),
    }
    block = source.data["A"]["E"]
    assert isinstance(block, Block)
    assert (block, block.first_line) == ("one\ntwo\n", 7)


def test_merges_are_done_and_aliases_told():
    source = parse_template("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n", "t.yaml")
    assert source.data == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2}}
    assert [(alias.name, alias.line) for alias in source.aliases] == [("a", 2), ("a", 3)]


def test_json_is_read_with_its_lines():
    source = parse_template('{\n\t"A": "\\ud83d\\ude00 \\/ \\\\u0041",\n\t"B": [1e5, true, null]\n}', "t.json")
    assert source.data == {"A": "😀 / \\u0041", "B": [100000.0, True, None]}
    assert source.data.lines == {"A": 2, "B": 3}


@given(JSON, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_any_json_is_read_as_it_is(value: object, ascii_only: bool, indent: object):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)  # type: ignore[arg-type]
    try:
        read = parse_json(text, "t.json")
    except (TemplateError, ValueError):  # YAML has no way to write some control characters, and half a pair
        assert any(not character.isprintable() for character in json.dumps(value, ensure_ascii=False))
        return
    assert read == value
    assert json.dumps(read) == json.dumps(value)


FAULTS = {
    "nothing": ("", "the template is empty; add a Resources section (t.yaml, line 1)"),
    "a comment": ("# only this\n", "the template is empty; add a Resources section (t.yaml, line 1)"),
    "a list": (
        "\n- 1\n",
        "a template must be a mapping of sections; add a Resources section (t.yaml, line 2)",
    ),
    "no YAML": ("a: [1\nb: 2\n", "this is not YAML: expected ',' or ']', but got ':' (t.yaml, line 2)"),
    "two documents": ("a: 1\n---\nb: 1\n", "this is not YAML: but found another document (t.yaml, line 2)"),
    "no JSON": ('{\n"a": }\n,', "this is not JSON: Expecting value (t.yaml, line 2)"),
    "a control character": ('a: "\x01"', "U+0001 is not allowed in YAML (t.yaml, line 1)"),
    "too deep": ("[" * 300, "lists or mappings are nested too deep (t.yaml, line 1)"),
    "itself": (
        "a: &a\n- *a\n",
        "a value contains itself as an alias; write the value without the alias (t.yaml, line 1)",
    ),
    "a bomb": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "its aliases expand to 1,234,567,900 values; write the values without aliases (t.yaml, line 1)",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_can_not_be_read_at_all(name: str):
    text, message = FAULTS[name]
    with pytest.raises(TemplateError) as error:
        parse_template(text, "t.yaml")
    assert str(error.value) == message


def test_what_is_wrong_in_places_is_told_with_the_rest_read():
    source = parse_template("a: 1\nb: !Reff A\na: 2\nc: !Whatever x\n? [d]\n: 1\ne: {<<: 1}\n", "t.yaml")
    functions = ", ".join(TAGS)
    assert [str(fault) for fault in source.faults] == [
        "unknown tag !Reff; did you mean !Ref? (t.yaml, line 2)",
        "duplicate key 'a'; the first is on line 1 (t.yaml, line 3)",
        f"unknown tag !Whatever; available: {functions} (t.yaml, line 4)",
        "a key is a list or a mapping; write a text before the colon (t.yaml, line 5)",
        "<< cannot be merged: expected a mapping or list of mappings for merging, but found scalar (t.yaml, line 7)",
    ]
    assert source.data == {"a": 1, "b": "A", "c": "x", "e": {}}


def test_a_file_is_read(tmp_path: Path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    source = read_template(path)
    assert (source.file, source.data, source.text) == (str(path), {"a": 1}, "a: 1\r\n")


FILES = {
    "missing": (lambda path: None, "The template {} does not exist", "sfnorch render creates one"),
    "directory": (Path.mkdir, "{} is a directory; a template must be a file", "specify a file in it"),
    "large": (
        lambda path: path.write_text("#" * (KIND.max_bytes + 1)),
        "{} is larger than 1,048,576 bytes",
        "the CloudFormation limit is 1 MB; check the file name",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_templates(name: str, tmp_path: Path):
    make, message, hint = FILES[name]
    path = tmp_path / "t.yaml"
    make(path)  # type: ignore[operator]
    with pytest.raises(SfnorchError) as error:
        read_template(path)
    assert (error.value.message, error.value.hint) == (message.format(path), hint)


def test_a_binary_file(tmp_path: Path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\x7fELF\x02\x01\n\xff")
    with pytest.raises(TemplateError) as error:
        read_template(path)
    assert str(error.value) == f"byte 0xff is not UTF-8; save the template as UTF-8 ({path}, line 2)"


def test_a_located_value_can_be_copied():
    import copy

    data = parse_template("A: {B: [1, 2]}\nC: |\n  x\n", "t.yaml").data
    copied = copy.deepcopy(data)
    assert isinstance(copied, Object)
    assert (copied, copied.lines, copied["C"].first_line) == (data, data.lines, 3)
