"""Policies of a program: objects, JSON texts or files, as the policy model has them."""

from __future__ import annotations

import json
import os

from ..base import limits
from ..base.disk import UnreadableError, read_bytes
from ..base.errors import InputError
from ..iam.normalise import MIXED_TYPES, normalise
from ..iam.written import Found, Owner
from ..readers.json.reader import read_placed
from ..tree.nodes import Map, Seq
from ..tree.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeAlias

    from ..iam.policy import Document

    Policy: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | os.PathLike[str]
    """A policy or its list of statements, its JSON text, or the path of a file that holds it."""


def document(policy: Policy, kind: str, name: str) -> Document:
    """The model of *policy*, which is of *kind*; *name* stands for it where it is no file.

    Raises ``InputError`` for what AWS would refuse as a policy, its place first.
    """
    source = _source(policy, name)
    reading = read_placed(source)
    whole = Span(source, 0, len(source.text))
    if reading.mistake is not None:
        where = reading.mistake.span.place()
        raise InputError(f"{where}: not a policy in JSON: {reading.mistake.message}")
    if not isinstance(reading.root, Map | Seq):
        raise InputError(f"{source.path}: a policy is an object")
    found = normalise(Found(reading.root, kind, Owner(name, whole)))
    for problem in (*found.problems, *found.mistakes):
        if problem.name != MIXED_TYPES:  # which AWS reads as strings
            raise InputError(f"{problem.span.place()}: {problem.message}")
    if isinstance(reading.root, Map) and reading.root.get("Statement") is None:
        raise InputError(f"{source.path}: the policy has no Statement")
    return found


def _source(policy: Policy, name: str) -> SourceFile:
    if isinstance(policy, os.PathLike):
        return _file(os.fspath(policy))
    if isinstance(policy, str):
        text = policy.lstrip()
        return SourceFile(name, policy) if text.startswith(("{", "[")) else _file(policy)
    try:
        return SourceFile(name, json.dumps(policy, indent=1, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{name}: not a policy: {error}") from None


def _file(path: str) -> SourceFile:
    try:
        data = read_bytes(path, limits.in_force().file_size, limits.named("file-size"))
        return SourceFile(path.replace(os.sep, "/"), data.decode("utf-8-sig"))
    except UnreadableError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
