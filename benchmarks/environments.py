"""Virtual environments for the linter and for each tool it is compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PEERS = {
    "parliament": "parliament==1.6.4",
    "iam-policy-validator": "iam-policy-validator==1.31.4",
    "cfn-lint": "cfn-lint==1.58.0",
    "checkov": "checkov==3.3.30",
    "cloudsplaining": "cloudsplaining==0.9.1",
    "python-hcl2": "python-hcl2==8.1.4",
}
OURS = "cloudtrail-policylint"


class Environments:
    """The environments below *folder*; existing ones are reused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, checkout: Path) -> None:
        """Install the wheel of *checkout*, always again, and any of ``PEERS`` that is missing."""
        with tempfile.TemporaryDirectory() as wheels:
            wheel = ["wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, str(checkout)]
            _run([sys.executable, "-m", "pip", *wheel])
            (built,) = Path(wheels).glob("*.whl")
            self._install(OURS, [str(built)], again=True)
        for name, requirement in PEERS.items():
            self._install(name, [requirement])

    def _install(self, name: str, what: list[str], *, again: bool = False) -> None:
        python = self._folder / name / "bin" / "python"
        if not python.exists():
            _run([sys.executable, "-m", "venv", str(self._folder / name)])
        elif not again:
            return
        # Compile bytecode at installation, as pip does for users.
        install = ["-m", "pip", "install", "--quiet", "--compile", "--disable-pip-version-check"]
        _run([str(python), *install, *what])
        if again:  # pip would not replace a wheel of the same version
            _run([str(python), *install, "--force-reinstall", "--no-deps", *what])

    def tool(self, name: str, command: str = "") -> str:
        """The path of the program *command* (by default *name*) in the environment *name*."""
        return str(self._folder / name / "bin" / (command or name))

    def python(self, name: str = OURS) -> str:
        """The interpreter of the environment *name*."""
        return self.tool(name, "python")

    def versions(self) -> dict[str, str]:
        """The version of each tool that is installed."""
        query = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
        return {
            name: _run([self.python(name), "-c", query, name]).strip()
            for name in (OURS, *PEERS)
            if os.path.exists(self.python(name))
        }


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout
