"""Tags of YAML as the functions that they stand for."""

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
"""CloudFormation's short forms and the keys of their long forms (its user guide's function reference)."""


def function_of(tag: str) -> str | None:
    """The key that *tag* stands for; None where it only says of which type the value is."""
    if not tag.startswith("!") or tag == "!":
        return None
    return TAGS.get(tag, tag)
