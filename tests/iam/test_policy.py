"""The policy model: what is derived from an element is no part of it."""

from __future__ import annotations

import pytest

from support.policies import document

POLICY = {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::x"}}


@pytest.mark.parametrize("name", ["actions", "resources"])
def test_an_element_stays_equal_to_its_twin_when_its_forms_are_read(name: str) -> None:
    element = getattr(document(POLICY).statements[0], name)[0]
    twin = type(element)(
        element.texts, element.complement, element.span, element.known, element.head
    )
    assert element == twin
    assert element.forms is element.forms
    assert element == twin
    assert "forms" not in repr(element)
