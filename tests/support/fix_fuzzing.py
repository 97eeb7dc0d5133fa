"""Fixing files of the current folder, and a fuzzer that shares their texts between readers.

``scripts/fuzz --corrector --inputs 50000 --seed 7`` writes modules and templates at
random, in which statements share locals, variables, parameters, mappings, blocks and
aliases with one another and with names of buckets and trails. After a fix:

- each policy is as before, or as edits make it that findings offer in the same policy
  written out in JSON, where nothing is shared;
- every other value, and all text between the values, is as before;
- nothing is left to fix, and no file has a syntax error.

``tests/fix/test_readers.py`` does the same with few inputs.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from contextlib import chdir
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.fix.fixer import Fixed, fix
from cloudtrail_policylint.fix.spelling import spellings
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.lint.run import Run
from cloudtrail_policylint.rulebook.load import bundled
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.model import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cloudtrail_policylint.fix.spelling import Replacement

UNREADABLE = {"CT001", "CT002", "CT005"}
MOST_STEPS = 2000
"""The most policies that are tried on the way from one to its fix."""


def fix_here(*, unsafe: bool, run: Run | None = None) -> Fixed:
    """The outcome of fixing the files in the current folder, in *run*; writes no file."""
    run = run or Run(NearestSettings())
    return fix(
        lambda contents: run.lint_paths(["."], contents=contents, strings=True), unsafe=unsafe
    )


def write(texts: Mapping[str, str]) -> None:
    """Write the files *texts* below the current folder."""
    for name, text in texts.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


# -- what is generated

ACTIONS = (
    "cloudtrail:PutAuditEvents", "cloudtrail:LookupEvent", "cloud-trail:GetTrail",
    "cloudtrail:*Loging", "cloudtrail:LookupEvents", "cloudtrail:ListTrails",
    "cloudtrail:DeleteTrail", "cloudtrail:DeleteEventDataStore", "cloudtrail:CreateEventDataStore",
    "s3:DeleteBucket", "kms:DescribeKey", "iam:PassRole",
)  # fmt: skip
ARN = "arn:aws:cloudtrail:us-east-1:111122223333:"
RESOURCES = (
    "*", "*", f"{ARN}trails/main", f"{ARN}Trail/main", f"{ARN}eventdatastore/one",
    f"{ARN}trail/main", "arn:aws:s3:::logs", "arn:aws:iam::111122223333:role/logs",
)  # fmt: skip
CONDITIONS = (
    ("StringEquals", "aws:ResourceTag/team", "audit"),
    ("StringEquals", "cloudtrail:ExternalId", "x1"),
    ("Bool", "aws:MultiFactorAuthPresent", "false"),
    ("Bool", "aws:SecureTransport", "true"),
    ("ForAnyValue:StringEquals", "aws:PrincipalOrgID", "o-1"),
    ("StringLike", "iam:PassedToService", "cloudtrail.amazon.com"),
)
PRINCIPALS = ("cloudtrail.amazonaws.com", "cloudtrails.amazonaws.com")
_ATOM = re.compile(r"⟦(\d+)⟧")
_MARK = re.compile(r"⟦(\d+)⟧|⟪(\d+)⟫|⟪/⟫")


class Writer:
    """Texts with marks, and what they mean.

    ``⟦1⟧`` is the first value, and ``⟪2⟫...⟪/⟫`` surrounds an entry of a condition
    that may be removed. ``policies`` are the policies with their kinds, in which
    strings have marks, and ``others`` are the values that are no part of a policy.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.values: list[str] = []
        self.entries = 0
        self.texts: dict[str, str] = {}
        self.policies: list[tuple[str, Any]] = []
        self.others: list[str] = []

    def value(self, value: str) -> str:
        """The mark of a new value."""
        self.values.append(value)
        return f"⟦{len(self.values) - 1}⟧"

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def entry(self) -> int:
        """The number of a new entry that may be removed."""
        self.entries += 1
        return self.entries - 1

    def kind(self) -> str:
        return "kms-key" if self.often(0.2) else "identity"


class Entry:
    """An entry of a condition: its number, operator, key and value with marks."""

    def __init__(self, number: int, operator: str, key: str, value: str) -> None:
        self.number, self.operator, self.key, self.value = number, operator, key, value


