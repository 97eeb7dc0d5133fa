"""CloudFormation and SAM templates, in YAML and in JSON.

A document is a template by its Resources: objects with a Type like
``AWS::IAM::Role``. Every document of a file that holds several is looked at by
itself. A document that is none goes to ``bare``, which knows policies by their
shape. The modules: ``resource_types`` is data, ``template`` the sections,
``intrinsics`` the functions, ``policies`` puts them together, ``stacks`` knows
which template is nested in which.
"""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...iam.written import Extraction
from ...tree.nodes import Map, Node, Text, walk
from ...tree.source import SourceFile

_TYPE = regex(r"[A-Za-z0-9]+::\S+")


def is_template(root: Node | None) -> bool:
    """Whether *root* is a CloudFormation template, or as much of one as could be read."""
    if not isinstance(root, Map):
        return False
    resources = root.get("Resources")
    if not isinstance(resources, Map):
        return False
    for entry in resources.entries:
        if entry.key.written.startswith("Fn::ForEach::"):
            return True
        kind = entry.value.get("Type") if isinstance(entry.value, Map) else None
        if isinstance(kind, Text) and _TYPE.match(kind.written):
            return True
    return False


def extract_template(root: Node, source: SourceFile) -> Extraction:
    """The policies and attachments of the template *root*, which ``is_template``."""
    from .policies import find

    return find(root, source) if isinstance(root, Map) else Extraction()


def evaluated(node: Node, template: Node | None) -> Node | None:
    """The value of *node*, which stands outside of any template, None where ``Ref`` leaves it out.

    The names in its functions are those of *template*, as much of one as is in
    view: a ``Ref`` to another one is a hole.
    """
    if not _has_function(node):
        return node
    from .intrinsics import Evaluator
    from .template import Template

    root = template if isinstance(template, Map) else Map((), node.span)
    return Evaluator(Template(root)).evaluate(node)


def _has_function(node: Node) -> bool:
    return any(
        entry.key.written.startswith(("Fn::", "Ref", "!"))
        for at in walk(node)
        if isinstance(at, Map)
        for entry in at.entries
    )
