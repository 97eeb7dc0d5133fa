"""Words on documents: kind and size, and what may be left out."""

from __future__ import annotations

from ...iam.patterns import MAYBE, NO, YES
from ..signs import may_be_longer
from .word import Context, WordTest, as_wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...iam.policy import Document


def one_of_kinds(operands: Sequence[str], _: Context) -> WordTest:
    """``is`` of a kind: the document is of one of these; MAYBE if it may also be of others."""
    wanted = frozenset(operands)

    def test(document: Document) -> int:
        found = sum(kind in wanted for kind in document.kinds)
        return NO if not found else YES if found == len(document.kinds) else MAYBE

    return WordTest(document=test)


def _is_long(document: Document, characters: int) -> bool:
    """Whether *document* may have more than so many *characters*; the module that counts is loaded if so."""
    return document.node is None or may_be_longer(document.node, characters)


def larger_than(characters: int, _: Context) -> WordTest:
    """``over`` of a size: the document has more than so many *characters*."""

    def test(document: Document) -> int:
        if document.complete and not _is_long(document, characters):
            return NO
        from ...iam.size import least_size

        if least_size(document) > characters:
            return YES
        return NO if document.complete else MAYBE

    return WordTest(document=test)


def given(wanted: bool, _: Context) -> WordTest:  # noqa: FBT001
    """``given``: whether the property has a value."""
    return WordTest(given=lambda found: as_wanted(found, wanted))