def written_out(node: Any, values: Sequence[str], removed: set[int]) -> Any:
    """*node*, a policy with marks, with *values* and without *removed* entries."""
    if isinstance(node, str):
        return _ATOM.sub(lambda match: values[int(match[1])], node)
    if isinstance(node, list):
        if node and isinstance(node[0], Entry):
            operators: dict[str, dict[str, str]] = {}
            for one in node:
                if one.number not in removed:
                    operator, key, value = (
                        written_out(part, values, removed)
                        for part in (one.operator, one.key, one.value)
                    )
                    operators.setdefault(operator, {})[key] = value
            return operators
        return [written_out(item, values, removed) for item in node]
    found = {key: written_out(value, values, removed) for key, value in node.items()}
    return {key: value for key, value in found.items() if value != {}}


class Terraform(Writer):
    """A module whose statements share locals, variables, blocks and each other."""

    def write(self) -> None:
        self.locals: list[str] = []
        self.blocks: list[str] = []
        self.given: list[str] = []
        self.strings: list[tuple[str, str]] = []  # expression and value
        self.statements: list[tuple[str, Any]] = []
        self.conditions: list[tuple[str, list[Entry]]] = []
        for number in range(self.chance.randint(1, 3)):
            self.policy(number)
        for number in range(self.chance.randint(0, 2)):
            self.other(number)
        if self.locals:
            self.blocks.insert(0, "locals {\n" + "".join(self.locals) + "}\n")
        self.chance.shuffle(self.blocks)
        half = self.chance.randint(0, len(self.blocks))
        self.texts["main.tf"] = "\n".join(self.blocks[:half])
        self.texts["more.tf"] = "\n".join(self.blocks[half:])
        if self.given:
            self.texts["terraform.tfvars"] = "".join(self.given)

    # -- expressions: each with what it means

    def string(self, value: str) -> tuple[str, str]:
        """An expression with the value *value*."""
        way = self.chance.random()
        if way < 0.4:
            mark = self.value(value)
            return f'"{mark}"', mark
        if way < 0.6 and self.strings:
            return self.again(value)
        if way < 0.7 and ":" in value:
            head, _, tail = value.partition(":")
            expression, mark = self.shared(head)
            rest = self.value(tail)
            return f'"${{{expression}}}:{rest}"', f"{mark}:{rest}"
        return self.shared(value)

    def again(self, value: str) -> tuple[str, str]:
        """An expression that was used before, if there is one for *value*."""
        known = [one for one in self.strings if written_out(one[1], self.values, set()) == value]
        return self.chance.choice(known) if known else self.shared(value)

    def shared(self, value: str) -> tuple[str, str]:
        """A reference to a new local value or variable."""
        mark, name = self.value(value), f"s{len(self.strings)}"
        way = self.chance.randrange(5)
        if way == 0:
            self.blocks.append(f'variable "{name}" {{\n  default = "{mark}"\n}}\n')
            expression = f"var.{name}"
        elif way == 1:
            self.blocks.append(f'variable "{name}" {{\n  type = string\n}}\n')
            self.given.append(f'{name} = "{mark}"\n')
            expression = f"var.{name}"
        elif way == 2:
            self.locals.append(f'  {name} = {{ one = "{mark}", two = "{self.value("x")}" }}\n')
            expression = f"local.{name}.one"
        else:
            self.locals.append(f'  {name} = "{mark}"\n')
            expression = f"local.{name}"
        self.strings.append((expression, mark))
        return expression, mark

    def actions(self) -> tuple[str, Any]:
        found = [self.string(self.chance.choice(ACTIONS)) for _ in range(self.chance.randint(1, 3))]
        if len(found) == 1 and self.often(0.5):
            return found[0]
        expression = "[" + ", ".join(one for one, _ in found) + "]"
        marks = [mark for _, mark in found]
        way = self.chance.random()
        if way < 0.15:
            return f"[for a in {expression} : a]", marks
        if way < 0.3:
            name = f"l{len(self.locals)}"
            self.locals.append(f"  {name} = {expression}\n")
            if self.often(0.3):
                self.use(f'join(",", local.{name})', ",".join(marks))
            return f"local.{name}", marks
        if way < 0.4:
            return f"concat({expression}, [])", marks
        return expression, marks

    def condition(self) -> tuple[str, list[Entry]] | None:
        if self.often(0.4):
            return None
        if self.conditions and self.often(0.3):
            return self.chance.choice(self.conditions)
        entries, lines = [], ""
        chosen = self.chance.sample(CONDITIONS, self.chance.randint(1, 2))
        if len({operator for operator, _, _ in chosen}) < len(chosen):
            chosen = chosen[:1]
        for operator, key, value in chosen:
            operator, key = self.value(operator), self.value(key)
            expression, mark = self.string(value)
            entries.append(Entry(self.entry(), operator, key, mark))
            line = f'"{operator}" = {{ "{key}" = {expression} }}'
            lines += f"⟪{entries[-1].number}⟫      {line}\n⟪/⟫"
        text = f"{{\n{lines}    }}"
        if self.often(0.3):
            name = f"c{len(self.locals)}"
            self.locals.append(f"  {name} = {text}\n")
            text = f"local.{name}"
            self.conditions.append((text, entries))
        return text, entries

    def statement(self) -> tuple[str, Any]:
        """A statement and what it means."""
        if self.statements and self.often(0.2):
            return self.chance.choice(self.statements)
        effect = self.value(self.chance.choice(["Allow", "Deny"]))
        action, actions = self.actions()
        resource, resources = self.string(self.chance.choice(RESOURCES))
        condition = self.condition()
        means: dict[str, Any] = {"Effect": effect, "Action": actions, "Resource": resources}
        lines = f'    Effect = "{effect}"\n    Action = {action}\n    Resource = {resource}\n'
        if self.often(0.2):
            sid, sids = self.string("One")
            means["Sid"] = sids
            lines += f"    Sid = {sid}\n"
        if condition is not None:
            means["Condition"] = condition[1]
            lines += f"⟪{self.entry()}⟫    Condition = {condition[0]}\n⟪/⟫"
        text = f"{{\n{lines}  }}"
        if self.often(0.2):
            name = f"st{len(self.locals)}"
            self.locals.append(f"  {name} = {text}\n")
            text = f"local.{name}"
            self.statements.append((text, means))
        return text, means

    # -- blocks

    def policy(self, number: int) -> None:
        kind = self.kind()
        way = self.chance.random()
        if way < 0.2:
            self.repeated(number)
        elif way < 0.4:
            self.document(number)
        elif way < 0.5:
            self.heredoc(number)
        elif way < 0.6 and "m/main.tf" not in self.texts:
            self.module(number)
        else:
            found = [self.statement() for _ in range(self.chance.randint(1, 3))]
            statements = ", ".join(text for text, _ in found)
            version = self.value("2012-10-17")
            policy = {"Version": version, "Statement": [means for _, means in found]}
            self.policies.append((kind, policy))
            text = f'{{ Version = "{version}", Statement = [{statements}] }}'
            if self.often(0.2):
                self.locals.append(f"  p{number} = jsonencode({text})\n")
                text = f"local.p{number}"
            else:
                text = f"jsonencode({text})"
            type_ = "aws_kms_key" if kind == "kms-key" else "aws_iam_policy"
            self.blocks.append(f'resource "{type_}" "p{number}" {{\n  policy = {text}\n}}\n')

    def repeated(self, number: int) -> None:
        """A policy for each of some actions, which may also be in its name."""
        marks = [self.value(value) for value in self.chance.sample(ACTIONS, 2)]
        condition = self.condition()
        line = f"⟪{self.entry()}⟫    Condition = {condition[0]}\n⟪/⟫" if condition else ""
        effect, version = self.value("Allow"), self.value("2012-10-17")
        body = (
            f'jsonencode({{ Version = "{version}", Statement = [{{\n    Effect = "{effect}"\n'
            f'    Action = each.value\n    Resource = "*"\n{line}  }}] }})'
        )
        name = '  name = "p-${each.key}"\n' if self.often(0.5) else ""
        keys = f'toset(["{marks[0]}", "{marks[1]}"])'
        self.blocks.append(
            f'resource "aws_iam_policy" "p{number}" {{\n  for_each = {keys}\n{name}'
            f"  policy = {body}\n}}\n"
        )
        self.others += marks  # addresses of the policies
        for mark in marks:
            one: dict[str, Any] = {"Effect": effect, "Action": mark, "Resource": "*"}
            if condition:
                one["Condition"] = condition[1]
            self.policies.append(("identity", {"Version": version, "Statement": [one]}))

    def document(self, number: int) -> None:
        """A data source, with a statement for each of some actions or one for all."""
        values = self.chance.sample(ACTIONS, self.chance.randint(1, 2))
        found = [self.string(value) for value in values]
        listed = "[" + ", ".join(one for one, _ in found) + "]"
        resource, resources = self.string(self.chance.choice(RESOURCES))
        conditions = ""
        entries: list[Entry] = []
        if self.often(0.5):
            operator, key, value = self.chance.choice(CONDITIONS)
            number_ = self.entry()
            operator, key = self.value(operator), self.value(key)
            expression, mark = self.string(value)
            entries = [Entry(number_, operator, key, mark)]
            conditions = (
                f'⟪{number_}⟫    condition {{\n      test = "{operator}"\n      variable = "{key}"\n'
                f"      values = [{expression}]\n    }}\n⟪/⟫"
            )

        def means(actions: Any) -> dict[str, Any]:
            more: dict[str, Any] = {"Condition": entries} if entries else {}
            return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}

        dynamic = self.often(0.4)
        actions = "[statement.value]" if dynamic else listed
        body = f"    actions = {actions}\n    resources = [{resource}]\n{conditions}"
        if dynamic:
            body = (
                f'  dynamic "statement" {{\n    for_each = {listed}\n    content {{\n{body}'
                "    }\n  }\n"
            )
            statements = [means(mark) for _, mark in found]
        else:
            body = f"  statement {{\n{body}  }}\n"
            statements = [means([mark for _, mark in found])]
        self.blocks.append(f'data "aws_iam_policy_document" "d{number}" {{\n{body}}}\n')
        self.policies.append(("identity", {"Version": "2012-10-17", "Statement": statements}))
        if self.often(0.7):
            self.blocks.append(
                f'resource "aws_iam_policy" "p{number}" {{\n'
                f"  policy = data.aws_iam_policy_document.d{number}.json\n}}\n"
            )

    def heredoc(self, number: int) -> None:
        """A policy as text, or as a template that is filled in twice."""
        effect, resource = self.value("Allow"), self.value(self.chance.choice(RESOURCES))
        number_ = self.entry()
        operator, key, value = (self.value(part) for part in self.chance.choice(CONDITIONS))
        condition = f'⟪{number_}⟫  "Condition": {{"{operator}": {{"{key}": "{value}"}}}},\n⟪/⟫'
        found = [self.string(self.chance.choice(ACTIONS)) for _ in range(2)]
        inside = "${name}" if self.often(0.4) else None
        listed = '["${name}"]' if inside else "[" + ", ".join(f'"${{{e}}}"' for e, _ in found) + "]"
        body = (
            f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}",\n{condition}'
            f'  "Action": {listed},\n  "Resource": "{resource}"}}]}}\n'
        )
        values: list[Any] = [[mark for _, mark in found]]
        if inside:
            self.texts[f"p{number}.tftpl"] = body
            values = [[mark] for _, mark in found]
            for which, (expression, _) in enumerate(found):
                call = f'templatefile("p{number}.tftpl", {{ name = {expression} }})'
                self.blocks.append(
                    f'resource "aws_iam_policy" "p{number}{which}" {{\n  policy = {call}\n}}\n'
                )
        else:
            self.blocks.append(
                f'resource "aws_iam_policy" "p{number}" {{\n  policy = <<EOT\n{body}EOT\n}}\n'
            )
        for actions in values:
            one = {"Effect": effect, "Action": actions, "Resource": resource}
            one["Condition"] = [Entry(number_, operator, key, value)]
            self.policies.append(("identity", {"Version": "2012-10-17", "Statement": [one]}))

    def module(self, number: int) -> None:
        """A module that is called twice, with a policy about the arguments."""
        effect, resource = self.value("Allow"), self.value(self.chance.choice(RESOURCES))
        extra, number_ = self.value(self.chance.choice(ACTIONS)), self.entry()
        operator, key, value = (self.value(part) for part in self.chance.choice(CONDITIONS))
        name = '  name = "x-${var.action}"\n' if self.often(0.3) else ""
        self.texts["m/main.tf"] = (
            'variable "action" {}\n\nresource "aws_iam_policy" "m" {\n'
            + name
            + f'  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{\n'
            f'    Effect = "{effect}"\n    Action = [var.action, "{extra}"]\n'
            f'    Resource = "{resource}"\n⟪{number_}⟫    Condition = {{\n'
            f'      "{operator}" = {{ "{key}" = "{value}" }}\n    }}\n⟪/⟫  }}] }})\n}}\n'
        )
        for which in range(self.chance.randint(1, 2)):
            expression, mark = self.string(self.chance.choice(ACTIONS))
            self.blocks.append(
                f'module "m{number}{which}" {{\n  source = "./m"\n  action = {expression}\n}}\n'
            )
            if name:
                self.others.append(mark)
            one: dict[str, Any] = {"Effect": effect, "Action": [mark, extra], "Resource": resource}
            one["Condition"] = [Entry(number_, operator, key, value)]
            self.policies.append(("identity", {"Version": "2012-10-17", "Statement": [one]}))

    def other(self, number: int) -> None:
        """A reader of something shared that is no policy."""
        if self.strings:
            expression, mark = self.chance.choice(self.strings)
            self.use(expression, mark, number)

    def use(self, expression: str, mark: str, number: int = 9) -> None:
        name = f"o{number}x{len(self.blocks)}"
        self.others.append(mark)
        self.blocks.append(
            self.chance.choice(
                [
                    f'resource "aws_s3_bucket" "{name}" {{\n  bucket = {expression}\n}}\n',
                    f'resource "aws_cloudtrail" "{name}" {{\n  name = "x-${{{expression}}}"\n}}\n',
                    f'output "{name}" {{\n  value = {expression}\n}}\n',
                    f'module "{name}" {{\n  source = "x/y/aws"\n  name = md5({expression})\n}}\n',
                    f'resource "aws_iam_role" "{name}" {{\n  count = {expression} == "x" ? 1 : 0\n}}\n',
                    f"locals {{\n  {name} = [for x in [1] : sha1({expression})]\n}}\n",
                ]
            )
        )


