"""What must hold of every plan with included files, defaults and environments."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.errors import SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.composition.compose import Composition, compose_plan
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.merging import apply_overlay, join_files
from sfnorch.plan.composition.named_items import NAMED_LISTS
from sfnorch.plan.composition.tree import Node, strip_places
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import load_plan, parse_plan
from sfnorch.plan.paths import format_path
from sfnorch.plan.places import Place
from sfnorch.plan.read import parse_document, read_document
from tests.property.environment_changes import (
    CHANGED_PLANS,
    MARK,
    PLANS,
    Data,
    get_job_key,
    list_jobs,
    settings_of,
    write_out,
)

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

SCALARS = st.sampled_from(["a", "b", 0, 1, True, ""])
KEYS = ("name", "jobs", "children", "input", "tags")
TYPES: dict[str, Any] = {
    "name": SCALARS,
    "jobs": st.lists(SCALARS, max_size=3),
    "children": st.lists(st.dictionaries(st.sampled_from(["name", "x"]), SCALARS, max_size=2), max_size=3),
    "tags": st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3),
}
TREES = st.recursive(
    st.fixed_dictionaries({}, optional=TYPES),
    lambda inner: st.fixed_dictionaries({}, optional={**TYPES, "input": inner, "alerts": inner}),
    max_leaves=6,
)
"""Mappings in which a key always has a value of the same type."""


def grow(data: object) -> Node:
    place = Place("plan.yaml", 1, ())
    match data:
        case dict():
            return Node({key: grow(value) for key, value in data.items()}, place)
        case list():
            return Node([grow(value) for value in data], place)
    return Node(data, place)  # type: ignore[arg-type]


def render(plan: AnyPlan) -> str:
    """The template of a plan, without the environment in its Metadata."""
    text = render_template(build_workflow(plan), "sam")
    return re.sub(r"(\n *Sfnorch: \{[^\n]*), Environment: prod\}", r"\1}", text, count=1)


def with_environment(base: Data, overlay: object, **others: object) -> str:
    return json.dumps({**base, "environments": {"prod": overlay, **others}}, indent=1)


def add_short_names(by_hand: AnyPlan, plan: AnyPlan) -> AnyPlan:
    """The plan in whose lists of jobs the names of the base plan stand for those of the environment."""
    by_hand.read_from(replace(by_hand.provenance, job_names=plan.provenance.job_names))
    return by_hand


def load(text: str, environment: str = "") -> tuple[AnyPlan | None, set[str]]:
    """Return the plan, or None and the messages of its errors."""
    try:
        return parse_plan(text, environment=environment), set()
    except PlanError as error:
        return None, {re.sub(r"[^ ]*\[\d+\]\S*", "an item", finding.message) for finding in error.findings}


def compose(text: str, environment: str = "") -> Composition:
    return compose_plan(parse_document(text, "plan.yaml"), Path("plan.yaml"), environment)


@given(TREES, TREES, TREES)
def test_it_does_not_matter_in_which_order_files_are_joined(one: Data, two: Data, three: Data):
    lowest, middle, highest = map(grow, (one, two, three))
    left = join_files(join_files(lowest, middle), highest)
    right = join_files(lowest, join_files(middle, highest))
    assert strip_places(left) == strip_places(right)


@given(TREES, TREES, TREES)
def test_it_does_not_matter_in_which_order_environments_are_applied(one: Data, two: Data, three: Data):
    base, lower, upper = map(grow, (one, two, three))
    faults = Faults()
    left = apply_overlay(apply_overlay(base, lower, faults), upper, faults)
    right = apply_overlay(base, apply_overlay(lower, upper, faults), faults)
    assert strip_places(left) == strip_places(right)
    assert faults.findings == []


@given(TREES)
def test_an_empty_mapping_changes_nothing(data: Data):
    node, faults = grow(data), Faults()
    assert apply_overlay(node, grow({}), faults) == node
    assert apply_overlay(grow({}), node, faults) == node
    assert join_files(node, grow({})) == join_files(grow({}), node) == node


@settings(max_examples=12)
@given(PLANS, st.sampled_from([None, {}]))
def test_an_empty_environment_changes_nothing_but_its_name(base: Data, empty: object):
    text = with_environment(base, empty, other={"tags": {"a": "b"}})
    plan, alone = parse_plan(text, environment="prod"), parse_plan(json.dumps({**base, "environment": "prod"}))
    assert plan == alone
    assert render(plan) == render(alone)
    base_plan = parse_plan(text)
    assert base_plan == parse_plan(json.dumps(base))
    assert render_template(build_workflow(base_plan), "sam") == render_template(
        build_workflow(parse_plan(json.dumps(base))), "sam"
    )


@settings(max_examples=30)
@given(CHANGED_PLANS)
def test_the_effective_plan_is_the_one_written_by_hand(drawn: tuple[Data, tuple[Data, Data]]):
    assert_as_by_hand(drawn)


@pytest.mark.slow
@settings(max_examples=300)
@given(CHANGED_PLANS)
def test_many_effective_plans_are_those_written_by_hand(drawn: tuple[Data, tuple[Data, Data]]):
    assert_as_by_hand(drawn)


def assert_as_by_hand(drawn: tuple[Data, tuple[Data, Data]]) -> None:
    base, (overlay, whole) = drawn
    text = with_environment(base, overlay)
    plan, errors = load(text, "prod")
    by_hand, others = load(json.dumps(whole))
    assert errors == others
    assert plan == by_hand
    if plan and by_hand:
        assert render(plan) == render(add_short_names(by_hand, plan))


@settings(max_examples=15)
@given(CHANGED_PLANS)
def test_the_data_of_the_effective_plan_is_a_plan(drawn: tuple[Data, tuple[Data, Data]]):
    base, (overlay, _) = drawn
    text = with_environment(base, overlay)
    composition = compose(text, "prod")
    written = yaml.safe_dump(composition.document.data, sort_keys=False, allow_unicode=True)
    assert composition.document.data.keys().isdisjoint({"include", "defaults", "environments"})
    assert composition.findings == []
    plan, errors = load(text, "prod")
    by_hand, others = load(written)
    assert errors == others
    assert plan == by_hand
    if plan and by_hand:
        assert render(plan) == render(add_short_names(by_hand, plan))


@settings(max_examples=25)
@given(PLANS.filter(lambda base: base["pattern"] != "continuous"), st.data())
def test_defaults_are_the_settings_that_each_job_would_have(base: Data, data: st.DataObject):
    arguments = st.fixed_dictionaries({}, optional={"arguments": st.just({"--a": "x", f"--{MARK}": "y"})})
    own = st.tuples(settings_of(base["pattern"]), arguments).map(lambda both: {**both[0], **both[1]})
    defaults = data.draw(own)
    whole = write_out(base)
    given = copy.deepcopy(whole)
    for chain, written in zip(whole.get("children", [whole]), given.get("children", [given]), strict=True):
        filled = dict(defaults)
        if "children" in whole and data.draw(st.booleans()):
            written["defaults"] = data.draw(own)
            filled = merge_settings(defaults, written["defaults"])
        part = {"children": [chain]} if "children" in whole else chain
        for job in list_jobs(part):
            job |= merge_settings(filled, job)
    given["defaults"] = defaults
    plan, by_hand = parse_plan(json.dumps(given)), parse_plan(json.dumps(whole))
    assert plan.model_dump() == by_hand.model_dump()
    assert render(plan) == render(by_hand)


def merge_settings(lower: Data, upper: Data) -> Data:
    arguments = {**lower.get("arguments", {}), **upper.get("arguments", {})}
    return {**lower, **upper, **({"arguments": arguments} if arguments else {})}


@settings(max_examples=40)
@given(PLANS, st.sampled_from([{"job_suffix": "_x"}, {"job_name": "{environment}.{name}_x"}]))
def test_every_job_is_named_by_its_environment(base: Data, names: Data):
    plan = parse_plan(with_environment(base, names), environment="prod")
    alone = parse_plan(json.dumps(base))
    before = "prod." if "job_name" in names else ""
    assert plan.job_names == tuple(f"{before}{name}_x" for name in alone.job_names)
    assert plan.provenance.job_names == dict(zip(alone.job_names, plan.job_names, strict=True))
    by_hand = json.loads(json.dumps(write_out(base)))
    for job in list_jobs(by_hand):
        job[get_job_key(job)] = f"{before}{job[get_job_key(job)]}_x"
    written = parse_plan(json.dumps(by_hand)).model_dump(exclude={"environment", "allowed_jobs"})
    assert plan.model_dump(exclude={"environment", "allowed_jobs"}) == written


@st.composite
def draw_files(draw: st.DrawFn, data: Data, number: int) -> list[Data]:
    """Files whose values, joined in their order, are the data."""
    files: list[Data] = [{} for _ in range(number)]
    for key, value in data.items():
        if key in NAMED_LISTS and isinstance(value, list):
            cuts = sorted(draw(st.lists(st.integers(0, len(value)), min_size=number - 1, max_size=number - 1)))
            for file, start, end in zip(files, [0, *cuts], [*cuts, len(value)], strict=True):
                if start < end or draw(st.booleans()):
                    file[key] = value[start:end]
            if not any(key in file for file in files):
                files[0][key] = []
        elif isinstance(value, dict) and value:
            for file, part in zip(files, draw(draw_files(value, number)), strict=True):
                if part or draw(st.booleans()):
                    file[key] = part
        else:
            draw(st.sampled_from(files))[key] = value
    return files


def write_files(folder: Path, files: list[Data], *, nested: bool) -> Path:
    """Write files that include each other, or of which the last one includes the others; return the plan's file."""
    (folder / "parts").mkdir()
    previous: list[str] = []
    for number, file in enumerate(files):
        is_last = number == len(files) - 1
        path = folder / ("plan.yaml" if is_last else f"parts/{number}.yaml")
        included = [name if is_last else name.removeprefix("parts/") for name in previous]
        data = {**file, **({"include": included} if included and (nested or is_last) else {})}
        path.write_text(json.dumps(data or {"include": []}, indent=1))
        previous = [f"parts/{number}.yaml"] if nested else [*previous, f"parts/{number}.yaml"]
    return folder / "plan.yaml"


