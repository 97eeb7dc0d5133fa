"""References in plain strings, which nothing replaces: ``"${AWS::AccountId}"`` without ``Fn::Sub``.

Source: CloudFormation Template Reference, ``Fn::Sub``. A policy never needs
such a text: the variables of policies have a colon, and no second one.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.written import Problem
from ...tree.nodes import Map, Node, Piece, Text, cut, walk
from .values import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .template import Template

_REFERENCE = regex(r"\$\{(?:(AWS::[A-Za-z]+)|([A-Za-z0-9]+)(?:\.[A-Za-z.]+)?)\}")
_VERSION = "2010-09-09"
_TRANSFORMS = ("AWS::Serverless-", "AWS::LanguageExtensions", "AWS::SecretsManager-")
"""Transforms that replace nothing in plain strings; others may replace anything."""


def unsubstituted(node: Node, template: Template) -> Iterator[Problem]:
    """The problems in the policy *node* of *template*: the first reference of each string."""
    if not _is_read_as_written(template.root):
        return
    for text in walk(node):
        if isinstance(text, Text):
            found = _first(text, template)
            if found is not None:
                message = (
                    f"{found.text} is plain text here: Fn::Sub is missing, so nothing replaces it"
                )
                yield Problem("missing-sub", message, found.span)


def _first(text: Text, template: Template) -> Piece | None:
    for piece in text.parts:
        if isinstance(piece, Piece) and "${" in piece.text:
            for match in _REFERENCE.finditer(piece.text):
                name = match.group(2)
                if name is None or name in template.parameters or name in template.resources:
                    return cut(piece, match.start(), match.end())
    return None


def _is_read_as_written(template: Map) -> bool:
    """Whether no other program and no macro changes *template* before it is used."""
    version = template.get("AWSTemplateFormatVersion")
    if isinstance(version, Text) and version.written != _VERSION:
        return False  # of a program with functions of its own (org-formation: 2010-09-09-OC)
    return all(
        isinstance(one, Text) and one.written.startswith(_TRANSFORMS)
        for one in members(template.get("Transform"))
    )
