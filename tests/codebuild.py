"""A pipeline's stages as CodePipeline and CodeBuild run them: buildspec.yml, command by command in a shell.

Each build has a copy of the source of its own, as it has a container of its own there. What passes from stage to stage
is what the template says: artifacts, and exported variables.
https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sfnorch.template.contents import Template, contents
from sfnorch.template.reader import parse_template

_VARIABLE = re.compile(r"#\{(\w+)\.(\w+)\}")


@dataclass(kw_only=True)
class Build:
    """How a build ended: the command that failed, if one did, what all printed, and what it leaves."""

    failed: str = ""
    log: str = ""
    exported: dict[str, str] = field(default_factory=dict)
    folder: Path


class Pipeline:
    """A pipeline over the source in a folder; `environment` is the containers', `work` where they stand.

    `deployed`: variables whose values only the pipeline's deployed stack knows.
    """

    def __init__(
        self,
        template: str,
        parameters: Mapping[str, str],
        source: Path,
        work: Path,
        environment: Mapping[str, str],
        deployed: Mapping[str, str],
    ) -> None:
        self._template: Template = contents(parse_template(template, "pipeline"), parameters)
        self._deployed = deployed
        self._source = source
        self._work = work
        self._environment = environment
        self.artifacts: dict[str, Path] = {"Source": source}
        self.builds: dict[str, Build] = {}
        self.approvals: list[dict[str, str]] = []
        self.skipped: list[str] = []

    def run(self, *names: str) -> Build | None:
        """Goes through these stages, all unless told, up to the first that fails; that build, if one does."""
        for stage in self._properties("Pipeline")["Stages"]:
            if names and stage["Name"] not in names:
                continue
            if not self._enters(stage):
                self.skipped.append(stage["Name"])
                continue
            (action,) = stage["Actions"]
            provider = action["ActionTypeId"]["Provider"]
            if provider == "Manual":
                self.approvals.append({key: self._resolved(value) for key, value in action["Configuration"].items()})
            elif provider == "CodeBuild":
                build = self.builds[action["Name"]] = self._build(action)
                if build.failed:
                    return build
        return None

    def _build(self, action: Mapping[str, Any]) -> Build:
        inputs = [artifact["Name"] for artifact in action["InputArtifacts"]]
        primary = action["Configuration"].get("PrimarySource", inputs[0])
        folder = self._work / action["Name"]
        shutil.copytree(self.artifacts[primary], folder)
        environment = {**self._environment, "CODEBUILD_SRC_DIR": str(folder)}
        environment |= {f"CODEBUILD_SRC_DIR_{name}": str(self.artifacts[name]) for name in inputs if name != primary}
        build = run_buildspec(folder, environment, self._variables(action))
        if build.failed:
            return build
        for artifact in action.get("OutputArtifacts", []):
            self.artifacts[artifact["Name"]] = self._packed(build, artifact["Name"])
        return build

    def _variables(self, action: Mapping[str, Any]) -> dict[str, str]:
        """The variables of the project, and over them those of the action."""
        project = self._properties("Build")["Environment"]["EnvironmentVariables"]
        own = json.loads(action["Configuration"]["EnvironmentVariables"])
        assert len(action["Configuration"]["EnvironmentVariables"]) <= 1000
        variables = {variable["Name"]: variable["Value"] for variable in project} | dict(self._deployed)
        return variables | {variable["name"]: self._resolved(variable["value"]) for variable in own}

    def _packed(self, build: Build, name: str) -> Path:
        files = yaml.safe_load((build.folder / "buildspec.yml").read_text())["artifacts"]["files"]
        folder = self._work / f"artifact-{name}"
        found = [path for pattern in files for path in build.folder.glob(pattern)]
        assert found, "CLIENT_ERROR: no matching artifact paths found"
        for path in found:
            to = folder / path.relative_to(build.folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
        return folder

    def _enters(self, stage: Mapping[str, Any]) -> bool:
        """Whether the stage's condition lets it be entered; each one here is a check of a variable."""
        for condition in stage.get("BeforeEntry", {}).get("Conditions", []):
            assert condition["Result"] == "SKIP"
            for rule in condition["Rules"]:
                check = rule["Configuration"]
                assert (rule["RuleTypeId"]["Provider"], check["Operator"]) == ("VariableCheck", "NE")
                if self._resolved(check["Variable"]) == check["Value"]:
                    return False
        return True

    def _resolved(self, text: str) -> str:
        """The text with the variables of earlier builds in it; one without a value is an error there as here."""
        resolved = _VARIABLE.sub(lambda name: self.builds[name[1]].exported[name[2]], text)
        assert resolved
        return resolved

    def _properties(self, logical_id: str) -> Any:
        return self._template.stack.value(self._template.stack.section("Resources")[logical_id]["Properties"])


def run_buildspec(folder: Path, environment: Mapping[str, str], variables: Mapping[str, str]) -> Build:
    """How the build ended. What is exported lives on from command to command, as the folder does that one changes to."""
    spec = yaml.safe_load((folder / "buildspec.yml").read_text())
    assert spec["version"] == 0.2
    build = Build(folder=folder)
    shell = {**environment, **spec["env"]["variables"], **variables}
    at = str(folder)
    for phase in ("install", "pre_build", "build"):
        for command in spec["phases"].get(phase, {}).get("commands", []):
            state = folder.parent / f"{folder.name}.state"
            script = f"{command}\ncode=$?; {{ pwd; env -0; }} > '{state}'; exit $code"
            done = subprocess.run(
                ["/bin/sh", "-c", script],
                cwd=at,
                env=shell,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            build.log += f"$ {command}\n{done.stdout}"
            if done.returncode:
                build.failed = command
                return build
            at, _, rest = state.read_text().partition("\n")
            shell = dict(pair.partition("=")[::2] for pair in rest.split("\0") if pair)
    build.exported = {name: shell[name] for name in spec["env"]["exported-variables"]}
    assert all(build.exported.values())
    return build


def own_environment(home: Path) -> dict[str, str]:
    """A container's environment, as far as it has one before it is told: what is installed, and a home."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
