"""What is released: the wheel and the sdist hold what they must, and the wheel works on its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

pytest.importorskip("build", reason="Distributions are built in an environment of its own: make dist")

from tests.release.conftest import ROOT, Sfnorch, only, tracked

VERSION = re.search(r'^__version__ = "(.+)"$', (ROOT / "src/sfnorch/version.py").read_text("utf-8"), re.M)[1]  # type: ignore[index]


def test_the_version_is_that_of_the_package_and_of_the_tag():
    metadata = Parser().parsestr(_in_wheel(f"sfnorch-{VERSION}.dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("sfnorch", VERSION)
    assert {only("*.whl").name, only("*.tar.gz").name} == {
        f"sfnorch-{VERSION}-py3-none-any.whl",
        f"sfnorch-{VERSION}.tar.gz",
    }
    tag = os.environ.get("TAG", "")
    assert tag in ("", f"v{VERSION}"), f"the tag is {tag}, and src/sfnorch/version.py has the version {VERSION}"


def test_the_wheel_holds_every_file_of_the_package_and_no_other():
    with zipfile.ZipFile(only("*.whl")) as wheel:
        names = set(wheel.namelist())
    package = {path.removeprefix("src/") for path in tracked("src/sfnorch")}
    assert {
        "sfnorch/py.typed",
        "sfnorch/delivery/repository/buildspec.yml",
        "sfnorch/plan/starters/dag/sfnorch.yaml",
        "sfnorch/patterns/flow/caught_failure.jsonata",
    } < package
    info = f"sfnorch-{VERSION}.dist-info"
    others = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE", "RECORD")}
    assert names == package | others


def test_the_sdist_holds_every_file_of_the_repository_and_no_other():
    with tarfile.open(only("*.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    expected = tracked() | {"PKG-INFO"}
    assert names == expected, f"commit or remove: {sorted(names - expected)}"


def test_the_sdist_builds_the_same_wheel_as_the_repository(tmp_path: Path):
    words = ["--wheel", "--installer", "uv", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", "build", *words], check=True, capture_output=True)
    (built,) = tmp_path.iterdir()
    assert (built.name, built.read_bytes()) == (only("*.whl").name, only("*.whl").read_bytes())


def test_a_plan_is_written_rendered_linted_simulated_and_exported(sfnorch: Sfnorch, tmp_path: Path):
    work = tmp_path / "work"
    assert sfnorch("--version").out == f"sfnorch {VERSION}\n"
    assert sfnorch("init").code == 0
    assert (work / "sfnorch.schema.json").read_text("utf-8") == _file("templates/sfnorch.schema.json")
    assert sfnorch("render").code == 0
    assert (work / "SAM-template.yaml").read_text("utf-8") == _file("SAM-template.yaml")
    linted = sfnorch("lint", "SAM-template.yaml")
    assert (linted.code, linted.err) == (0, "")
    assert re.fullmatch(r"SAM-template.yaml: 6 state machines, [a-z ]+\.\n", linted.out)
    assert sfnorch("lint", "--explain", "statelint").out.startswith("refused-definition\n")
    played = sfnorch("simulate", "--fail", "glue-job-1-b")
    assert "1 of 5 child workflows failed" in played.out, played.err
    assert "glue-job-1-b" in sfnorch("graph", "SAM-template.yaml", "--format", "mermaid").out
    assert sfnorch("export", "airflow").code == 0
    assert sfnorch("completion", "bash").code == 0


def test_every_plan_to_start_from_is_inside(environment: Path, tmp_path: Path):
    names = sorted(folder.name for folder in (ROOT / "templates").glob("*/"))
    code = (
        "import sys\nfrom sfnorch.cli.main import sfnorch\nfor name in sys.argv[1:]:\n"
        "    sfnorch(['init', '--force', name], standalone_mode=False)\n"
        "    sfnorch(['render', '-o', name + '.made.yaml'], standalone_mode=False)\n"
    )
    subprocess.run([environment / "bin" / "python", "-c", code, *names], cwd=tmp_path, check=True, capture_output=True)
    made = {name: (tmp_path / f"{name}.made.yaml").read_text("utf-8") for name in names}
    assert made == {name: _file(f"templates/{name}/SAM-template.yaml") for name in names}


def test_a_pipeline_is_prepared_and_rendered(sfnorch: Sfnorch, tmp_path: Path):
    prepared = sfnorch("init", "--pipeline")
    assert prepared.code == 0
    assert prepared.err.splitlines()[0] == (
        f"warning: buildspec.yml installs sfnorch=={VERSION}, but this sfnorch is installed from {only('*.whl')}, "
        "which a build cannot reach"
    )
    assert f"SFNORCH_PACKAGE: 'sfnorch=={VERSION}'" in (tmp_path / "work" / "buildspec.yml").read_text("utf-8")
    rendered = sfnorch("pipeline", "render", "-o", "-")
    assert (rendered.code, rendered.out) == (0, _file("cloudformation/pipeline.yaml"))


def _in_wheel(name: str) -> str:
    with zipfile.ZipFile(only("*.whl")) as wheel:
        return wheel.read(name).decode()


def _file(name: str) -> str:
    return (ROOT / name).read_text("utf-8")
