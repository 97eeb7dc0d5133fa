"""The policies in one document of JSON or YAML: a template, a plan, a listing, or other data."""

from __future__ import annotations

from ..base.record import replaced
from ..iam.written import Extraction, syntax_problem
from ..tree.source import Ranges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import SourceFile, Span


def extract_document(root: Node, source: SourceFile) -> Extraction:
    """The policies in the document *root* of *source*."""
    from . import account, bare, cloudformation, serverless, terraform

    if terraform.is_plan(root):
        from .terraform.plan import extract_plan

        return extract_plan(root)

    def template(node: Node) -> Extraction | None:
        return (
            cloudformation.extract_template(node, source)
            if cloudformation.is_template(node)
            else None
        )

    if account.is_listing(root):
        return account.extract_listing(root)
    inner: Node | None = None
    if serverless.is_service(root):
        root = serverless.with_holes(root)
        inner = serverless.resources(root)

    def evaluate(node: Node) -> Node | None:
        return cloudformation.evaluated(node, inner)

    return template(root) or bare.extract_bare(root, template, evaluate)


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
    return replaced(found, problems=(*found.problems, problem))
