"""Plans in several files: how the files are joined, and all that is said of files that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfnorch.plan.composition.includes import MAX_DEPTH
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import load_plan, parse_plan

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

PLAN = "pattern: master-child\nchildren: [{name: a, jobs: [x]}]\n"
ABSOLUTE = "is an absolute path; write a path relative to this file"
NO_PATH = "expected the path of a file; write a path relative to this file"


@pytest.fixture(autouse=True)
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the plan, in a repository that is not the whole disk."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text("name: outside\n")
    folder = tmp_path / "repository" / "plans"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def load(files: dict[str, str], environment: str = "", plan: str = PLAN) -> AnyPlan:
    for name, text in {"plan.yaml": plan, **files}.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PLAN + text if name == "plan.yaml" and text is not plan else text)
    return load_plan(Path("plan.yaml"), environment)


def errors(files: dict[str, str]) -> list[str]:
    with pytest.raises(PlanError) as error:
        load(files)
    return [str(finding) for finding in error.value.findings]


BAD: dict[str, tuple[dict[str, str], list[str]]] = {
    "no path": (
        {"plan.yaml": "include: [1, null, [a], {a: b}, true, '']\n"},
        [f"include[{index}]: {NO_PATH} (plan.yaml, line 3)" for index in range(6)],
    ),
    "a mapping": ({"plan.yaml": "include: {a: b}\n"}, [f"include: {NO_PATH} (plan.yaml, line 3)"]),
    "nothing": ({"plan.yaml": "include:\n"}, [f"include: {NO_PATH} (plan.yaml, line 3)"]),
    "a null character": (
        {"plan.yaml": 'include: ["a\\0b"]\n'},
        ["include[0]: 'a\\x00b' is not a path; write a path relative to this file (plan.yaml, line 3)"],
    ),
    "absolute paths": (
        {"plan.yaml": "include:\n- /etc/passwd\n- C:\\a.yaml\n- C:a.yaml\n- \\\\host\\share\\a.yaml\n- \\a.yaml\n"},
        [
            f"include[0]: '/etc/passwd' {ABSOLUTE} (plan.yaml, line 4)",
            f"include[1]: 'C:\\\\a.yaml' {ABSOLUTE} (plan.yaml, line 5)",
            f"include[2]: 'C:a.yaml' {ABSOLUTE} (plan.yaml, line 6)",
            f"include[3]: '\\\\\\\\host\\\\share\\\\a.yaml' {ABSOLUTE} (plan.yaml, line 7)",
            f"include[4]: '\\\\a.yaml' {ABSOLUTE} (plan.yaml, line 8)",
        ],
    ),
    "missing files": (
        {"plan.yaml": "include: [no.yaml, ../no.yaml, 'https://example.com/a.yaml', ~/a.yaml]\n"},
        [
            "include[0]: the plan no.yaml does not exist; correct the path (plan.yaml, line 3)",
            "include[1]: the plan ../no.yaml does not exist; correct the path (plan.yaml, line 3)",
            "include[2]: the plan https:/example.com/a.yaml does not exist; correct the path (plan.yaml, line 3)",
            "include[3]: the plan ~/a.yaml does not exist; correct the path (plan.yaml, line 3)",
        ],
    ),
    "a file that an included file includes": (
        {
            "plan.yaml": "include: [parts/a.yaml]\n",
            "parts/a.yaml": "name: b\ninclude:\n- b.yaml\n",
            "b.yaml": "name: c\n",
        },
        ["include[0]: the plan parts/b.yaml does not exist; correct the path (parts/a.yaml, line 3)"],
    ),
    "folders": (
        {"plan.yaml": "include: [parts, .]\n", "parts/a.yaml": "name: b\n"},
        [
            "include[0]: parts is a directory; a plan must be a file; correct the path (plan.yaml, line 3)",
            "include[1]: . is a directory; a plan must be a file; correct the path (plan.yaml, line 3)",
        ],
    ),
    "itself": (
        {"plan.yaml": "include: [./parts/../plan.yaml]\n"},
        [
            (
                "include[0]: the files include each other: plan.yaml includes plan.yaml; remove one of the includes"
                " (plan.yaml, line 3)"
            )
        ],
    ),
    "a cycle": (
        {
            "plan.yaml": "include: [b.yaml]\n",
            "b.yaml": "include: [c.yaml]\n",
            "c.yaml": "name: c\ninclude:\n- b.yaml\n",
        },
        [
            (
                "include[0]: the files include each other: b.yaml includes c.yaml includes b.yaml; remove one of the "
                "includes (c.yaml, line 3)"
            )
        ],
    ),
    "a cycle with the plan": (
        {"plan.yaml": "include: [b.yaml]\n", "b.yaml": "include: plan.yaml\n"},
        [
            (
                "include: the files include each other: plan.yaml includes b.yaml includes plan.yaml; remove one of the "
                "includes (b.yaml, line 1)"
            )
        ],
    ),
    "invalid files": (
        {
            "plan.yaml": "include: [a.yaml, b.yaml, c.yaml, d.yaml, e.yaml]\n",
            "a.yaml": "a: [\nb: c\n",
            "b.yaml": "- a\n",
            "c.yaml": "",
            "d.yaml": "name: d\nname: e\n",
            "e.yaml": "a: \x01\n",
        },
        [
            "this is not YAML: expected ',' or ']', but got '<stream end>' (a.yaml, line 3)",
            "a plan must be a mapping of keys to values; begin with a line such as pattern: master-child (b.yaml, line 1)",
            "the plan is empty; create one with sfnorch init (c.yaml)",
            "name: duplicate key 'name'; the first is on line 1 (d.yaml, line 2)",
            "U+0001 is not allowed in YAML (e.yaml, line 1)",
        ],
    ),
    "invalid values": (
        {
            "plan.yaml": "include: [parts/a.yaml]\nlogging: 7\n",
            "parts/a.yaml": "schedul: x\nalerts: 5\nchildren:\n- {name: b, jobs: [y, 7]}\n- {name: c}\n",
        },
        [
            "logging: expected true or false, got 7 (plan.yaml, line 4)",
            "schedul: unknown key 'schedul'; did you mean schedule? (parts/a.yaml, line 1)",
            "alerts: expected a mapping, got 5 (parts/a.yaml, line 2)",
            "children[0].jobs[1]: expected a job's name or a mapping, got 7 (parts/a.yaml, line 4)",
            "children[1].jobs: the key 'jobs' is missing; add it (parts/a.yaml, line 5)",
        ],
    ),
    "names of items in other files": (
        {
            "plan.yaml": "include: [a.yaml, b.yaml]\nstarts: [{name: s, schedule: rate(1 day)}]\n",
            "a.yaml": "children: [{name: b, jobs: [x]}]\nstarts: [{name: t, schedule: rate(1 day)}]\n",
            "b.yaml": "children:\n- {name: b, jobs: [x]}\n- {name: A, jobs: [x]}\n- {name: b, jobs: [x]}\n",
        },
        [
            (
                "children[0].name: 'a' differs only in case from 'A', the name of children[1] of b.yaml; choose another name"
                " (plan.yaml, line 2)"
            ),
            "children[0].name: 'b' is already the name of children[0] of a.yaml; choose another name (b.yaml, line 2)",
            "children[2].name: 'b' is already the name of children[0] of a.yaml; choose another name (b.yaml, line 4)",
        ],
    ),
    "an environment of an included file": (
        {
            "plan.yaml": "include: [a.yaml]\nenvironments:\n  dev: {}\n",
            "a.yaml": "environments:\n  prod: {regio: x}\n  dev: {account: 5}\n",
        },
        [
            "environments.prod.regio: unknown key 'regio'; did you mean region? (a.yaml, line 2)",
            "environments.dev.account: '5' is invalid; must be 12 digits (a.yaml, line 3)",
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_errors(name: str):
    files, expected = BAD[name]
    assert errors(files) == expected


def test_a_path_outside_of_the_repository(plans: Path):
    assert errors({"plan.yaml": "include: [../../outside.yaml]\n"}) == [
        (
            f"include[0]: '../../outside.yaml' is outside of the repository; move the file into {plans.parent.resolve()}"
            " (plan.yaml, line 3)"
        )
    ]


@pytest.mark.parametrize(("link", "target"), [("link.yaml", "outside.yaml"), ("link", "")])
def test_a_link_out_of_the_repository(plans: Path, link: str, target: str):
    Path(link).symlink_to(plans.parent.parent / target)
    included = link if target else f"{link}/outside.yaml"
    assert errors({"plan.yaml": f"include: [{included}]\n"}) == [
        (
            f"include[0]: '{included}' is outside of the repository; move the file into {plans.parent.resolve()}"
            " (plan.yaml, line 3)"
        )
    ]


def test_the_folder_of_a_plan_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "alone").mkdir()
    monkeypatch.chdir(tmp_path / "alone")
    assert "is outside of the repository; move the file into" in errors({"plan.yaml": "include: ../outside.yaml\n"})[0]
    assert load({"plan.yaml": "include: b/b.yaml\n", "b/b.yaml": "name: inside\n"}).name == "inside"


def test_a_link_that_leads_to_itself():
    Path("link.yaml").symlink_to("link.yaml")
    assert errors({"plan.yaml": "include: [link.yaml]\n"}) == [
        (
            "include[0]: the plan link.yaml cannot be read: Too many levels of symbolic links; correct the path"
            " (plan.yaml, line 3)"
        )
    ]


def test_a_file_that_is_too_large():
    assert errors({"plan.yaml": "include: [a.yaml]\n", "a.yaml": "#" * 2_000_001}) == [
        "include[0]: a.yaml is larger than 2,000,000 bytes; correct the path (plan.yaml, line 3)"
    ]


def test_too_many_levels():
    files = {f"{number}.yaml": f"include: [{number + 1}.yaml]\n" for number in range(1, 2_000)}
    assert errors({"plan.yaml": "include: [1.yaml]\n", **files}) == [
        (
            f"include[0]: the includes are nested more than {MAX_DEPTH} levels deep; include the file in a file above"
            f" ({MAX_DEPTH}.yaml, line 1)"
        )
    ]
    files[f"{MAX_DEPTH}.yaml"] = "name: deep\n"
    assert load({"plan.yaml": "include: [1.yaml]\n", **files}).name == "deep"


def test_a_link_within_the_repository():
    Path("link.yaml").symlink_to("../b.yaml")
    assert load({"plan.yaml": "include: [link.yaml]\n", "../b.yaml": "name: inside\n"}).name == "inside"


def test_how_files_are_joined():
    files = {
        "plan.yaml": "include: [parts/first.yaml, parts/second.yaml]\nlogging: true\ntags: {plan: p, both: p}\n",
        "parts/first.yaml": (
            "include: [../third.yaml]\nname: first\nlogging: false\ntracing: true\ntags: {first: f, both: f}\n"
            "children: [{name: b, jobs: [x]}]\nallowed_jobs: [b-*]\n"
        ),
        "parts/second.yaml": (
            "include: [../third.yaml]\ntracing: false\ntags: {second: s}\nchildren: [{name: c, jobs: [x]}]\n"
            "allowed_jobs: [c-*]\n"
        ),
        "third.yaml": "name: third\ntimezone: Europe/Berlin\nchildren: [{name: d, jobs: [x]}]\n",
    }
    plan = load(files)
    assert plan == parse_plan(
        "pattern: master-child\nname: first\nlogging: true\ntracing: false\ntimezone: Europe/Berlin\n"
        "tags: {plan: p, both: p, first: f, second: s}\nallowed_jobs: [c-*]\n"
        "children: [{name: d, jobs: [x]}, {name: b, jobs: [x]}, {name: c, jobs: [x]}, {name: a, jobs: [x]}]\n"
    )
    places = {path: (place.file, place.line) for path, place in plan.places.by_path.items() if len(path) == 2}
    assert places["children", 0] == ("third.yaml", 3)
    assert places["children", 3] == ("plan.yaml", 2)
    assert places["tags", "both"] == ("plan.yaml", 5)
    assert places["tags", "first"] == ("parts/first.yaml", 5)
