"""Coverage-guided fuzzing of the readers and of the whole lint.

``PYTHONPATH=tests python -m support.fuzz_coverage json|yaml|hcl|lint [CORPUS] [-max_total_time=60]``.
It needs the package ``atheris``, which is no part of the development extra,
because it is not there for every platform. Options are those of libFuzzer; the
files of CORPUS are inputs as they are, for ``lint`` after one character.
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
    from support.fuzzing import Judge

NAMES = ("policy.json", "template.yaml", "main.tf", "main.tf.json")


def read_json(text: str) -> None:
    """Both readers of JSON."""
    source = SourceFile("a.json", text)
    json_reader.read_values(source)
    json_reader.read_placed(source)


def read_yaml(text: str) -> None:
    """The reader of YAML."""
    yaml_reader.read(SourceFile("a.yaml", text))


def read_hcl(text: str) -> None:
    """The reader of HCL, every attribute of every block."""
    stack = list(hcl_reader.read(SourceFile("a.tf", text)).blocks)
    while stack:
        block = stack.pop()
        for attribute in block.attributes.values():
            assert attribute.expression is not None
        stack.extend(block.blocks)


class Lint:
    """All that ``fuzzing`` checks; the first character chooses the format."""

    def __init__(self) -> None:
        self.judge = Judge(bundled())

    def __call__(self, text: str) -> None:
        """Judge *text*."""
        self.judge.check(NAMES[ord(text[0]) % len(NAMES)] if text else NAMES[0], text[1:])


def main() -> None:
    """Run libFuzzer."""
    name = sys.argv.pop(1)
    readers = {"json": read_json, "yaml": read_yaml, "hcl": read_hcl}
    act = Lint() if name == "lint" else readers[name]

    def one(data: bytes) -> None:
        act(data.decode("utf-8", errors="surrogateescape"))  # what is no UTF-8 is lone surrogates

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
