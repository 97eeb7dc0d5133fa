"""The words of the rule language: ``WORDS`` lists them with their fields and what they compile to.

A word is compiled once, with its operands, into a test that returns a verdict. The modules
beside this one have the functions for it, and are imported when a rule first uses one of their words.
``docs/writing-rules.md`` says what each word means and how to add one.
"""

from __future__ import annotations

import sys

from ...base.record import cached, record
from .word import PATTERNS, TEXTS, Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..lookups import Lookups
    from .word import Given, WordTest


@record
class Placeholder:
    """A placeholder for messages, if a match has the word with the operand *when* (None: any)."""

    name: str
    when: object = None


@record
class Word:
    """One word on some of its fields; ``maker`` is the module and function that makes a test of its operands."""

    name: str
    fields: tuple[str, ...]
    maker: str
    placeholders: tuple[Placeholder, ...] = ()

    @cached
    def compile(self) -> Callable[[Any, Context], WordTest]:
        """Makes a test of the word's operands."""
        module, _, name = self.maker.partition(".")
        path = f"{__package__}.{module}"
        __import__(path)
        found: Callable[[Any, Context], WordTest] = getattr(sys.modules[path], name)
        return found


def compiled(field: str, words: Given, lookups: Lookups) -> Iterator[WordTest]:
    """The tests of *words* on *field*."""
    context = Context(field, lookups)
    for word, operands in words.items():
        yield _BY_FIELD[field, word].compile(operands, context)


WORDS = (
    Word("is", tuple(f for f in TEXTS if f != "element"), "texts.written"),
    Word("is", ("element",), "texts.written", (Placeholder("nearest"),)),
    Word("is", ("target",), "actions.one_of_targets"),
    Word("is", ("kind",), "documents.one_of_kinds"),
    Word("overlaps", PATTERNS, "texts.overlapping"),
    Word("within", PATTERNS, "texts.lying_within"),
    Word("covers", PATTERNS, "texts.covering"),
    Word("wildcard", PATTERNS, "texts.wildcard"),
    Word(
        "variable",
        ("sid", "action", "resource", "principal.id", "condition.value"),
        "texts.variable",
    ),
    Word("broken-variable", ("resource", "condition.value"), "texts.broken_variable"),
    Word("characters", ("sid", "principal.id"), "texts.characters"),
    Word("reads-as", ("condition.value",), "conditions.reads_as"),
    Word("address", ("condition.value",), "conditions.address", (Placeholder("range"),)),
    Word("typed", ("condition.key",), "conditions.typed"),
    Word("complement", ("principal",), "conditions.of_not_principal"),
    Word("misspells", ("action",), "misspellings.misspells_prefix"),
    Word("misspells", ("condition.key",), "misspellings.misspells_key"),
    Word(
        "misspells",
        ("principal.id", "principal.type", "condition.value", "element"),
        "misspellings.misspells",
    ),
    Word("misspells", ("arn",), "misspellings.misspells_policy"),
    Word("complement", ("action", "resource"), "actions.complement"),
    Word("redundant", ("action", "resource"), "relations.redundant", (Placeholder("covering"),)),
    Word("redundant", ("principal",), "relations.redundant_principal", (Placeholder("covering"),)),
    Word(
        "redundant", ("condition.value",), "relations.redundant_value", (Placeholder("covering"),)
    ),
    Word("redundant", ("statement",), "relations.redundant_statement", (Placeholder("covering"),)),
    Word("empty", ("statement",), "relations.empty"),
    Word("service-wildcard", ("action", "resource"), "actions.names_services"),
    Word("service", ("action",), "actions.action_service"),
    Word("service", ("resource",), "actions.arn_service"),
    Word("known", ("action",), "actions.known_action", (Placeholder("nearest", when=False),)),
    Word(
        "known",
        ("condition.key",),
        "conditions.known_key",
        (Placeholder("nearest", when=False), Placeholder("as-of", when=False)),
    ),
    Word(
        "of-service",
        ("action", "condition.key"),
        "conditions.of_service",
        (Placeholder("nearest", when=False), Placeholder("as-of")),
    ),
    Word("multivalued", ("condition.key",), "conditions.multivalued"),
    Word("several", ("condition",), "conditions.several"),
    Word("repeated", ("sid", "condition"), "relations.repeated"),
    Word("beside", ("element",), "requests.one_of_names"),
    Word("resembles", ("element",), "misspellings.resembles"),
    Word("is", ("mistake",), "requests.one_of_names", (Placeholder("mistake"),)),
    Word("scopes-to", ("action",), "actions.scopes_to"),
    Word("fits", ("resource",), "actions.fitting", (Placeholder("reason", when="none"),)),
    Word("misfit", ("resource", "condition.value"), "actions.misfitting", (Placeholder("reason"),)),
    Word("nested", ("resource", "condition.value"), "actions.nested"),
    Word("accepted", ("resource",), "actions.accepted"),
    Word("accepted", ("action",), "actions.accepts_resource"),
    Word("if-absent", ("condition",), "conditions.absent"),
    Word(
        "applies", ("statement",), "requests.met", (Placeholder("element"), Placeholder("because"))
    ),
    Word("met", ("action", "condition"), "requests.met", (Placeholder("because"),)),
    Word("met", ("request",), "requests.met", (Placeholder("request"),)),
    Word("keeps-from", ("resource", "condition"), "requests.one_of_names"),
    Word("effective", ("action",), "requests.effective", (Placeholder("effective"),)),
    Word("denied", ("action",), "requests.denied"),
    Word("is", ("request", "allowed"), "requests.one_of_names"),
    Word("is", ("undenied",), "requests.one_of_names", (Placeholder("undenied"),)),
    Word(
        "decision",
        ("request",),
        "requests.decided",
        (Placeholder("request"), Placeholder("because")),
    ),
    Word(
        "cause",
        ("request",),
        "requests.one_of_causes",
        (Placeholder("request"), Placeholder("because")),
    ),
    Word("longer-than", ("property",), "resources.longer_than"),
    Word("outside", ("property",), "resources.outside"),
    Word("above", ("property",), "resources.above"),
    Word("lacks", ("property",), "resources.lacks"),
    Word("repeats", ("property",), "requests.one_of_names"),
    Word("more-than", ("property",), "resources.more_than"),
    Word("given", ("property", "version", "principal.type"), "documents.given"),
    Word("over", ("size",), "documents.larger_than"),
    Word("is", ("order",), "resources.one_of_orders"),
    Word("in", ("apart",), "resources.one_of_places"),
)
"""All words. ``rulebook/rule.schema.json`` has the same ones."""

OF_CATALOGUE = frozenset(("known", "misspells", "scopes-to", "fits", "misfit"))
"""The words that need data about AWS, which take time to load."""

ASKED_OF_ELEMENTS = ("met", "keeps-from", "effective", "denied")
"""The words of a test of one element that decisions answer."""

_BY_FIELD = {(field, word.name): word for word in WORDS for field in word.fields}
