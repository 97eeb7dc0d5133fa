"""Reading files into a view: who has which policies, and which resources have some of their own."""

from __future__ import annotations

import os
from functools import partial

from ..base.disk import path_key
from ..base.formats import DEFINITIONS, is_always_loaded, named
from ..base.lazy_regex import regex
from ..base.limits import under
from ..base.record import replaced
from ..decisions.decision import BOUNDARY, IDENTITY, RCP, SCP, TRUST
from ..decisions.decision import ENDPOINT as VPC_ENDPOINT
from ..decisions.values import form, known, literal, written
from ..extract import extractor_of, only_document
from ..files import Files
from ..files.discover import discover
from ..iam.arns import FIELDS, SERVICE, split
from ..iam.normalise import normalise
from ..iam.patterns import NO, YES
from ..iam.written import UNREAD, Owner
from ..setups import location_in
from ..tree.nodes import Map
from ..tree.source import SourceFile, Span
from . import managed
from .view import (
    GROUP,
    PERMISSION_SET,
    ROLE,
    USER,
    Guarded,
    Identity,
    Named,
    OnTargets,
    View,
    key_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..decisions.values import Parts
    from ..files.discover import Candidate
    from ..files.inputs import Overlay
    from ..iam.policy import Document
    from ..iam.written import Extraction
    from ..settings.lookup import NearestSettings
    from ..settings.model import Settings
    from ..setups.model import Resource
    from ..tree.nodes import Node

_KINDS = {
    "aws_iam_role": ROLE,
    "awscc_iam_role": ROLE,
    "AWS::IAM::Role": ROLE,
    "AWS::Serverless::Function": ROLE,
    "AWS::Serverless::StateMachine": ROLE,
    "aws_iam_user": USER,
    "awscc_iam_user": USER,
    "AWS::IAM::User": USER,
    "aws_iam_group": GROUP,
    "awscc_iam_group": GROUP,
    "AWS::IAM::Group": GROUP,
    "aws_ssoadmin_permission_set": PERMISSION_SET,
    "awscc_sso_permission_set": PERMISSION_SET,
    "AWS::SSO::PermissionSet": PERMISSION_SET,
}
"""The types of resources that are identities, and the kind of each."""
_LISTED = {"RoleName": ROLE, "UserName": USER, "GroupName": GROUP}
"""The words before the names of identities in the listing of an account."""
_MEMBERS = {
    "aws_iam_user_group_membership": ("user", "groups"),
    "aws_iam_group_membership": ("users", "group"),
    "AWS::IAM::UserToGroupAddition": ("Users", "GroupName"),
    "AWS::IAM::User": ("", "Groups"),
    "awscc_iam_user": ("", "groups"),
}
"""The types of resources that say which users are in which groups: the properties of both."""
_BOUNDARY = "permissions_boundary"
_POLICY_BY_NAME = regex(r"\$\{data\.aws_iam_policy\.([\w-]+)\.arn\}")
_OF_SERVICE = {"s3": "s3-bucket", "kms": "kms-key", "sns": "sns-topic", "sqs": "sqs-queue"}
_NOBODY = Owner("", Span(SourceFile("", ""), 0, 0))
_MOST_ATTACHED = 50
"""Managed policies of one identity that are named one by one."""


def read_view(
    paths: Sequence[str],
    settings: NearestSettings,
    progress: Callable[[str], None] = lambda _path: None,
    *,
    contents: Overlay | None = None,
) -> View:
    """The view of the files and folders *paths*; raises ``InputError`` for one that does not exist.

    *progress* is called with the path that is read next, *contents* replace those of some files.
    """
    groups: dict[int, tuple[Settings, list[Candidate]]] = {}
    for candidate in discover(paths, settings):
        own = settings.of_file(candidate.path)
        groups.setdefault(id(own), (own, []))[1].append(candidate)
    view = View()
    for own, candidates in groups.values():
        files = Files(candidates, everything=True, contents=contents)
        under(own.limits, partial(_read_group, view, files, own, progress))
    return view


def _read_group(
    view: View, files: Files, settings: Settings, progress: Callable[[str], None]
) -> None:
    files.inputs.read_all()
    view.unread.update(one.source.path for one in files.inputs.unreadable.values())
    view.files += len(files.inputs.candidates)
    reader = _Reader(view, settings)
    for extraction, kind in _extractions(files, settings, progress):
        reader.add(extraction, kind)


def _extractions(
    files: Files, settings: Settings, progress: Callable[[str], None]
) -> Iterator[tuple[Extraction, str | None]]:
    """What is in each file, module and nested template, and the kind that the settings give a file."""
    from ..extract.terraform.project import Project

    loaded: set[str] = set()
    for folders in files.modules.projects():
        project = Project(files.modules)
        for folder in folders:
            progress(folder or ".")
            for extraction in project.extractions(folder):
                loaded.update(path_key(one.node.span.source.path) for one in extraction.documents)
                yield extraction, None
    inputs = files.inputs
    yield from ((one, None) for one in _nested(files, loaded))
    for candidate in inputs.candidates:
        if not candidate.format.by_itself or path_key(candidate.path) in loaded:
            continue
        source = inputs.source(candidate.path)
        if source is not None and inputs.matters(candidate.path):
            progress(candidate.path)
            extractor = extractor_of(named(candidate.format.name), source.text)
            for extraction in extractor.extract(source):
                yield extraction, settings.kind_of(candidate.path)


def _nested(files: Files, loaded: set[str]) -> Iterator[Extraction]:
    """What is in nested templates, for each stack that uses one; their keys are added to *loaded*."""
    inputs = files.inputs
    if not inputs.nesting():
        return
    from ..base.disk import Projects
    from ..extract.cloudformation.stacks import Stacks
    from ..files import access

    stacks = Stacks(inputs.nesting(), partial(access.loader, inputs, Projects()), only_document)
    for path in (*stacks.nested(), *stacks.outermost()):
        loaded.add(path_key(path))
        yield from stacks.extractions(path)


class _Reader:
    """Adds what is extracted to *view*."""

    def __init__(self, view: View, settings: Settings) -> None:
        self._view = view
        self._location = partial(location_in, settings)
        self._setups: set[int] = set()

    def add(self, extraction: Extraction, kind: str | None) -> None:
        """Add *extraction*; *kind* is the kind of a bare policy."""
        self._not_read(extraction)
        documents = [normalise(one, kind, at) for at, one in enumerate(extraction.documents)]
        made: list[Resource] = []
        if extraction.evaluation is not None:
            from ..setups import resources_of

            made = resources_of(extraction.evaluation, self._location)
        for document in documents:
            self._of_organization(document)
        if made:
            self._of_resources(made)
            self._of_others(documents, extraction, made)
        else:
            self._by_holders(documents, extraction)

    def _not_read(self, extraction: Extraction) -> None:
        """Note the files of which a part was not read: those with the mistake, else all that miss something."""
        view = self._view
        problems = [
            *extraction.problems,
            *[p for one in extraction.documents for p in one.problems],
        ]
        wrong = {one.span.source.path for one in problems if one.name in UNREAD}
        view.unread |= wrong
        rest = {source.path for source in extraction.unread}
        unused = {one for one in rest if one.endswith(DEFINITIONS) and not is_always_loaded(one)}
        view.unused |= unused
        rest -= unused
        folders = {os.path.dirname(path) for path in view.unread}
        if not any(os.path.dirname(path) in folders for path in rest):
            view.unread |= rest

    def _of_organization(self, document: Document) -> None:
        """Add *document* if it is no policy of an identity or a resource."""
        view = self._view
        if document.kinds == (SCP,):
            view.scps.append(OnTargets(document, document.holders))
        elif document.kinds == (RCP,):
            view.rcps.append(OnTargets(document, document.holders))
        elif document.kinds == (VPC_ENDPOINT,):
            view.endpoints.append(document)

    def _of_others(
        self, documents: Sequence[Document], extraction: Extraction, made: Sequence[Resource]
    ) -> None:
        """Add the identity policies of those that are no resources here: a role of another module."""
        known = {one.span.key() for identity in self._view.identities for one in identity.policies}
        own = {one.owner.name for one in made}
        of_holder: dict[str, list[Document]] = {}
        attached: dict[str, list[str]] = {}
        for document in documents:
            if document.kinds != (IDENTITY,) or document.span.key() in known:
                continue
            holders = [one for one in document.holders if one not in own]
            for holder in holders:
                of_holder.setdefault(holder, []).append(document)
            if not document.holders:
                self._view.unattached.append(document)
        for attachment in extraction.attachments:
            for holder in attachment.holders:
                if holder in of_holder:
                    attached.setdefault(holder, []).append(attachment.arn.written)
        for holder, policies in of_holder.items():
            self._view.identities.append(_of_holder(holder, policies, attached.get(holder, [])))

    # -- templates and modules

    def _of_resources(self, made: Sequence[Resource]) -> None:
        members = _memberships(made)
        groups = {id(one): _of_setup(one, ()) for one in made if _KINDS.get(one.type) == GROUP}
        for resource in made:
            self._named(resource)
            if resource.type in _KINDS:
                of = [groups.get(id(g)) or _of_setup(g, ()) for g in members.get(id(resource), ())]
                found = groups.get(id(resource)) or _of_setup(resource, of)
                self._view.identities.append(found)
            elif resource.arn is not None:
                self._guarded(resource)
        if made and id(made[0].setup) not in self._setups:
            self._setups.add(id(made[0].setup))
            for one in getattr(made[0].setup, "elsewhere", ()):
                self._guarded(one[1] if isinstance(one, tuple) else one)

    def _named(self, resource: Resource) -> None:
        view = self._view
        name, address = resource.owner.name, resource.address
        place = resource.owner.span.place()
        key, arn = key_of(place, address), resource.placed_arn()
        one = [Named(key, arn, resource.location.account, resource.setup)] if arn else []
        for text in dict.fromkeys((name, address)):
            view.named.setdefault(text, []).extend(one)
        for text in (place, key):
            view.placed.setdefault(text, []).extend(one)

    def _guarded(self, resource: Resource) -> None:
        assert resource.arn is not None
        kind = _kind_of_policy(resource.arn)
        if kind is None:
            return
        documents, complete = resource.setup.in_view(resource, kind)
        if documents or not complete or kind == "kms-key":
            self._view.guarded.append(
                Guarded(resource.owner, resource.arn, documents, complete, resource.setup.constants)
            )

    # -- other files

    def _by_holders(self, documents: Sequence[Document], extraction: Extraction) -> None:
        of_holder: dict[str, list[Document]] = {}
        for document in documents:
            holders = [one for one in document.holders if one]
            for holder in holders:
                of_holder.setdefault(holder, []).append(document)
            if not holders and document.kinds not in ((SCP,), (RCP,), (VPC_ENDPOINT,)):
                self._without_holder(document)
        attached: dict[str, list[str]] = {}
        for attachment in extraction.attachments:
            for holder in attachment.holders:
                attached.setdefault(holder, []).append(attachment.arn.written)
        for holder in {**of_holder, **attached}:
            own = [
                one
                for one in of_holder.get(holder, ())
                if {IDENTITY, BOUNDARY, TRUST} & set(one.kinds)
            ]
            if holder and (own or holder in attached):
                found = _of_holder(holder, own, attached.get(holder, []))
                self._view.identities.append(found)

    def _without_holder(self, document: Document) -> None:
        if document.kinds == (IDENTITY,) and document.owner.name:
            self._view.unattached.append(document)
        elif {IDENTITY, BOUNDARY} & set(document.kinds):
            self._view.loose.append(document)
        else:
            self._resource_policy(document)

    def _resource_policy(self, document: Document) -> None:
        from ..engine.asking.own import own_resource

        arn = own_resource(document, document.kinds[0]) if len(document.kinds) == 1 else None
        if arn is None or document.kinds == (TRUST,):
            self._view.loose_resources.append(document)
        else:
            self._view.guarded.append(Guarded(document.owner, arn, (document,), complete=True))


def _of_setup(resource: Resource, groups: Sequence[Identity]) -> Identity:
    """The identity that *resource* is, a member of *groups*."""
    setup = resource.setup
    policies, known = setup.in_view(resource, IDENTITY)
    trust, _ = setup.in_view(resource, TRUST)
    boundaries, unseen_boundaries = _boundary(resource)
    unseen = () if setup.has_all_attached(resource) else _attached(resource)
    open_ = set() if known and (unseen or setup.has_all_attached(resource)) else {IDENTITY}
    for group in groups:
        policies += group.policies
        unseen += group.unseen
        open_ |= group.open
    return Identity(
        _KINDS[resource.type],
        resource.owner,
        resource.name,
        resource.arn,
        policies,
        boundaries,
        trust,
        tuple(dict.fromkeys(unseen)),
        unseen_boundaries,
        frozenset(open_),
        setup.constants,
        resource.location.account,
        setup,
        resource.address,
    )


def _boundary(resource: Resource) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """The permissions boundary of *resource*: its documents, or what is not in view."""
    given = resource.at((_BOUNDARY,))
    if given.given == NO:
        return (), ()
    documents: tuple[Document, ...] = ()
    for link in resource.links((_BOUNDARY,)).found:
        for path in link.resource.policy_paths if link.verdict == YES else ():
            documents += link.resource.documents(path, BOUNDARY) or ()
    if documents:
        return documents, ()
    unseen = [_named_policy(resource, _text(item.node)) for item in given.items]
    return (), tuple(unseen) or ("a permissions boundary",)


def _attached(resource: Resource) -> tuple[str, ...]:
    """The managed policies that something attaches to *resource* and that are not in view."""
    found: list[str] = []
    for other in resource.setup.resources:
        if not other.attached:
            continue
        is_for = other is resource or any(
            other.links((name,)).verdict(resource) != NO for name in other.targets
        )
        if not is_for:
            continue
        in_view = any(link.resource.policy_paths for link in other.links((other.attached,)).found)
        items = other.at((other.attached,)).items
        found += [_named_policy(other, _text(item.node)) for item in items if not in_view]
    return tuple(found[:_MOST_ATTACHED])


def _named_policy(resource: Resource, text: str) -> str:
    """The name of an AWS managed policy that *resource* has from a data source, else *text*."""
    found = _POLICY_BY_NAME.fullmatch(text)
    if found is None:
        return text
    from ..setups.terraform import TerraformResource

    name = resource.name_of_policy(found[1]) if isinstance(resource, TerraformResource) else None
    return name if name is not None and name in managed.names() else text


def _text(node: Node) -> str:
    from ..setups.values import parts_of

    if isinstance(node, Map) and len(node.entries) == 1:  # of AWS SAM
        return f"the policy template {node.entries[0].key.written}"
    parts = parts_of(node)
    return written(parts) if parts is not None else "a policy"


def _memberships(made: Sequence[Resource]) -> dict[int, list[Resource]]:
    """The groups of users, by the ids of the users."""
    found: dict[int, list[Resource]] = {}
    for one in made:
        names = _MEMBERS.get(one.type)
        if names is None:
            continue
        of_users, of_groups = names
        users = (
            [link.resource for link in one.links((of_users,)).found if link.verdict == YES]
            if of_users
            else [one]
        )
        groups = [link.resource for link in one.links((of_groups,)).found if link.verdict == YES]
        for user in users:
            found.setdefault(id(user), []).extend(g for g in groups if _KINDS.get(g.type) == GROUP)
    return found


def _kind_of_policy(arn: Parts) -> str | None:
    """The kind of the policy that the resource *arn* has."""
    from ..iam.kinds import kind_of_cloudtrail_arn

    fields = split(arn)  # not its text, in which ${AWS::Partition} has colons
    service = known(fields[SERVICE]) if len(fields) == FIELDS else None
    return kind_of_cloudtrail_arn(written(arn)) or _OF_SERVICE.get(service or "")


def _of_holder(holder: str, documents: Sequence[Document], attached: Sequence[str]) -> Identity:
    """The identity *holder* of a file that is neither a template nor a module."""
    word, space, name = holder.partition(" ")
    if space and word in _LISTED:
        kind = _LISTED[word]
    else:
        type_, dot, rest = holder.partition(".")  # as a plan has it: type and name
        kind, name = (_KINDS[type_], rest) if dot and type_ in _KINDS else ("", holder)
    own = next((one.owner for one in documents if one.owner.name == name), None)
    owner = own or next(iter([one.owner for one in documents]), _NOBODY)
    if not (space and word in _LISTED):
        owner = replaced(owner, name=holder)
    arn = form(f"arn:{{field}}:iam::{{account}}:{kind}/{{any}}") if kind and name else None
    policies = [one for one in documents if TRUST not in one.kinds and BOUNDARY not in one.kinds]
    return Identity(
        kind,
        owner,
        literal(name) if name else None,
        (*arn, *literal(name)) if arn is not None else None,
        tuple(policies),
        tuple([one for one in documents if one.kinds == (BOUNDARY,)]),
        tuple([one for one in documents if one.kinds == (TRUST,)]),
        tuple(dict.fromkeys(attached)),
    )
