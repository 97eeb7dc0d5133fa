"""Checks files with the schemas of the services that read them, which check-jsonschema brings along."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def valid(path: Path, schema: str) -> None:
    """Fail if the file *path* is not valid by *schema*; nothing is downloaded."""
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*checker, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
