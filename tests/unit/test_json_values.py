"""Values of JSON are read as the wanted kind, or as an empty value of it."""

from __future__ import annotations

import pytest

from sfnorch.json_values import (
    Json,
    find_value,
    is_number,
    list_values,
    read_list,
    read_mapping,
    read_mappings,
    read_number,
    read_string,
    read_strings,
    walk_strings,
    walk_values,
    write_as_text,
    write_compact,
)

VALUES: list[Json] = [None, True, 2, 2.5, "text", ["a", 1, {"b": 1}], {"key": [1]}]


def test_each_reader_returns_values_of_its_kind_and_an_empty_value_for_the_others() -> None:
    assert [read_mapping(value) for value in VALUES] == [{}, {}, {}, {}, {}, {}, {"key": [1]}]
    assert [read_list(value) for value in VALUES] == [[], [], [], [], [], ["a", 1, {"b": 1}], []]
    assert [read_string(value) for value in VALUES] == ["", "", "", "", "text", "", ""]
    assert [read_number(value) for value in VALUES] == [0, 0, 2, 2.5, 0, 0, 0]


def test_a_default_replaces_the_empty_value() -> None:
    assert (read_string(1, "other"), read_number("1", 3.5)) == ("other", 3.5)


def test_true_and_false_are_not_numbers() -> None:
    assert [is_number(value) for value in VALUES] == [False, False, True, True, False, False, False]


def test_a_text_is_written_as_it_is_and_another_value_as_json() -> None:
    assert list(map(write_as_text, VALUES)) == ["null", "true", "2", "2.5", "text", '["a",1,{"b":1}]', '{"key":[1]}']


def test_the_items_of_other_kinds_in_a_list_are_left_out() -> None:
    assert [list(read_mappings(value)) for value in VALUES] == [[], [], [], [], [], [{"b": 1}], []]
    assert [list(read_strings(value)) for value in VALUES] == [[], [], [], [], [], ["a"], []]


def test_a_value_that_is_not_a_list_is_the_only_item_of_one() -> None:
    assert [list_values(value) for value in VALUES[3:]] == [[2.5], ["text"], ["a", 1, {"b": 1}], [{"key": [1]}]]
    assert list_values(None) == []


def test_a_walk_yields_each_value_with_its_path_in_the_order_of_the_text() -> None:
    assert list(walk_values({"a": [1, {"b": None}], "c": "d"})) == [
        ((), {"a": [1, {"b": None}], "c": "d"}),
        (("a",), [1, {"b": None}]),
        (("a", 0), 1),
        (("a", 1), {"b": None}),
        (("a", 1, "b"), None),
        (("c",), "d"),
    ]
    assert list(walk_strings({"a": [1, {"b": None}], "c": "d"})) == [(("c",), "d")]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), {"a": [1, {"b": "c"}]}),
        (("a", 0), 1),
        (("a", 1, "b"), "c"),
        (("a", 2), None),
        (("a", -1), None),
        (("a", "b"), None),
        ((0,), None),
        (("x", "y"), None),
        (("a", 1, "b", 0), None),
    ],
)
def test_a_path_that_does_not_exist_leads_to_none(path: tuple[str | int, ...], found: Json) -> None:
    assert find_value({"a": [1, {"b": "c"}]}, *path) == found


def test_compact_json_has_no_spaces_and_keeps_characters() -> None:
    assert write_compact({"a": [1, "é"]}) == '{"a":[1,"é"]}'
