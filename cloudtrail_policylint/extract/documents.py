"""The policies in one document of JSON or YAML: a template, a plan, a listing, or other data."""

from __future__ import annotations

from ..iam.written import Extraction, syntax_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..readers.reading import Reading
    from ..tree.nodes import Node
    from ..tree.source import SourceFile


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
