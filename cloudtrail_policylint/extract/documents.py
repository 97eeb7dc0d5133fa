"""The policies in one document of JSON or YAML: a template, a plan, a listing, or other data."""

from __future__ import annotations

from functools import partial

from ..base.record import replaced
from ..iam.written import Extraction, syntax_problem
from ..tree.nodes import Map, Text, children
from ..tree.source import Ranges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import SourceFile, Span


def extract_document(root: Node, source: SourceFile) -> Extraction:
    """The policies in the document *root* of *source*."""
    # The keys decide what is imported: most documents are plain policies.
    keys = {entry.key.written for entry in root.entries} if isinstance(root, Map) else set()
    found = _plan_or_listing(root, keys)
    if found is not None:
        return found
    from . import bare

    template = partial(_template, source=source)
    inner: Node | None = None
    if "service" in keys and "provider" in keys:
        from . import serverless

        if serverless.is_service(root):
            root = serverless.with_holes(root)
            inner = serverless.resources(root)
    return template(root) or bare.extract_bare(root, template, partial(_evaluated, template=inner))


def _plan_or_listing(root: Node, keys: set[str]) -> Extraction | None:
    """The policies of a Terraform plan, or of the listing of an account; None for anything else."""
    if "format_version" in keys:
        from .terraform.plan import extract_plan, is_plan

        if is_plan(root):
            return extract_plan(root)
    if any(key.endswith("DetailList") for key in keys):
        from .account import extract_listing, is_listing

        if is_listing(root):
            return extract_listing(root)
    return None


def _template(node: Node, source: SourceFile) -> Extraction | None:
    """The policies of the CloudFormation template *node*; None where it is none."""
    if not isinstance(node, Map) or node.entry("Resources") is None:
        return None
    from . import cloudformation

    is_template = cloudformation.is_template(node)
    return cloudformation.extract_template(node, source) if is_template else None


def _evaluated(node: Node, template: Node | None) -> Node | None:
    """The value of *node*, whose functions refer to names of *template* if there is one."""
    if not _has_function(node):
        return node
    from . import cloudformation

    return cloudformation.evaluated(node, template)


def owner_of(root: Node) -> Callable[[Span, bool], bool]:
    """``Extraction.owns`` for a document *root*: no policy owns what an alias repeats."""
    shared: Ranges | None = None

    def owns(place: Span, inside: bool) -> bool:  # noqa: FBT001 - the interface of ``owns``
        nonlocal shared
        if shared is None:
            from .aliases import repeated

            shared = Ranges([text.span for text in repeated(root)])
        return inside and shared.around(place) is None

    return owns


def extract_reading(reading: Reading, source: SourceFile, language: str) -> Extraction:
    """The policies in one *reading* of *source*, and its syntax error if it has one."""
    if reading.root is None:
        found = Extraction()
    else:
        found = extract_document(reading.root, source)
        if language == "YAML":
            found = replaced(found, owns=owner_of(reading.root))
    if reading.mistake is None:
        return found
    problem = syntax_problem(reading.mistake, language)
    documents = tuple([replaced(one, misread=True) for one in found.documents])
    return replaced(found, documents=documents, problems=(*found.problems, problem))


def _has_function(node: Node) -> bool:
    """Whether *node* uses a function of CloudFormation."""
    stack = [node]
    seen: set[int] = set()
    while stack:
        at = stack.pop()
        if isinstance(at, Text) or id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, Map):
            for entry in at.entries:
                if entry.key.written.startswith(("Fn::", "Ref", "!")):
                    return True
        stack.extend(children(at))
    return False
