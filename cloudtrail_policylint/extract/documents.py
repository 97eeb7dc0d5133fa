"""The policies in one document of JSON or YAML: a template, a plan, a listing, or other data."""

from __future__ import annotations

from ..iam.written import Extraction, syntax_problem
from ..tree.nodes import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import SourceFile


def extract_document(root: Node, source: SourceFile) -> Extraction:
    """The policies in the document *root* of *source*."""
    # The keys decide what is imported: most documents are plain policies.
    keys = {entry.key.literal for entry in root.entries} if isinstance(root, Map) else set()
    if "format_version" in keys:
        from .terraform.plan import extract_plan, is_plan

        if is_plan(root):
            return extract_plan(root)
    if any(key is not None and key.endswith("DetailList") for key in keys):
        from .account import extract_listing, is_listing

        if is_listing(root):
            return extract_listing(root)
    from . import bare, cloudformation

    def template(node: Node) -> Extraction | None:
        return (
            cloudformation.extract_template(node, source)
            if cloudformation.is_template(node)
            else None
        )

    inner: Node | None = None
    if "service" in keys and "provider" in keys:
        from . import serverless

        if serverless.is_service(root):
            root = serverless.with_holes(root)
            inner = serverless.resources(root)

    def evaluate(node: Node) -> Node | None:
        return cloudformation.evaluated(node, inner)

    return template(root) or bare.extract_bare(root, template, evaluate)


def extract_reading(reading: Reading, source: SourceFile, language: str) -> Extraction:
    """The policies in one *reading* of *source*, and its syntax error if it has one."""
    found = Extraction() if reading.root is None else extract_document(reading.root, source)
    if reading.mistake is None:
        return found
    problem = syntax_problem(reading.mistake, language)
    return Extraction(
        found.documents,
        found.attachments,
        (*found.problems, problem),
        found.allowances,
        found.unresolved,
        found.resources,
    )