class CloudFormation(Writer):
    """A template whose statements share parameters, mappings, anchors and each other."""

    def write(self) -> None:
        self.parameters: dict[str, str] = {}
        self.mapping: dict[str, str] = {}
        self.strings: list[tuple[Any, str]] = []
        self.anchors: list[tuple[str, Any]] = []
        self.resources = ""
        for number in range(self.chance.randint(1, 3)):
            self.policy(number)
        for number in range(self.chance.randint(0, 2)):
            if self.strings:
                node, mark = self.chance.choice(self.strings)
                self.others.append(mark)
                self.resources += (
                    f"  Bucket{number}:\n    Type: AWS::S3::Bucket\n    Properties:\n"
                    f"      BucketName: {node}\n"
                )
        head = ""
        if self.parameters:
            head += "Parameters:\n" + "".join(
                f"  {name}:\n    Type: String\n    Default: {mark}\n"
                for name, mark in self.parameters.items()
            )
        if self.mapping:
            head += "Mappings:\n  M:\n    K:\n" + "".join(
                f"      {name}: {mark}\n" for name, mark in self.mapping.items()
            )
        self.texts["template.yaml"] = f"{head}Resources:\n{self.resources}"

    def string(self, value: str) -> tuple[str, str]:
        way = self.chance.random()
        if value == "*":
            return '"*"', "*"
        if way < 0.5:
            mark = self.value(value)
            return f'"{mark}"', mark
        if way < 0.65 and self.strings:
            known = [
                one for one in self.strings if written_out(one[1], self.values, set()) == value
            ]
            if known:
                return self.chance.choice(known)
        if way < 0.75 and ":" in value:
            head, _, tail = value.partition(":")
            name, mark = f"P{len(self.parameters)}", self.value(head)
            self.parameters[name] = mark
            self.strings.append((f"!Ref {name}", mark))
            rest = self.value(tail)
            return f'!Sub "${{{name}}}:{rest}"', f"{mark}:{rest}"
        mark = self.value(value)
        if way < 0.85:
            name = f"P{len(self.parameters)}"
            self.parameters[name] = f'"{mark}"'
            self.strings.append((f"!Ref {name}", mark))
        elif way < 0.92:
            name = f"M{len(self.mapping)}"
            self.mapping[name] = f'"{mark}"'
            self.strings.append((f"!FindInMap [M, K, {name}]", mark))
        else:
            name = f"a{len(self.values)}"
            self.strings.append((f"*{name}", mark))
            return f'&{name} "{mark}"', mark
        return self.strings[-1]

    def statement(self, indent: str) -> tuple[str, Any]:
        if self.anchors and self.often(0.25):
            name, known = self.chance.choice(self.anchors)
            if self.often(0.5):
                return f"*{name}\n", known
            effect = self.value("Deny")
            return f'\n{indent}<<: *{name}\n{indent}Effect: "{effect}"\n', {
                **known,
                "Effect": effect,
            }
        effect = self.value(self.chance.choice(["Allow", "Deny"]))
        found = [self.string(self.chance.choice(ACTIONS)) for _ in range(self.chance.randint(1, 3))]
        action = "".join(f"\n{indent}- {one}" for one, _ in found)
        resource, resources = self.string(self.chance.choice(RESOURCES))
        means: dict[str, Any] = {
            "Effect": effect,
            "Action": [mark for _, mark in found],
            "Resource": resources,
        }
        text = (
            f'{indent}Effect: "{effect}"\n{indent}Action:{action}\n{indent}Resource: {resource}\n'
        )
        if self.often(0.5):
            operator, key, value = self.chance.choice(CONDITIONS)
            number, operator, key = self.entry(), self.value(operator), self.value(key)
            expression, mark = self.string(value)
            means["Condition"] = [Entry(number, operator, key, mark)]
            text += (
                f'⟪{number}⟫{indent}Condition:\n{indent}  "{operator}":\n'
                f'{indent}    "{key}": {expression}\n⟪/⟫'
            )
        if self.often(0.3):
            name = f"st{len(self.values)}"
            self.anchors.append((name, means))
            return f"&{name}\n{text}", means
        return "\n" + text, means

    def policy(self, number: int) -> None:
        indent = " " * 12
        found = [self.statement(indent) for _ in range(self.chance.randint(1, 3))]
        statements = "".join(f"          - {text.lstrip(chr(10) + ' ')}" for text, _ in found)
        statements = re.sub(r"- (⟪\d+⟫)\s*", r"- \1", statements)
        version = self.value("2012-10-17")
        self.policies.append(
            ("identity", {"Version": version, "Statement": [means for _, means in found]})
        )
        self.resources += (
            f"  Policy{number}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
            f'      PolicyDocument:\n        Version: "{version}"\n        Statement:\n{statements}'
        )


