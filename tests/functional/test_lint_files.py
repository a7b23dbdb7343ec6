"""The files that `sfnorch lint` reads: several, patterns that it expands itself, and files that are not templates."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sfnorch.app.linted_files import find_files
from tests.conftest import Run
from tests.functional.test_lint import BAD, GOOD


def write(**texts: str) -> None:
    """Write files, whose names have `__` for a slash and `_yaml` for the end."""
    for name, text in texts.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.smoke
def test_patterns(run: Run):
    write(a__good_yaml=GOOD, a__b__bad_yaml=BAD, a__plan_yaml="pattern: dynamic\n", a__list_yaml="- 1\n")
    write(a__words_yaml="just words", a__b__broken_yaml="Resources:\n  A: [\n", a__notes_yaml="a: [\n")
    Path("a/folder.yaml").mkdir()
    done = run("lint", "a/**/*.yaml")
    assert (done.code, done.out) == (
        1,
        """\
a/b/bad.yaml:6: error: Missing 'Next' target: B [refused-definition]
  at Resources.M.Properties.Definition.StartAt
  use the name of a state in the same scope
a/b/broken.yaml:3: error: this is not YAML: did not find expected node content [template]
3 templates, 2 errors.
""".replace(
            "did not find expected node content",
            done.out.partition("this is not YAML: ")[2].partition(" [template]")[0],
        ),
    )
    assert done.err == (
        "note: a/list.yaml is not a template, and is skipped\n"
        "note: a/notes.yaml is not a template, and is skipped\n"
        "note: a/plan.yaml is not a template, and is skipped\n"
        "note: a/words.yaml is not a template, and is skipped\n"
    )


def test_a_file_that_is_named_is_linted(run: Run):
    write(plan_yaml="pattern: dynamic\n", good_yaml=GOOD)
    named = run("lint", "plan.yaml", "*.yaml")
    assert (named.code, named.err, named.out) == (
        1,
        "",
        """\
plan.yaml:1: error: the template has no Resources [template]
  it is a plan; pass it as --plan FILE
2 templates, 1 error.
""",
    )
    assert run("lint", "plan.yaml").out == named.out.replace("2 templates", "plan.yaml: no state machines")


def test_a_pattern_without_a_file(run: Run):
    write(good_yaml=GOOD)
    done = run("lint", "*.yml", "good.yaml", "none/**")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        """\
*.yml: error: no file matches *.yml [template]
  check the pattern; ** matches any folders
none/**: error: no file matches none/** [template]
  check the pattern; ** matches any folders
3 templates, 2 errors.
""",
    )


def test_nothing_but_files_that_are_not_templates(run: Run):
    write(plan_yaml="pattern: dynamic\n")
    done = run("lint", "*.yaml")
    assert (done.code, done.out, done.err) == (
        0,
        "no templates, nothing found.\n",
        "note: plan.yaml is not a template, and is skipped\n",
    )


def test_a_skipped_file_cannot_write_to_the_terminal(run: Run):
    Path("a\x1b[31m\nb.yaml").write_text("- 1\n")
    assert run("lint", "*.yaml").err == "note: a\\u001b[31m\\nb.yaml is not a template, and is skipped\n"


def test_each_file_once_in_the_order_of_the_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    write(b_yaml=GOOD, a_yaml=GOOD, c__d_yaml=GOOD)
    Path("c/link.yaml").symlink_to(Path("d.yaml"))
    os.mkfifo("c/pipe.yaml")
    Path("c/again").symlink_to(Path().resolve(), target_is_directory=True)
    for given, files in {
        ("b.yaml", "*.yaml"): ["b.yaml", "a.yaml"],
        ("*.yaml", "./b.yaml"): ["a.yaml", "b.yaml"],
        ("c/*.yaml", "**/*.yaml"): ["c/d.yaml", "a.yaml", "b.yaml"],
        ("[ab].yaml",): ["a.yaml", "b.yaml"],
        ("?.yaml",): ["a.yaml", "b.yaml"],
        (str(tmp_path / "*.yaml"), "a.yaml"): [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")],
    }.items():
        found = find_files(given)
        assert ([str(file) for file in found.files], found.unmatched, found.skipped) == (files, (), ())


def test_definitions_are_linted_too(run: Run):
    write(m_asl_json='{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}', n_json='{"StartAt": [')
    Path("m.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
    Path("package.json").write_text('{"name": "a", "dependencies": {}}')
    done = run("lint", "*.json", "*.yaml")
    assert (done.code, done.err) == (1, "note: package.json is not a template, and is skipped\n")
    assert [line for line in done.out.splitlines() if ": error: " in line] == [
        "m.asl.json:1: error: Missing 'Next' target: B [refused-definition]",
        "n.json:1: error: this is not JSON: Expecting value [template]",
    ]
    assert done.out.endswith("\n3 templates, 2 errors.\n")


def test_a_path_that_exists_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("[a].yaml").write_text("- 1\n")
    assert find_files(["[a].yaml"]).files == (Path("[a].yaml"),)


def test_hidden_folders_need_a_dot_in_the_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for folder in (".venv", "a"):
        Path(folder).mkdir()
        Path(folder, "t.yaml").write_text(GOOD)
    assert find_files(["**/*.yaml"]).files == (Path("a/t.yaml"),)
    assert find_files([".venv/*.yaml"]).files == (Path(".venv/t.yaml"),)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_cannot_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(GOOD)
    Path("a.yaml").chmod(0)
    assert find_files(["*.yaml"]).skipped == ("a.yaml",)
