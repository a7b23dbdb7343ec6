"""`sfnorch deploy` of a flow whose functions' code is too much for the template: it is put into S3 first."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from sfnorch.packages import build_package, build_package_key, read_code
from tests.conftest import Run
from tests.ministack import Account, small_template
from tests.screens import plain

PLAN = """\
pattern: flow
notify: never
functions: [{name: report, code: code}, {name: large, code: large.py}, {name: small, code: small.py}]
steps:
- {name: report, lambda: report}
- {name: large, lambda: large}
- {name: small, lambda: small}
"""
SMALL = "def handler(event, context):\n    return {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the code, and the template for it."""
    (tmp_path / "code" / "__pycache__").mkdir(parents=True)
    (tmp_path / "code" / "__pycache__" / "x.pyc").write_bytes(b"left out")
    (tmp_path / "code" / "index.py").write_text("from words import WORD\n" + SMALL)
    (tmp_path / "code" / "words.py").write_text("WORD = 'x'\n")
    (tmp_path / "large.py").write_text(SMALL + "# " + "x" * 200_000 + "\n")
    (tmp_path / "small.py").write_text(SMALL)
    (tmp_path / "template.json").write_text(small_template(PLAN, tmp_path))
    return tmp_path


def deploy(run: Run) -> tuple[int, str]:
    done = run("deploy", "--template", "template.json", "--stack-name", "s", "--yes")
    return done.code, plain(done.err)


@pytest.mark.smoke
def test_code_is_put_into_the_bucket_that_the_stack_is_told_of(run: Run, folder: Path, account: Account):
    code, told = deploy(run)
    assert code == 0, told
    bucket = f"sfnorch-{account.number}-eu-central-1"
    lines = told.splitlines()
    assert lines[lines.index("The code of 2 functions is too large for the template.") :][:3] == [
        "The code of 2 functions is too large for the template.",
        f"Uploading 2 files of code to {bucket}.",
        f"Uploading 1 file of code to {bucket}.",
    ]
    s3 = account.client("s3")
    keys = {row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    files = {name: read_code(folder, name) for name in ("code", "large.py")}
    assert keys == {build_package_key(each) for each in files.values()}
    body = s3.get_object(Bucket=bucket, Key=build_package_key(files["code"]))["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files["code"]
    stack = account.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
    parameters = {row["ParameterKey"]: row["ParameterValue"] for row in stack["Parameters"]}
    assert parameters["FunctionCodeBucket"] == bucket
    assert "No changes" in deploy(run)[1]


def test_code_that_is_another_than_the_template_was_made_for(run: Run, folder: Path, account: Account):
    (folder / "code" / "words.py").write_text("WORD = 'y'\n")
    assert deploy(run) == (
        1,
        (
            "Error: ReportFunction: the code code has changed since the template was rendered\n"
            "  render the template again with `sfnorch render`\n"
        ),
    )
    (folder / "code" / "index.py").unlink()
    (folder / "code" / "words.py").unlink()
    (folder / "code" / "__pycache__" / "x.pyc").unlink()
    (folder / "code" / "__pycache__").rmdir()
    (folder / "code").rmdir()
    assert (
        deploy(run)[1].splitlines()[0]
        == "Error: ReportFunction: the code code cannot be read: No such file or directory"
    )
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_a_package_is_the_same_bytes_for_the_same_files():
    files = {"b.py": b"1", "a/index.py": b"2"}
    assert build_package(files) == build_package(dict(reversed(files.items())))
    assert build_package_key(files) == build_package_key(dict(reversed(files.items())))
    assert len({build_package_key(each) for each in (files, {"b.py": b"12"}, {"b.p": b"y1", "a/index.py": b"2"})}) == 3


def test_what_is_inlined_is_the_file_itself(folder: Path):
    resources = json.loads((folder / "template.json").read_text())["Resources"]
    assert resources["SmallFunction"]["Properties"]["Code"] == {"ZipFile": SMALL.rstrip("\n")}
    assert resources["LargeFunction"]["Metadata"]["CodeFrom"] == "large.py"


def test_a_function_whose_name_is_too_long_with_the_stacks_is_told_of_before_any_call(run: Run, tmp_path: Path):
    (tmp_path / "code.py").write_text(SMALL)
    name, stack = "n" * 40, "orchestration-of-all-orders"
    (tmp_path / "sfnorch.yaml").write_text(
        f"pattern: flow\nfunctions: [{{name: {name}, code: code.py}}]\nsteps: [{{name: a, lambda: {name}}}]\n"
    )
    done = run("deploy", "--stack-name", stack, "--yes")  # without credentials, so that a call would fail otherwise
    assert (done.code, plain(done.err)) == (
        1,
        (
            f"Error: N{'n' * 39}Function: the name {stack}-{name} has 68 characters, but Lambda allows 64; shorten this "
            "name or the stack name by 4\n  nothing was deployed\n"
        ),
    )
