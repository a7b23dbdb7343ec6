"""`sfnorch init --pipeline`: the install line of buildspec.yml, and what is said where a build may not find sfnorch."""

from __future__ import annotations

from pathlib import Path

from sfnorch.delivery.repository.installation import find_installation
from tests.conftest import Run
from tests.template_yaml import yaml_1_1

WRITTEN = "Wrote buildspec.yml, README.md, sfnorch.schema.json, sfnorch.sfntest.yaml, sfnorch.yaml. Next: push the files, then run sfnorch pipeline deploy.\n"
HINT = """\
  if a build cannot install it, set SFNORCH_PACKAGE in buildspec.yml and SfnorchPackage of sfnorch pipeline deploy to a Git URL: sfnorch @ git+https://HOST/OWNER/REPOSITORY@COMMIT
"""


def test_the_buildspec_and_the_pipeline_install_sfnorch_as_it_is_installed_here(run: Run, tmp_path: Path):
    installed = find_installation()
    done = run("init", "--pipeline")
    assert (done.code, done.out) == (0, WRITTEN)
    expected = f"warning: buildspec.yml installs {installed.requirement}, but {installed.doubt}\n{HINT}"
    assert done.err == (expected if installed.doubt else "")
    variables = yaml_1_1((tmp_path / "buildspec.yml").read_text())["env"]["variables"]
    assert variables["SFNORCH_PACKAGE"] == installed.requirement
    parameters = yaml_1_1(run("pipeline", "render", "-o", "-").out)["Parameters"]
    assert parameters["SfnorchPackage"]["Default"] == installed.requirement


def test_a_buildspec_that_stays_is_not_warned_about(run: Run, tmp_path: Path):
    (tmp_path / "buildspec.yml").write_text("mine")
    done = run("init", "--pipeline")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Wrote README.md, sfnorch.schema.json, sfnorch.sfntest.yaml, sfnorch.yaml. Kept: buildspec.yml. "
        "Next: push the files, then run sfnorch pipeline deploy.\n"
    )
    assert (tmp_path / "buildspec.yml").read_text() == "mine"
