"""Resources of module trees: what they refer to, their order, their policies, and what is not known."""

from __future__ import annotations

import posixpath
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.extract.terraform.evaluate import Evaluator
from cloudtrail_policylint.extract.terraform.module import Module
from cloudtrail_policylint.extract.terraform.project import Project
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.setups import resources_of
from cloudtrail_policylint.setups.model import NOWHERE, Location
from cloudtrail_policylint.setups.terraform import setup_of
from cloudtrail_policylint.tree.source import SourceFile
from support.effort import calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudtrail_policylint.setups.model import Resource, Setup

BUCKET = 'resource "aws_s3_bucket" "b" { bucket = "logs" }\n'
POLICY = """resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*", Principal = "*" }] })
}
"""
TRAIL = 'resource "aws_cloudtrail" "t" {\n  s3_bucket_name = BUCKET\n}\n'


def trail(bucket: str, *lines: str) -> str:
    return TRAIL.replace("BUCKET", "\n  ".join([bucket, *lines]))


def setup(text: str, deployed: Location | None = None) -> Setup:
    """The set-up of one file, which is deployed at *deployed*."""
    evaluator = Evaluator(Module([SourceFile("main.tf", dedent(text))]))
    return setup_of(evaluator, lambda _: deployed or NOWHERE)


