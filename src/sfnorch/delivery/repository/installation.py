"""How this sfnorch was installed, as a requirement with which a build installs the same package.

pip, pipx and uv record the origin of a package that does not come from an index in `direct_url.json`.
https://packaging.python.org/en/latest/specifications/direct-url/
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import sfnorch.version
from sfnorch.json_values import Json, find_value, read_mapping

NAME = "sfnorch"

PACKAGE_PATTERN = r"^[A-Za-z0-9][-A-Za-z0-9 ._:/@+=%~,#&\[\]]*$"
"""A requirement, a path or a URL. CodeBuild passes it to a shell as a variable, never as a command."""

_REACHABLE = ("https", "http", "ssh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The requirement with which a build installs sfnorch. `doubt` says why it can fail or install another one."""

    requirement: str
    doubt: str = ""


def find_installation() -> Installation:
    """Return how the sfnorch that runs was installed."""
    try:
        recorded = distribution(NAME).read_text("direct_url.json")
    except PackageNotFoundError:  # it runs from its source folder
        recorded = json.dumps({"url": Path(sfnorch.version.__file__).parents[2].as_uri(), "dir_info": {}})
    return read_installation(json.loads(recorded or "{}"), sfnorch.version.__version__)


def read_installation(direct_url: dict[str, Json], version: str) -> Installation:
    """Return how a version with this `direct_url.json` was installed; it is empty for a package of an index.

    A Git URL is pinned to the commit, and an archive to its hash. For an origin on this machine, the requirement is the
    version in an index.
    """
    pinned = f"{NAME}=={version}"
    url = str(direct_url.get("url", ""))
    if not url:
        return Installation(requirement=pinned)
    with suppress(ValueError):  # urlsplit rejects the URL
        found = _read_origin(url, direct_url, pinned)
        if re.fullmatch(PACKAGE_PATTERN, found.requirement):
            return found
    return Installation(requirement=pinned, doubt="this sfnorch is installed from a URL that a build does not accept")


def _read_origin(url: str, direct_url: dict[str, Json], pinned: str) -> Installation:
    """Return the installation from a URL; `pinned` is the requirement for an origin on this machine."""
    scheme, shown = urlsplit(url).scheme, _remove_credentials(url)
    if scheme not in _REACHABLE or "dir_info" in direct_url:
        place = unquote(urlsplit(url).path) if scheme == "file" else shown
        return Installation(
            requirement=pinned, doubt=f"this sfnorch is installed from {place}, which a build cannot reach"
        )
    doubt = f"a build needs an SSH key to install sfnorch from {shown}" if scheme == "ssh" else ""
    return Installation(requirement=_build_requirement(shown, direct_url), doubt=doubt)


def _build_requirement(url: str, direct_url: dict[str, Json]) -> str:
    """Return the requirement for a URL that pip can read in a build."""
    fragments = []
    if source := read_mapping(direct_url.get("vcs_info")):
        url = f"{source['vcs']}+{url}@{source['commit_id']}"
    else:
        fragments += _list_hashes(direct_url.get("archive_info"))
    if folder := direct_url.get("subdirectory"):
        fragments.append(f"subdirectory={folder}")
    return f"{NAME} @ {url}" + ("#" + "&".join(fragments) if fragments else "")


def _list_hashes(archive: Json) -> list[str]:
    """Return the hash of an archive as the fragment of a URL: a mapping of hashes, or the older single text."""
    if digest := find_value(archive, "hashes", "sha256"):
        return [f"sha256={digest}"]
    one = str(find_value(archive, "hash"))
    return [one] if one.startswith("sha256=") else []


def _remove_credentials(url: str) -> str:
    """Return the URL without a password or token, which a repository must not hold; SSH's user name stays."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0] + at if parts.scheme == "ssh" else ""
    return urlunsplit(parts._replace(netloc=name + host))
