"""YAML tags for functions of CloudFormation."""

from __future__ import annotations

_FUNCTIONS = (
    "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals",
    "FindInMap", "GetAtt", "GetAZs", "GetStackOutput", "If", "ImportValue", "Join", "Length",
    "Not", "Or", "RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf",
    "ValueOfAll",
)  # fmt: skip
TAGS = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{"!" + name: "Fn::" + name for name in _FUNCTIONS},
}
"""Short forms and the keys of their long forms (CloudFormation's function reference)."""


def function_of(tag: str) -> str | None:
    """The key of the long form of *tag*; None if the tag is only a type."""
    if not tag.startswith("!") or tag == "!":
        return None
    return TAGS.get(tag, tag)
