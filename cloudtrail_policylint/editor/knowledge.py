"""What AWS has, as Markdown for a hover: actions, patterns and condition keys."""

from __future__ import annotations

from functools import cached_property

from ..iam.catalogue import HOME, Catalogue
from ..iam.patterns import parse
from ..report.text import plural
from ..rulebook.load import bundled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..iam.catalogue import KnownAction, Service

MOST_LISTED = 40
"""The most names in one list: a hover is small."""
_WHO = {
    "user": "users",
    "role": "roles",
    "federated-user": "federated users",
    "root": "root users",
    "service": "AWS services",
    "anonymous": "anonymous requests",
    "federated": "people of an identity provider",
    "account": "other principals",
    "else": "all others",
}


class Knowledge:
    """The catalogue and the facts of the built-in rules, loaded when first asked for."""

    @cached_property
    def _book(self) -> tuple[Catalogue, Sequence[str]]:
        book = bundled()
        return Catalogue(book.facts), book.sets["condition-operators"]

    @property
    def catalogue(self) -> Catalogue:
        """The AWS catalogue."""
        return self._book[0]

    @property
    def operators(self) -> Sequence[str]:
        """The operators of conditions."""
        return self._book[1]

    def about(self, word: str, element: str) -> str | None:
        """What *word* is, written where a policy has an *element*; None if it is nothing known."""
        prefix, colon, name = word.partition(":")
        if element == "action" and word == "*":
            return "`*` stands for all actions of all services."
        if not colon or not name or prefix.lower() == "arn":
            return None
        if element != "key":
            action = self.catalogue.action(word)
            if action is not None:
                return self._about_action(action)
            if "*" in name or "?" in name:
                return self._about_pattern(word)
        return self._about_key(word)

    def _about_action(self, action: KnownAction) -> str:
        service = self.catalogue.service(action.service)
        assert service is not None, "its action was found"
        lines = [f"`{action.full_name}`", service.about_action(action.name)]
        level = service.level_of(action.name)
        facts = [f"- access level: {level}"] if level else []
        if action.types is not None:
            types = _codes(kind.name for kind in action.types) or "none: `Resource` must be `*`"
            facts.append(f"- resource types: {types}")
        keys = [_spelt(service, key) for key in sorted(service.keys_of_action(action.name))]
        facts.append(f"- condition keys: {_codes(keys) or 'global ones only'}")
        return _blocks(*lines, "\n".join(facts))

    def _about_pattern(self, word: str) -> str | None:
        service = self.catalogue.service(word.partition(":")[0])
        if service is None:
            return None
        found = self.catalogue.expand(service.prefix, parse(word.lower()))
        levels: dict[str, list[str]] = {}
        for action in found:
            levels.setdefault(service.level_of(action.name) or "other", []).append(action.name)
        actions = plural(len(found), "action")
        of = plural(len(service.actions), "action")
        head = f"`{word}` stands for {actions} of the {of} of `{service.prefix}`."
        listed = [f"- {level}: {_codes(sorted(names))}" for level, names in sorted(levels.items())]
        return _blocks(head, "\n".join(listed))

    def _about_key(self, word: str) -> str | None:
        catalogue = self.catalogue
        fact = catalogue.global_key(word)
        if fact is not None:
            many = ", several values" if fact.get("many") else ""
            return _blocks(
                f"`{fact['name']}`",
                f"Condition key of all services, type {fact['type']}{many}.",
                _presence(fact),
                f"[Documentation]({fact['source']})" if "source" in fact else "",
            )
        service = catalogue.service(word.partition(":")[0])
        full = service.full_key(word.lower()) if service is not None else None
        if service is None or full is None:
            return None
        carrying = [
            action.name
            for action in service.actions.values()
            if full in service.keys_of_action(action.name)
        ]
        with_types = [
            kind.name for kind in service.types.values() if full in service.keys_of_type(kind)
        ]
        there = [f"- in requests for: {_codes(carrying)}"] if carrying else []
        there += [f"- for resources of the types: {_codes(with_types)}"] if with_types else []
        return _blocks(
            f"`{_spelt(service, full)}`",
            f"{service.about_key(full)}. Type {service.type_of_key(full)}.",
            "\n".join(there),
        )

    def keys(self, prefix: str) -> list[str]:
        """The condition keys of all services, and those of the service *prefix*."""
        names = [str(fact["name"]) for fact in self.catalogue.facts.global_keys]
        service = self.catalogue.service(prefix)
        more = service.spelt_keys if service is not None else []
        return [*names, *(key for key in sorted(more) if not key.startswith("aws:"))]

    def arn_formats(self) -> Iterator[tuple[str, str]]:
        """The name and ARN format of each resource type of CloudTrail, and of a folder of log files."""
        service = self.catalogue.service(HOME[0])
        for kind in service.types.values() if service is not None else ():
            assert service is not None, "it has types"
            yield kind.name, service.format_of_type(kind.name)
        yield "bucket of a trail", "arn:${Partition}:s3:::${BucketName}"
        yield "log files of a trail", "arn:${Partition}:s3:::${BucketName}/AWSLogs/${Account}/*"


def _spelt(service: Service, key: str) -> str:
    """The condition key *key*, in lower case, as the reference spells it."""
    return next((one for one in service.spelt_keys if one.lower() == key), key)


def _presence(fact: Mapping[str, object]) -> str:
    """When a request has the key of *fact*."""
    present = fact.get("present")
    if not isinstance(present, dict):
        return "The reference says for each action and resource type whether a request has it."
    return "\n".join(
        f"- {_WHO.get(who, who)}: {when} in the request" for who, when in present.items()
    )


def _codes(names: Iterable[str]) -> str:
    """*names* as code, separated by commas, at most ``MOST_LISTED`` of them."""
    listed = [f"`{name}`" for name in names]
    more = len(listed) - MOST_LISTED
    return ", ".join(listed[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _blocks(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)