class Tree:
    """Modules in memory: ``main`` is the root module, which calls the others by their folders."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: SourceFile(path, dedent(text)) for path, text in files.items()}

    def module_sources(self, folder: str) -> list[SourceFile]:
        return [s for path, s in self.files.items() if posixpath.dirname(path) == folder]

    def callers(self, folder: str) -> list[str]:
        return [] if folder == "main" else ["main"]

    def installed(self, folder: str, name: str, source: str) -> str | None:
        return None

    def all_callers(self, folder: str) -> list[str]:
        return self.callers(folder)

    def called(self, folder: str, source: str) -> str | None:
        path = posixpath.normpath(posixpath.join(folder, source))
        return path if any(posixpath.dirname(known) == path for known in self.files) else None

    def is_whole(self, _: str) -> bool:
        return True

    def tests(self, _: str) -> set[tuple[str, str]]:
        return set()

    def loader(self, _: str) -> Callable[[str], SourceFile | None]:
        return lambda _path: None

    def lister(self, _: str) -> Callable[[str], list[str]]:
        return lambda _path: []


def tree(**texts: str) -> Setup:
    files = {f"{name}/main.tf": text for name, text in texts.items()}
    (extraction,) = Project(Tree(files)).extractions("main")
    assert extraction.evaluation is not None
    evaluator = extraction.evaluation[1]
    assert isinstance(evaluator, Evaluator)
    return setup_of(evaluator)


def one(found: Setup, address: str) -> Resource:
    (resource,) = [r for r in found.resources if r.owner.name == address]
    return resource


def bucket_of(found: Setup, address: str = "aws_cloudtrail.t") -> list[tuple[str, int]]:
    """The resources that the bucket of a trail refers to, with verdicts."""
    links = one(found, address).links(("s3_bucket_name",))
    return sorted((link.resource.owner.name, link.verdict) for link in links.found)


IS_BUCKET = [("aws_s3_bucket.b", YES)]
MAY_BE_BUCKET = [("aws_s3_bucket.b", MAYBE)]
BOTH = [("aws_s3_bucket.b", YES), ("aws_s3_bucket_policy.b", YES)]


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        ("aws_s3_bucket.b.id", IS_BUCKET),
        ("aws_s3_bucket.b.bucket", IS_BUCKET),
        ('"${aws_s3_bucket.b.id}"', IS_BUCKET),
        ('"logs"', IS_BUCKET),
        ("local.name", IS_BUCKET),
        ("aws_s3_bucket_policy.b.bucket", BOTH),
        ("aws_s3_bucket_policy.b.id", BOTH),
        ('join("", aws_s3_bucket.b[*].id)', IS_BUCKET),
        ('try(aws_s3_bucket.b.id, "")', IS_BUCKET),
        ('var.own ? aws_s3_bucket.b.id : "other"', MAY_BE_BUCKET),
        ('"other"', []),
        ("var.name", []),
        ("data.aws_s3_bucket.d.id", []),
        ("module.elsewhere.id", []),
        ("aws_s3_bucket.undeclared.id", []),
    ],
)
def test_what_a_property_refers_to(bucket: str, expected: list[tuple[str, int]]) -> None:
    more = """
    locals { name = aws_s3_bucket.b.id }
    variable "own" {}
    variable "name" {}
    data "aws_s3_bucket" "d" { bucket = "d" }
    module "elsewhere" { source = "registry/module" }
    """
    assert bucket_of(setup(BUCKET + POLICY + dedent(more) + trail(bucket))) == expected


def test_a_value_from_elsewhere_may_be_any_bucket() -> None:
    found = setup(BUCKET + 'variable "name" {}\n' + trail("var.name"))
    links = one(found, "aws_cloudtrail.t").links(("s3_bucket_name",))
    assert links.verdict(one(found, "aws_s3_bucket.b")) == MAYBE


def test_a_literal_name_may_be_that_of_a_bucket_whose_name_is_not_known() -> None:
    text = 'variable "n" {}\nresource "aws_s3_bucket" "b" { bucket = var.n }\n' + trail('"logs"')
    assert bucket_of(setup(text)) == MAY_BE_BUCKET


def test_one_variable_is_one_name() -> None:
    policy = POLICY.replace("aws_s3_bucket.b.id", "var.name")
    found = setup('variable "name" {}\n' + policy + trail("var.name"))
    ((name, verdict),) = bucket_of(found)
    assert (name, verdict) == ("aws_s3_bucket_policy.b", YES)
    (link,) = one(found, "aws_cloudtrail.t").links(("s3_bucket_name",)).found
    assert link.resource.type == "aws_s3_bucket"
    assert [p.resources for p in [found.policies(link.resource, "s3-bucket")]] == [
        (one(found, "aws_s3_bucket_policy.b"),)
    ]


def test_references_go_through_arguments_and_outputs_of_modules() -> None:
    found = tree(
        main="""
        module "storage" { source = "../storage" }
        module "trail" {
          source = "../trail"
          bucket = module.storage.name
        }
        """,
        storage=BUCKET + POLICY + 'output "name" { value = aws_s3_bucket.b.id }\n',
        trail='variable "bucket" {}\n' + trail("var.bucket"),
    )
    assert bucket_of(found) == IS_BUCKET
    assert found.is_after(one(found, "aws_cloudtrail.t"), one(found, "aws_s3_bucket.b")) == YES
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == NO
    assert found.leaves(one(found, "aws_s3_bucket.b")) is False  # the output is read in view


def test_each_instance_has_its_own_partner() -> None:
    text = """
    locals { names = toset(["a", "b"]) }
    resource "aws_s3_bucket" "b" {
      for_each = local.names
      bucket   = "logs-${each.key}"
    }
    """
    text = dedent(text) + trail("aws_s3_bucket.b[each.key].id", "for_each = local.names")
    trails = [r for r in setup(text).resources if r.type == "aws_cloudtrail"]
    names = [link.resource.name for t in trails for link in t.links(("s3_bucket_name",)).found]
    assert [name[-1].text for name in names if name] == ["a", "b"]  # type: ignore[union-attr]


# -- order

AFTER_POLICY = [
    ("aws_s3_bucket.b.id", "depends_on = [aws_s3_bucket_policy.b]"),
    ("aws_s3_bucket_policy.b.bucket", ""),
    ("local.bucket", ""),
    ("aws_s3_bucket.b.id", "depends_on = [time_sleep.wait]"),
    ("aws_s3_bucket.b.id", "depends_on = [null_resource.data]"),
]


@pytest.mark.parametrize(("bucket", "more"), AFTER_POLICY)
def test_ways_to_wait_for_the_policy(bucket: str, more: str) -> None:
    text = """
    locals { bucket = aws_s3_bucket_policy.b.id }
    resource "time_sleep" "wait" { depends_on = [aws_s3_bucket_policy.b] }
    data "aws_s3_bucket" "d" { bucket = aws_s3_bucket_policy.b.id }
    resource "null_resource" "data" { triggers = { id = data.aws_s3_bucket.d.id } }
    """
    found = setup(BUCKET + POLICY + dedent(text) + trail(bucket, more))
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == YES
    assert found.is_after(policy, one(found, "aws_cloudtrail.t")) == NO


@pytest.mark.parametrize(
    ("bucket", "more"), [("aws_s3_bucket.b.id", "depends_on = [aws_s3_bucket.b]"), ('"logs"', "")]
)
def test_ways_not_to_wait_for_the_policy(bucket: str, more: str) -> None:
    found = setup(BUCKET + POLICY + trail(bucket, more))
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == NO


MODULE_WAITS = [
    ("depends_on = [module.m]", "", YES),
    ("", "depends_on = [aws_s3_bucket_policy.b]", YES),
    ("depends_on = [module.m.name]", "", NO),
    ("", "", NO),
]


@pytest.mark.parametrize(("of_trail", "of_output", "expected"), MODULE_WAITS)
def test_a_module_is_waited_for_as_a_whole_or_by_its_output(
    of_trail: str, of_output: str, expected: int
) -> None:
    output = f'output "name" {{\n  value = aws_s3_bucket.b.id\n  {of_output}\n}}\n'
    found = tree(
        main='module "m" { source = "../m" }\n' + trail("module.m.name", of_trail),
        m=BUCKET + POLICY + output,
    )
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == expected


def test_what_a_module_call_waits_for_all_in_it_waits_for() -> None:
    found = tree(
        main=BUCKET
        + POLICY
        + 'module "m" {\n  source = "../m"\n  bucket = aws_s3_bucket.b.id\n'
        + "  depends_on = [aws_s3_bucket_policy.b]\n}\n",
        m='variable "bucket" {}\n' + trail("var.bucket"),
    )
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == YES


def test_a_module_that_is_not_in_view_may_wait_for_its_arguments() -> None:
    call = 'module "m" {\n  source = "registry/m"\n  policy = aws_s3_bucket_policy.b.id\n}\n'
    found = setup(BUCKET + POLICY + call + trail("module.m.bucket"))
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == YES


def test_depends_on_in_json_is_a_list_of_strings() -> None:
    text = """{"resource": {
      "aws_s3_bucket": {"b": {"bucket": "logs"}},
      "aws_s3_bucket_policy": {"b": {"bucket": "${aws_s3_bucket.b.id}", "policy": "{}"}},
      "aws_cloudtrail": {"t": {"s3_bucket_name": "${aws_s3_bucket.b.id}", "depends_on": ["aws_s3_bucket_policy.b"]}}}}
    """
    found = setup_of(Evaluator(Module([SourceFile("main.tf.json", text)])))
    assert bucket_of(found) == IS_BUCKET
    policy = one(found, "aws_s3_bucket_policy.b")
    assert found.is_after(one(found, "aws_cloudtrail.t"), policy) == YES


# -- policies


def test_the_policies_on_a_bucket_are_its_own_and_those_that_refer_to_it() -> None:
    inline = BUCKET.replace(" }", "\n  policy = jsonencode({ Statement = [] })\n}")
    for text in (BUCKET + POLICY, inline):
        found = setup(text)
        policies = found.policies(one(found, "aws_s3_bucket.b"), "s3-bucket")
        (document,) = policies.documents
        assert document.complete
        assert not any(statement.optional for statement in document.statements)


NOT_KNOWN = {
    "the name leaves the module": BUCKET + 'output "b" { value = aws_s3_bucket.b.id }\n',
    "the name goes to another module": BUCKET
    + 'module "m" {\n  source = "registry/m"\n  bucket = aws_s3_bucket.b.arn\n}\n',
    "a command gets the name": BUCKET
    + 'resource "null_resource" "n" {\n  provisioner "local-exec" { command = aws_s3_bucket.b.id }\n}\n',
    "a policy that is not known": BUCKET
    + 'variable "v" {}\n'
    + POLICY.partition("jsonencode")[0]
    + "var.v\n}\n",
}


@pytest.mark.parametrize("text", NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_a_policy_may_be_missing_from_view(text: str) -> None:
    found = setup(text)
    documents = found.policies(one(found, "aws_s3_bucket.b"), "s3-bucket").documents
    assert not all(document.complete for document in documents)


NOT_SURE = {
    "a policy of a bucket that is not known": BUCKET
    + 'variable "v" {}\n'
    + POLICY.replace("aws_s3_bucket.b.id", "var.v"),
    "two policies for one bucket": BUCKET + POLICY + POLICY.replace('"b"', '"c"'),
    "a policy that may not be made": 'variable "on" {}\n'
    + BUCKET
    + POLICY.replace("{\n", "{\n  count = var.on ? 1 : 0\n", 1),
}


@pytest.mark.parametrize("text", NOT_SURE.values(), ids=NOT_SURE)
def test_a_policy_may_not_be_in_force(text: str) -> None:
    found = setup(text)
    policies = found.policies(one(found, "aws_s3_bucket.b"), "s3-bucket")
    statements = [s for document in policies.documents for s in document.statements]
    assert statements
    assert all(statement.optional for statement in statements)


def test_resources_under_the_same_condition_exist_together() -> None:
    condition = "{\n  count = var.on ? 1 : 0\n"
    text = 'variable "on" {}\n' + BUCKET.replace("{ ", condition, 1).replace(" }", "\n}")
    text += POLICY.replace("{\n", condition, 1).replace("b.id", "b[0].id")
    found = setup(text + trail("aws_s3_bucket.b[0].id", "count = var.on ? 1 : 0"))
    policies = found.policies(one(found, "aws_s3_bucket.b"), "s3-bucket")
    assert not any(s.optional for document in policies.documents for s in document.statements)
    assert one(found, "aws_s3_bucket.b").exists_with(one(found, "aws_cloudtrail.t")) == YES


def test_loops_over_collections_that_are_not_known_make_nothing_certain() -> None:
    loop = "{\n  for_each = toset(var.names)\n"
    text = 'variable "names" {}\n' + BUCKET.replace("{ ", loop, 1).replace(" }", "\n}")
    found = setup(text + trail("aws_s3_bucket.b[each.key].id", "for_each = toset(var.names)"))
    assert one(found, "aws_s3_bucket.b").exists_with(one(found, "aws_cloudtrail.t")) == MAYBE


ROLE = """
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = "{}"
}
"""
ATTACHED = """
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = ARN
}
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "logs:*", Resource = "*" }] })
}
"""


@pytest.mark.parametrize(
    ("arn", "complete"),
    [("aws_iam_policy.p.arn", True), ('"arn:aws:iam::aws:policy/ReadOnlyAccess"', False)],
)
def test_managed_policies_of_a_role(arn: str, complete: bool) -> None:  # noqa: FBT001
    found = setup(ROLE + ATTACHED.replace("ARN", arn))
    documents = found.policies(one(found, "aws_iam_role.r"), "identity").documents
    assert all(document.complete for document in documents) is complete
    assert any(document.statements for document in documents) is complete


# -- properties


def test_properties_of_blocks_and_of_the_provider_of_cloudformation_look_alike() -> None:
    text = """
    resource "aws_cloudtrail" "t" {
      advanced_event_selector {
        field_selector {
          field  = "eventCategory"
          equals = ["Data", "Management"]
        }
      }
      dynamic "advanced_event_selector" {
        for_each = var.more
        content {
          field_selector { field = "eventName" }
        }
      }
    }
    resource "awscc_cloudtrail_trail" "t" {
      advanced_event_selectors = [{ field_selectors = [{ field = "eventCategory", equals = ["Data"] }] }]
    }
    """
    found = setup(text)
    path = ("advanced_event_selector", "field_selector", "equals")
    classic = one(found, "aws_cloudtrail.t").at(path)
    assert [item.node.literal for item in classic.items] == ["Data", "Management"]  # type: ignore[union-attr]
    assert not classic.complete  # there may be more of them
    other = one(found, "awscc_cloudtrail_trail.t").at(
        ("AdvancedEventSelectors", "field_selectors", "Equals")
    )
    assert [item.node.literal for item in other.items] == ["Data"]  # type: ignore[union-attr]
    assert other.complete


GIVEN = [
    ('"a"', YES),
    ("null", NO),
    ("var.none", MAYBE),
    ("aws_kms_key.k.arn", YES),
    ("var.on ? aws_kms_key.k.arn : null", MAYBE),
]


@pytest.mark.parametrize(("value", "expected"), GIVEN)
def test_whether_a_property_is_given(value: str, expected: int) -> None:
    text = f'variable "on" {{}}\nresource "aws_kms_key" "k" {{}}\n{trail(value)}'
    assert one(setup(text), "aws_cloudtrail.t").at(("s3_bucket_name",)).given == expected
    assert one(setup(text), "aws_cloudtrail.t").at(("kms_key_id",)).given == NO


# -- what is not there, or refers to itself


@pytest.mark.parametrize(
    "text",
    [
        trail("aws_cloudtrail.t.name"),
        trail("local.a") + "locals {\n  a = local.b\n  b = local.a\n}\n",
        BUCKET + POLICY.replace('"*" }', "aws_cloudtrail.t.arn }") + trail("aws_s3_bucket_policy.b.id"),
        'resource "aws_s3_bucket" "b" { bucket = aws_s3_bucket.b.id }\n' + trail("aws_s3_bucket.b.id"),
        'resource "aws_kms_alias" "t" { target_key_id = aws_kms_alias.t.id }\n'
        + trail('"b"', "kms_key_id = aws_kms_alias.t.arn"),
        trail("aws_s3_bucket_policy.b.bucket")
        + 'resource "aws_s3_bucket_policy" "b" { bucket = aws_s3_bucket_policy.b.bucket }\n',
    ],
)  # fmt: skip
def test_references_in_a_circle_end(text: str) -> None:
    found = setup(text)
    for resource in found.resources:
        resource.links(("s3_bucket_name",))
        resource.links(("kms_key_id",))
        found.made_after(resource)
        found.policies(resource, "s3-bucket")


def test_a_module_that_was_not_read_completely_has_no_certain_order_or_absence() -> None:
    source = SourceFile("main.tf", BUCKET + POLICY + trail("aws_s3_bucket.b.id"))
    found = setup_of(Evaluator(Module([source], load=lambda _path: None, whole=False)))
    assert found.made_after(one(found, "aws_cloudtrail.t")) is None
    assert found.leaves(one(found, "aws_s3_bucket.b"))


def test_the_resources_of_a_module_are_its_own() -> None:
    files = {"main/main.tf": 'module "m" { source = "../m" }\n' + BUCKET, "m/main.tf": POLICY}
    (extraction,) = Project(Tree(files)).extractions("m")
    assert extraction.evaluation is not None
    assert [r.owner.name for r in resources_of(extraction.evaluation)] == ["aws_s3_bucket_policy.b"]


def test_a_large_module_costs_work_in_proportion() -> None:
    def work(count: int) -> int:
        text = "".join(
            (BUCKET + POLICY + trail("aws_s3_bucket.b.id"))
            .replace(".b", f".b{n}")
            .replace('"b"', f'"b{n}"')
            .replace('"t"', f'"t{n}"')
            .replace('"logs"', f'"logs{n}"')
            for n in range(count)
        )
        found = setup(text)

        def ask() -> None:
            for resource in found.resources:
                if resource.type == "aws_cloudtrail":
                    (link,) = resource.links(("s3_bucket_name",)).found
                    found.policies(link.resource, "s3-bucket")
                    found.made_after(resource)

        return calls(ask)

    assert work(80) < 2.5 * work(40)


# -- where resources are

EAST, WEST = Location("us-east-1", ""), Location("eu-west-1", "111122223333")
PROVIDERS = """
variable "region" {}
variable "home" { default = "eu-west-1" }
provider "aws" {
  region              = var.home
  allowed_account_ids = ["111122223333"]
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
provider "aws" {
  alias  = "unknown"
  region = var.region
  assume_role { role_arn = "arn:aws:iam::444455556666:role/deploy" }
}
"""


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("", WEST),
        ("provider = aws.us", EAST),
        ('provider = "aws.us"', EAST),
        ("provider = aws.unknown", Location("", "444455556666")),
        ("provider = aws.missing", NOWHERE),
        ('region = "us-east-1"', Location("us-east-1", "111122223333")),
        ("region = var.region", Location("", "111122223333")),
    ],
)
def test_a_resource_is_where_its_provider_is(argument: str, expected: Location) -> None:
    found = setup(PROVIDERS + f'resource "aws_kms_key" "k" {{\n  {argument}\n}}', EAST)
    assert one(found, "aws_kms_key.k").location == expected


def test_without_a_provider_it_is_where_the_settings_say() -> None:
    text = 'provider "aws" {}\nresource "aws_kms_key" "k" {}'
    assert one(setup(text, WEST), "aws_kms_key.k").location == WEST
    assert one(setup(text), "aws_kms_key.k").location == NOWHERE


@pytest.mark.parametrize(
    ("call", "argument", "expected"),
    [
        ("", "", WEST),
        ("", "provider = aws.us", NOWHERE),
        ("providers = { aws = aws.us }", "", EAST),
        ("providers = { aws.there = aws.us }", "provider = aws.there", EAST),
        ("providers = { aws.there = aws.us }", "", NOWHERE),
    ],
)
def test_a_module_gets_the_providers_of_its_call(
    call: str, argument: str, expected: Location
) -> None:
    found = tree(
        main=PROVIDERS + f'module "m" {{\n  source = "../m"\n  {call}\n}}',
        m=f'resource "aws_kms_key" "k" {{\n  {argument}\n}}',
    )
    assert one(found, "aws_kms_key.k").location == expected