@settings(max_examples=20)
@given(CHANGED_PLANS, st.integers(1, 4), st.booleans(), st.data())
def test_a_plan_in_several_files_is_the_whole_plan(
    drawn: tuple[Data, tuple[Data, Data]], number: int, nested: bool, data: st.DataObject
):
    base, (overlay, _) = drawn
    whole = {**base, "environments": {"prod": overlay}}
    with tempfile.TemporaryDirectory() as folder:
        path = write_files(Path(folder), data.draw(draw_files(whole, number)), nested=nested)
        for environment in ("", "prod"):
            composition = compose_plan(read_document(path), path, environment)
            assert composition.document.data == compose(json.dumps(whole), environment).document.data
            assert_places(composition)


def assert_places(composition: Composition) -> None:
    """Every value is at its place: the line has its key, and the file has the value unless it was named anew."""
    files = {place.file: read_document(Path(place.file)) for place in composition.document.places.by_path.values()}
    for path, place in composition.document.places.by_path.items():
        file = files[place.file]
        assert file.places.by_path[place.path] == place
        value, written = find(composition.document.data, path), find(file.data, place.path)
        is_named = path[-1:] in (("name",), ("glue_job",), ("environment",)) or path[-2:-1] in (
            ("jobs",),
            ("allowed_jobs",),
        )
        if not is_named and not isinstance(value, dict | list):
            assert value == written


