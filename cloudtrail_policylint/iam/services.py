"""Names of AWS services as principals."""

from __future__ import annotations

from ..tree.nodes import Hole, Piece, Text

URL_SUFFIXES = ("amazonaws.com", "amazonaws.com.cn")
"""The domains of AWS, by partition (CloudFormation Template Reference, ``AWS::URLSuffix``)."""


def service_principal(text: Text) -> Text:
    """*text*, with ``amazonaws.com`` in place of the unknown domain of AWS at its end.

    ``cloudtrail.${AWS::URLSuffix}`` means the service in every partition.
    """
    last = text.parts[-1] if text.parts else None
    if not isinstance(last, Hole) or last.values != URL_SUFFIXES:
        return text
    return Text((*text.parts[:-1], Piece(URL_SUFFIXES[0], last.span)), text.span)
