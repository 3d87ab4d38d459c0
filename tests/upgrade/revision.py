# SPDX-License-Identifier: MIT
"""Which programs are upgraded from, and how they are built: as they were in the repository, as they ship."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/upgrade"
BEFORE_ANY_TAG = "6069e9b198a70b18b3f2e44120d4070437fccdbf"
SERVICES = ("gateway", "worker")


def output_of(*command: str) -> str | None:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def previous() -> str:
    """The newest release before this commit."""
    return output_of("git", "describe", "--tags", "--abbrev=0", "HEAD^") or BEFORE_ANY_TAG


def commit_of(revision: str) -> str:
    found = output_of("git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not found:
        sys.exit(f"{revision} is not in this clone: git fetch --unshallow --tags, or --from REVISION")
    return found


def check(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}, in {folder}:\n{done.stdout[-4000:]}")


def programs_of(commit: str) -> Path:
    """The folder with its gateway and worker; what was built before is not built again."""
    source = BUILD / commit
    source.mkdir(parents=True, exist_ok=True)
    archive = source / "source.tar"
    check(["git", "archive", "--output", str(archive), commit], ROOT)
    check(["tar", "-xf", str(archive)], source)  # files have the commit's time: nothing looks new
    archive.unlink()
    check(["cmake", "--preset", "release"], source)
    check(["cmake", "--build", "--preset", "release", "--target", *SERVICES], source)
    return source / "build/release/bin"