def find(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@settings(max_examples=60)
@given(CHANGED_PLANS, st.data())
def test_every_error_is_at_a_line_that_has_its_key(drawn: tuple[Data, tuple[Data, Data]], data: st.DataObject):
    base, (overlay, _) = drawn
    whole = json.loads(json.dumps({**base, "environments": {"prod": overlay}}))
    for _ in range(data.draw(st.integers(1, 4))):
        places = [path for path in list_paths(whole) if path and path != ("pattern",)]
        path = data.draw(st.sampled_from(places))
        find(whole, path[:-1])[path[-1]] = data.draw(st.sampled_from([7, "", [], {"wrong": 1}, [None], "%", None]))
    number = data.draw(st.integers(1, 3))
    with tempfile.TemporaryDirectory() as folder:
        path = write_files(Path(folder), data.draw(draw_files(whole, number)), nested=False)
        for environment in ("", "prod"):
            try:
                load_plan(path, environment)
            except SfnorchError as error:
                for finding in getattr(error, "findings", ()):  # none of an unknown environment
                    document = read_document(Path(finding.file))
                    lines = {format_path(path): place.line for path, place in document.places.by_path.items()}
                    near = finding.path
                    while near not in lines:
                        near = re.sub(r"(^|\.)[^.\[]*$|\[\d+\]$", "", near)
                    assert finding.line == lines[near], finding


def list_paths(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match data:
        case dict():
            inner = [found for key, value in data.items() for found in list_paths(value, (*path, key))]
        case list():
            inner = [found for index, value in enumerate(data) for found in list_paths(value, (*path, index))]
        case _:
            inner = []
    return [path, *inner]
