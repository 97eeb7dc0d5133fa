"""Coverage-guided fuzzing of the readers and of linting.

``PYTHONPATH=tests python -m support.fuzz_coverage json|yaml|hcl|lint [CORPUS] [-max_total_time=60]``
needs the package ``atheris``, which is not in the development extra because it does
not support every platform. Options are those of libFuzzer. The files of CORPUS are
inputs; for ``lint`` their first character selects the format.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["cloudtrail_policylint"]):
    from cloudtrail_policylint.readers.hcl import reader as hcl_reader
    from cloudtrail_policylint.readers.json import reader as json_reader
    from cloudtrail_policylint.readers.yaml import reader as yaml_reader
    from cloudtrail_policylint.rulebook.load import bundled
    from cloudtrail_policylint.tree.source import SourceFile
    from support.fuzzing import InvariantChecker

NAMES = ("policy.json", "template.yaml", "main.tf", "main.tf.json")


def read_json(text: str) -> None:
    """Run both readers of JSON."""
    source = SourceFile("a.json", text)
    json_reader.read_values(source)
    json_reader.read_placed(source)


def read_yaml(text: str) -> None:
    """Run the reader of YAML."""
    yaml_reader.read(SourceFile("a.yaml", text))


def read_hcl(text: str) -> None:
    """Run the reader of HCL on every attribute of every block."""
    stack = list(hcl_reader.read(SourceFile("a.tf", text)).blocks)
    while stack:
        block = stack.pop()
        for attribute in block.attributes.values():
            assert attribute.expression is not None
        stack.extend(block.blocks)


class Lint:
    """Lints and checks the invariants of ``fuzzing``; the first character selects the format."""

    def __init__(self) -> None:
        self.checker = InvariantChecker(bundled())

    def __call__(self, text: str) -> None:
        """Lint *text*."""
        self.checker.check(NAMES[ord(text[0]) % len(NAMES)] if text else NAMES[0], text[1:])


def main() -> None:
    """Run libFuzzer."""
    name = sys.argv.pop(1)
    readers = {"json": read_json, "yaml": read_yaml, "hcl": read_hcl}
    target = Lint() if name == "lint" else readers[name]

    def one(data: bytes) -> None:
        target(data.decode("utf-8", errors="surrogateescape"))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