# -- what must hold


class HarmError(AssertionError):
    """A fix changed what it must not."""


@lru_cache(maxsize=4096)
def offered(policy: str, kind: str, unsafe: bool) -> tuple[Replacement, ...]:  # noqa: FBT001 - for the cache
    """The edits that findings offer in *policy* in a file of its own."""
    findings = _linter().lint_text("p.json", policy, kind).findings
    edits = [finding.edit for finding in findings if finding.edit is not None]
    return tuple(next(spellings(edit)) for edit in edits if unsafe or edit.safe)


def edited(policy: str, edits: Iterable[Replacement]) -> str:
    """*policy* after *edits*; of those that overlap, the last."""
    first = len(policy)
    for start, end, text in sorted(edits, reverse=True):
        if end <= first:
            policy, first = policy[:start] + text + policy[end:], start
    return json.dumps(json.loads(policy))


@lru_cache(maxsize=1)
def _linter() -> Linter:
    return Linter(bundled(), Settings(scope="all"), strings=True)


def check_policy(old: Any, new: Any, kind: str, *, unsafe: bool) -> None:
    """Check that edits which findings in the policy *old* offer lead to *new*."""
    left = [json.dumps(old)]
    seen = set(left)
    while left and len(seen) < MOST_STEPS:
        text = left.pop()
        missing = _missing(text, new)
        if not missing:
            return
        edits = offered(text, kind, unsafe)
        right = [edit for edit in edits if _missing(edited(text, [edit]), new) < missing]
        # Several at once too: a rule may ask for one of two statements only.
        after = {edited(text, some) for some in (right, *([edit] for edit in edits))} - seen
        nearer = [one for one in after if _missing(one, new) <= missing]
        left += sorted(nearer, key=lambda one: (-_missing(one, new), one))
        seen.update(nearer)
    raise HarmError(f"no finding leads to {sorted(_different(old, new))}")


