"""What a build installs sfnorch from, for each way in which sfnorch can be installed."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

import sfnorch
from sfnorch.delivery.repository.files import render_buildspec
from sfnorch.delivery.repository.installation import PACKAGE_PATTERN, Installation, find_installation, read_installation
from tests.template_yaml import yaml_1_1

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
GIT = {"vcs": "git", "commit_id": COMMIT, "requested_revision": "main"}
UNREACHABLE = "this sfnorch is installed from {}, which a build cannot reach"

RECORDED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an index": ({}, "sfnorch==1.2.3", ""),
    "a Git URL": (
        {"url": "https://example.com/team/sfnorch.git", "vcs_info": GIT},
        f"sfnorch @ git+https://example.com/team/sfnorch.git@{COMMIT}",
        "",
    ),
    "a Git URL with a token": (
        {"url": "https://me:token@example.com:8443/sfnorch", "vcs_info": GIT},
        f"sfnorch @ git+https://example.com:8443/sfnorch@{COMMIT}",
        "",
    ),
    "a folder of a Git URL": (
        {"url": "https://example.com/all.git", "vcs_info": GIT, "subdirectory": "tools/sfnorch"},
        f"sfnorch @ git+https://example.com/all.git@{COMMIT}#subdirectory=tools/sfnorch",
        "",
    ),
    "Git over SSH": (
        {"url": "ssh://git:secret@example.com/team/sfnorch.git", "vcs_info": GIT},
        f"sfnorch @ git+ssh://git@example.com/team/sfnorch.git@{COMMIT}",
        "a build needs an SSH key to install sfnorch from ssh://git@example.com/team/sfnorch.git",
    ),
    "a clone on this machine, by Git": (
        {"url": "file:///home/me/sfnorch", "vcs_info": GIT},
        "sfnorch==1.2.3",
        UNREACHABLE.format("/home/me/sfnorch"),
    ),
    "a wheel on the web": (
        {"url": "https://example.com/sfnorch-1.2.3-py3-none-any.whl", "archive_info": {"hashes": {"sha256": HASH}}},
        f"sfnorch @ https://example.com/sfnorch-1.2.3-py3-none-any.whl#sha256={HASH}",
        "",
    ),
    "a wheel on the web, by an older pip": (
        {"url": "https://example.com/sfnorch-1.2.3-py3-none-any.whl", "archive_info": {"hash": f"sha256={HASH}"}},
        f"sfnorch @ https://example.com/sfnorch-1.2.3-py3-none-any.whl#sha256={HASH}",
        "",
    ),
    "a wheel on the web, without a hash": (
        {"url": "https://example.com/sfnorch-1.2.3-py3-none-any.whl", "archive_info": {}},
        "sfnorch @ https://example.com/sfnorch-1.2.3-py3-none-any.whl",
        "",
    ),
    "a URL with a signature": (
        {"url": "https://example.com/sfnorch.whl?X-Amz-Signature=1", "archive_info": {}},
        "sfnorch==1.2.3",
        "this sfnorch is installed from a URL that a build does not accept",
    ),
    "a URL that is none": (
        {"url": "https://[", "archive_info": {}},
        "sfnorch==1.2.3",
        "this sfnorch is installed from a URL that a build does not accept",
    ),
    "a wheel on this machine": (
        {"url": "file:///home/me/my%20wheels/sfnorch-1.2.3-py3-none-any.whl", "archive_info": {}},
        "sfnorch==1.2.3",
        UNREACHABLE.format("/home/me/my wheels/sfnorch-1.2.3-py3-none-any.whl"),
    ),
    "a folder": (
        {"url": "file:///home/me/sfnorch", "dir_info": {}},
        "sfnorch==1.2.3",
        UNREACHABLE.format("/home/me/sfnorch"),
    ),
    "a folder, editable": (
        {"url": "file:///home/me/sfnorch", "dir_info": {"editable": True}},
        "sfnorch==1.2.3",
        UNREACHABLE.format("/home/me/sfnorch"),
    ),
}


@pytest.mark.parametrize("origin", RECORDED)
def test_a_build_installs_the_same_sfnorch_where_it_can(origin: str):
    direct_url, requirement, doubt = RECORDED[origin]
    found = read_installation(direct_url, "1.2.3")
    assert found == Installation(requirement=requirement, doubt=doubt)
    assert Requirement(found.requirement).name == "sfnorch"
    assert re.fullmatch(PACKAGE_PATTERN, found.requirement)


@given(
    url=st.text() | st.from_regex(r"(https|http|ssh|file)://.{0,60}", fullmatch=True),
    kind=st.sampled_from([{"vcs_info": GIT}, {"archive_info": {}}, {"dir_info": {}}]),
)
def test_no_recorded_url_leads_to_a_requirement_that_the_pipeline_refuses(url: str, kind: dict[str, Any]):
    found = read_installation({"url": url, **kind}, "1.2.3")
    assert re.fullmatch(PACKAGE_PATTERN, found.requirement)
    variables = yaml_1_1(render_buildspec(found.requirement))["env"]["variables"]
    assert variables["SFNORCH_PACKAGE"] == found.requirement


def test_this_sfnorch_is_installed_as_recorded():
    recorded = distribution("sfnorch").read_text("direct_url.json")
    found = find_installation()
    assert bool(found.doubt) == bool(recorded and '"file:' in recorded)
    assert not found.doubt or found.requirement == f"sfnorch=={sfnorch.__version__}"


def test_a_source_folder_without_an_installation_is_named():
    source = Path(__file__).parents[3] / "src"
    code = (
        f"import sys; sys.path.insert(0, {str(source)!r})\n"
        "from sfnorch.delivery.repository.installation import find_installation\n"
        "found = find_installation(); print(found.requirement); print(found.doubt)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"sfnorch=={sfnorch.__version__}",
        f"this sfnorch is installed from {source.parent}, which a build cannot reach",
    ]
