"""A pipeline's stages as CodePipeline and CodeBuild run them: each project's buildspec, command by command in a shell.

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template
from tests.waiting import wait_until

_VARIABLE = re.compile(r"#\{([\w-]+)\.(\w+)\}")


@dataclass(kw_only=True)
class Build:
    """How a build ended: the command that failed, if one did, what all printed, and what it leaves."""

    failed: str = ""
    log: str = ""
    exported: dict[str, str] = field(default_factory=dict)
    folder: Path


class Pipeline:
    """A pipeline over the source in a folder; `environment` is the containers', `work` where they stand.

    `deployed`: variables whose values only the pipeline's deployed stack knows; they stand for those of the projects.
    `cloudformation`: the client of CodePipeline's own action for CloudFormation.
    """

    def __init__(
        self,
        template: str,
        parameters: Mapping[str, str],
        source: Path,
        work: Path,
        environment: Mapping[str, str],
        deployed: Mapping[str, str],
        cloudformation: Any = None,
    ) -> None:
        self._cloudformation = cloudformation
        self._template: Template = evaluate_template(parse_template(template, "pipeline"), parameters)
        self._deployed = deployed
        self._source = source
        self._work = work
        self._environment = environment
        self.artifacts: dict[str, Path] = {"Source": source}
        self.builds: dict[str, Build] = {}
        self.approvals: list[dict[str, str]] = []
        self.skipped: list[str] = []
        self.assume: Callable[[str], Any] = lambda _: cloudformation
        """Returns the client of CloudFormation by the ARN of the role of an action."""

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
            elif provider == "CloudFormation":
                build = self.builds[action["Name"]] = self._execute(action)
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
        project = self._project(action["Configuration"]["ProjectName"])
        text = project["Source"]["BuildSpec"]
        spec = yaml.safe_load(text if "\n" in text else (folder / text).read_text())
        declared = {each["Name"]: each["Value"] for each in project["Environment"].get("EnvironmentVariables", [])}
        given = {name: value for name, value in self._deployed.items() if name in {**declared, **_own(spec)}}
        more = json.loads(action["Configuration"].get("EnvironmentVariables", "[]"))
        assert len(action["Configuration"].get("EnvironmentVariables", "")) <= 1_000
        given |= {each["name"]: each["value"] for each in more}
        build = run_buildspec(folder, environment, declared | given, spec)
        if build.failed:
            return build
        for artifact in action.get("OutputArtifacts", []):
            self.artifacts[artifact["Name"]] = self._packed(build, artifact["Name"], spec["artifacts"]["files"])
        return build

    def _execute(self, action: Mapping[str, Any]) -> Build:
        """Execute a change set and wait for the stack, as CodePipeline does; a refusal is the failure."""
        given = {key: self._resolved(value) for key, value in action["Configuration"].items()}
        assert given.pop("ActionMode") == "CHANGE_SET_EXECUTE"
        build = Build(folder=self._work)
        client = self.assume(action["RoleArn"]) if "RoleArn" in action else self._cloudformation
        try:
            client.describe_change_set(**given)
            client.execute_change_set(**given)
        except ClientError as error:
            return replace(build, failed="CHANGE_SET_EXECUTE", log=str(error))

        def status() -> str:
            (stack,) = client.describe_stacks(StackName=given["StackName"])["Stacks"]
            return str(stack["StackStatus"])

        wait_until(lambda: not status().endswith("_IN_PROGRESS"))
        return replace(build, failed="" if status() in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else status())

    def _project(self, name: str) -> Any:
        """The properties of the project of this name."""
        (found,) = (
            logical_id
            for logical_id, resource in self._template.stack.get_section("Resources").items()
            if resource["Type"] == "AWS::CodeBuild::Project"
            and self._template.stack.find_physical_name(logical_id) == name
        )
        return self._properties(found)

    def _packed(self, build: Build, name: str, files: list[str]) -> Path:
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
        return self._template.stack.evaluate_node(
            self._template.stack.get_section("Resources")[logical_id]["Properties"]
        )


def _own(spec: Mapping[str, Any]) -> dict[str, str]:
    """The variables that the buildspec itself declares."""
    return dict(spec["env"].get("variables", {}))


def run_buildspec(
    folder: Path, environment: Mapping[str, str], variables: Mapping[str, str], spec: Mapping[str, Any]
) -> Build:
    """How the build ended. What is exported lives on from command to command, as the folder does that one changes to."""
    assert spec["version"] == 0.2
    build = Build(folder=folder)
    shell = {**environment, **_own(spec), **variables}
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
    build.exported = {name: shell[name] for name in spec["env"].get("exported-variables", [])}
    assert all(build.exported.values())
    return build


def own_environment(home: Path) -> dict[str, str]:
    """A container's environment, as far as it has one before it is told: what is installed, and a home."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
