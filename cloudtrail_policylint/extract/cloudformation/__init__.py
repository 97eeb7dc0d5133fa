"""CloudFormation and SAM templates, in YAML and in JSON.

A document is a template if its Resources have a Type like ``AWS::IAM::Role``.

The modules: ``resource_types`` is data, ``template`` the sections of a template,
``intrinsics`` evaluates functions, ``references`` finds names in them,
``metadata`` reads suppressions, ``policies`` extracts, and ``stacks`` resolves
nested stacks.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.written import Extraction
from ...tree.nodes import Map, Node, Text
from ...tree.source import SourceFile

_TYPE = regex(r"[A-Za-z0-9]+::\S+")


def is_template(root: Node | None) -> bool:
    """Whether *root* is a CloudFormation template, or the readable part of one."""
    if not isinstance(root, Map):
        return False
    resources = root.get("Resources")
    if not isinstance(resources, Map):
        return False
    for entry in resources.entries:
        if entry.key.written.startswith("Fn::ForEach::"):
            return True
        type_ = entry.value.get("Type") if isinstance(entry.value, Map) else None
        if isinstance(type_, Text) and _TYPE.match(type_.written):
            return True
    return False


def extract_template(root: Node, source: SourceFile) -> Extraction:
    """The policies and attachments of the template *root*, for which ``is_template`` holds."""
    from .policies import find

    return find(root, source) if isinstance(root, Map) else Extraction()


def evaluated(node: Node, template: Node | None) -> Node | None:
    """The value of *node*, which is not part of a template but may use its functions.

    They refer to names of *template*, if there is one; other names are unknown.
    None for ``!Ref AWS::NoValue``.
    """
    from .intrinsics import Evaluator
    from .template import Template

    root = template if isinstance(template, Map) else Map((), node.span)
    return Evaluator(Template(root)).evaluate(node)
