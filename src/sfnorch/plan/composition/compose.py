"""Compose the effective plan of an environment, or the base plan without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

from sfnorch.findings import Finding
from sfnorch.plan.composition.composition import Composition
from sfnorch.plan.composition.defaults import apply_defaults
from sfnorch.plan.composition.environment import Environment, create_unknown_error
from sfnorch.plan.composition.environments import read_environments
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.includes import join_included_files
from sfnorch.plan.composition.overlays import apply_environment, rename_jobs
from sfnorch.plan.composition.tree import Node, flatten_tree, grow_tree
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.errors import PlanError
from sfnorch.plan.kinds import load_plan_model
from sfnorch.plan.names import PATTERN_DESCRIPTIONS, PLAN_NAME
from sfnorch.plan.pattern import read_pattern
from sfnorch.plan.places import Place
from sfnorch.plan.read import Document, read_document


class Outline(NamedTuple):
    """A plan's joined files, with its environments."""

    root: Node
    environments: Mapping[str, Environment]
    plan_name: str | None
    pattern: str
    findings: list[Finding]


def compose_plan(document: Document, path: FilePath, environment: str = "") -> Composition:
    """Return the effective plan of the document, which was read from `path`, in the environment of this name.

    Raises SfnorchError if a file cannot be read or if the environment is unknown, and PlanError if the plan's files
    cannot be joined or have no valid pattern.
    """
    outline = _outline_plan(document, path)
    if outline.findings and environment and environment not in outline.environments:
        raise PlanError(outline.findings)
    faults = Faults(outline.findings)
    chosen = find_environment(outline.environments, environment, document.file) if environment else None
    plan = outline.root.replace(environments=None)
    if outline.pattern == "master-child" and "children" not in plan.members:
        plan = plan.replace(children=_build_default_children(plan.place))
    if chosen:
        plan = apply_environment(plan, chosen, faults)
    plan = apply_defaults(plan, outline.pattern, faults)
    names: Mapping[str, str] = {}
    if chosen:
        plan, names = rename_jobs(plan, chosen, faults)
    return Composition(flatten_tree(plan, document.file), chosen, outline.environments, names, faults.findings)


def read_plan_outline(path: FilePath) -> Outline:
    """Return the joined files of the plan at `path`, and its environments.

    Raises SfnorchError if a file cannot be read, and PlanError if the files cannot be joined or have no valid pattern.
    """
    outline = _outline_plan(read_document(path), path)
    name = outline.root.get("name")
    if name and name.value is not None and not re.fullmatch(PLAN_NAME, name.text or ""):
        # the names of the stacks derive from it
        what = f"{name.text!r} is invalid; must be" if name.text is not None else "expected"
        Faults(outline.findings).add(name.place, f"{what} {PATTERN_DESCRIPTIONS[PLAN_NAME]}")
    return outline


def _outline_plan(document: Document, path: FilePath) -> Outline:
    faults = Faults()
    root = join_included_files(grow_tree(document), path, faults)
    if faults.findings:
        raise PlanError(faults.findings)
    pattern = read_pattern(flatten_tree(root, document.file))
    name = root.get("name")
    keys = [field.alias or key for key, field in load_plan_model(pattern).model_fields.items()]
    plan_name = name.text if name else None
    environments = read_environments(root, keys, faults, plan_name=plan_name)
    return Outline(root, environments, plan_name, pattern, faults.findings)


def find_environment(environments: Mapping[str, Environment], name: str, file: str) -> Environment:
    """Return the environment of this name. Raises SfnorchError if the plan in `file` does not have it."""
    if name not in environments:
        raise create_unknown_error(file, name, tuple(environments))
    return environments[name]


def _build_default_children(place: Place) -> Node:
    """Return the children of a plan without children, which an environment and defaults can change."""
    return Node(
        [
            Node(
                {
                    "name": Node(child.name, place),
                    "jobs": Node([Node(job.name, place) for job in child.jobs], place),
                },
                place,
            )
            for child in build_default_plan().children
        ],
        place,
    )