def _missing(text: str, new: Any) -> int:
    """In how many strings the policy *text* is not *new*."""
    return len(_different(json.loads(text), new))


def _different(one: Any, other: Any) -> set[tuple[str, str]]:
    """The strings, each with its path, that are in one of two policies only."""
    return set(_strings(one)) ^ set(_strings(other))


def _strings(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for number, item in enumerate(node):
            yield from _strings(item, f"{path}/{number}")
    else:
        for key, value in node.items():
            yield from _strings(value, f"{path}/{key}")


def values_after(marked: str, text: str) -> tuple[dict[int, str], set[int]]:
    """The values in *text*, which has the marks of *marked*, and the removed entries."""
    pattern, at, known = "", 0, set[str]()
    entries = []
    for mark in _MARK.finditer(marked):
        pattern += re.escape(marked[at : mark.start()])
        at = mark.end()
        if mark[1] is not None:
            number = mark[1]
            pattern += f"(?P=v{number})" if number in known else f'(?P<v{number}>[^"\n]*)'
            known.add(number)
        elif mark[2] is not None:
            entries.append(int(mark[2]))
            pattern += f"(?P<e{mark[2]}>"
        else:
            pattern += ")?"
    match = re.fullmatch(pattern + re.escape(marked[at:]), text)
    if match is None:
        raise HarmError("text between the values has changed")
    found = match.groupdict()
    values = {int(n[1:]): v for n, v in found.items() if n[0] == "v" and v is not None}
    return values, {number for number in entries if found[f"e{number}"] is None}


def plain(marked: str, values: Sequence[str]) -> str:
    """The text of *marked*."""
    return re.sub(r"⟪\d+⟫|⟪/⟫", "", _ATOM.sub(lambda match: values[int(match[1])], marked))


def check(written: Writer, run: Run, *, unsafe: bool) -> tuple[int, int]:
    """Fix what was *written* in the current folder; returns how much was fixed and refused.

    *run* is one over the current folder. Raises ``HarmError``.
    """
    texts = {name: plain(text, written.values) for name, text in written.texts.items()}
    write(texts)
    before = run.lint_paths(["."])
    if any(finding.rule.id in UNREADABLE for finding in before.findings):
        broken = next(f for f in before.findings if f.rule.id in UNREADABLE)
        raise HarmError(f"the generator wrote an invalid file: {broken.message}")
    fixed = fix_here(unsafe=unsafe, run=run)
    if any(finding.rule.id in UNREADABLE for finding in fixed.result.findings):
        raise HarmError("a syntax error")
    values, removed = list(written.values), set[int]()
    for name, data in fixed.contents.items():
        found, gone = values_after(written.texts[name], data.decode())
        removed |= gone
        for number, value in found.items():
            values[number] = value
    for other in written.others:
        old, new = (written_out(other, of, set()) for of in (written.values, values))
        if old != new:
            raise HarmError(f"no policy: {old} became {new}")
    for kind, policy in written.policies:
        old = written_out(policy, written.values, set())
        new = written_out(policy, values, removed)
        if old != new:
            check_policy(old, new, kind, unsafe=unsafe)
    write({name: data.decode() for name, data in fixed.contents.items()})
    if fix_here(unsafe=unsafe, run=run).contents:
        raise HarmError("a second run changes more")
    return len(fixed.findings), len(fixed.refusals)


def harm_of(inputs: int, seed: int) -> Iterator[tuple[dict[str, str], str, tuple[int, int]]]:
    """Fix random files; yields for each input the files, the error or "", and what was done."""
    chance = random.Random(seed)
    kinds: tuple[Callable[[random.Random], Any], ...] = (Terraform, CloudFormation)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        run = Run(NearestSettings())
        for _ in range(inputs):
            written = chance.choice(kinds)(chance)
            written.write()
            error, done = "", (0, 0)
            try:
                done = check(written, run, unsafe=chance.random() < 0.7)
            except HarmError as harm:
                error = str(harm)
            texts = {name: plain(text, written.values) for name, text in written.texts.items()}
            yield texts, error, done
            for name in texts:
                Path(name).unlink()
