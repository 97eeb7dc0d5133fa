"""Generators of HCL, YAML and JSON: texts that are nearly right, with long tokens and deep shapes.

Each knows the grammar and the names that the readers and extractors look for,
so that what it makes gets past the parser and far into them. A generator draws
from a ``random.Random`` only: the same seed makes the same text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

UNITS = (
    "a", "A1", "0", "9", "*", "?", "*a", "[", "]", "{", "}", "(", ")", '"', "'", "\\", "/", "../", "#", "%", "%0", "%{",
    "${", "$", ":", ",", ".", "-", "!", "~", "|", ">", "&a ", "<<", "=", "+", " ", "\t", "\n", "\r", "\0", "\x7f", "\x85",
    "\u2028", "\u202e", "\ufeff", "\ud800", "é", "e\u0301", "\U0001d49c", "cloudtrail:", "arn:aws:", "aws:", "a.b.", "{{", "}}", "::",
)  # fmt: skip
"""What long tokens repeat."""
ACTIONS = (
    "cloudtrail:LookupEvents", "cloudtrail:Nope", "cloudtrail:*", "cloudtrail:Put*", "cloudtrail-data:PutAuditEvents",
    "cloudtrail:PutAuditEvents", "cloudtrail:CreateTrail", "CloudTrail:stoplogging", "s3:PutObject", "kms:Decrypt",
    "iam:PassRole", "*", "sns:Publish", "cloudtrail:CreateEventDataStore", "logs:*", "?loudtrail:*",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:cloudtrail:us-east-1:123456789012:trail/main", "arn:aws:cloudtrail:*:*:eventdatastore/x", "arn:aws:s3:::logs/*",
    "arn:aws:s3:::logs/AWSLogs/123456789012/*", "arn:aws:cloudtrail:us-east-1:123456789012:Trail/*", "arn:aws:kms:*:*:key/1",
    "trail/main", "arn:aws:iam::123456789012:role/x", "arn:aws:cloudtrail:",
)  # fmt: skip
KEYS = (
    "aws:SourceArn", "aws:SourceAccount", "aws:ResourceTag/env", "aws:RequestTag/env", "aws:TagKeys", "s3:x-amz-acl",
    "kms:EncryptionContext:aws:cloudtrail:arn", "sts:ExternalId", "aws:MultiFactorAuthPresent", "cloudtrail:Nope",
)  # fmt: skip
OPERATORS = (
    "StringEquals", "StringLike", "ArnLike", "Bool", "BoolIfExists", "Null", "ForAllValues:StringEquals", "ForAnyValue:StringLike",
    "StringNotEqualsIfExists", "Nope",
)  # fmt: skip


class InvariantError(AssertionError):
    """An input violates an invariant."""


DEEPEST = 80
"""The deepest nesting of a value; texts nest deeper."""


class Generator:
    """What the generators of all languages share."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def pick(self, *choices: Any) -> Any:
        """One of *choices*."""
        return self.chance.choice(choices)

    def often(self, share: float) -> bool:
        """True in *share* of all cases."""
        return self.chance.random() < share

    def some(self, most: int, make: Callable[[], Any]) -> list[Any]:
        """Up to *most* things that *make* makes, seldom many more."""
        number = self.chance.randint(0, most)
        if self.often(0.01):
            number *= self.pick(20, 200)
        return [make() for _ in range(number)]

    def size(self) -> int:
        """A length: mostly short, seldom thousands."""
        return self.chance.randint(1, self.chance.choices((3, 40, 600, 12_000), (60, 30, 9, 1))[0])

    def token(self) -> str:
        """A token of one or two units, seldom very long."""
        text: str = self.pick(*UNITS) * self.size()
        return text + self.pick(*UNITS) if self.often(0.3) else text

    def depth(self) -> int:
        """How often to nest: mostly a few times, seldom thousands."""
        return self.chance.randint(1, self.chance.choices((4, 60, 400, 6000), (70, 20, 9, 1))[0])

    def word(self, *usual: str) -> str:
        """One of *usual*, seldom something else or with something added."""
        roll = self.chance.random()
        if roll < 0.05:
            return self.token()
        word: str = self.pick(*usual)
        if roll < 0.1:
            at = self.chance.randint(0, len(word))
            return word[:at] + self.token() + word[at:]
        return word

    def path(self) -> str:
        """A relative path as files name it."""
        return self.word(
            "a.json", "./m", "../x.yaml", "main.tf", "sub/b.json", "*.json", "**", "${path.module}/a.json",
            "/etc/passwd", "a\0b", "\ud800", ".", "..", "", "link", "./a//b/../c.json", "https://x/a.yaml",
        )  # fmt: skip

    # -- policies as values

    def policy(self) -> Any:
        """A policy document."""
        document = {
            "Version": self.word("2012-10-17", "2008-10-17"),
            "Statement": self.list_or_one(3, self.statement),
        }
        if self.often(0.1):
            document[self.word("Id", "statement")] = self.leaf()
        return document

    def list_or_one(self, most: int, make: Callable[[], Any]) -> Any:
        return make() if self.often(0.4) else self.some(most, make)

    def statement(self) -> Any:
        """A statement, seldom something else."""
        if self.often(0.03):
            return self.leaf()
        statement: dict[str, Any] = {"Effect": self.word("Allow", "Deny")}
        if self.often(0.3):
            statement["Sid"] = self.word("Sid1", "A")
        action = self.pick("Action", "Action", "NotAction")
        statement[action] = self.list_or_one(4, lambda: self.word(*ACTIONS))
        if self.often(0.8):
            resource = self.pick("Resource", "Resource", "NotResource")
            statement[resource] = self.list_or_one(3, lambda: self.word(*RESOURCES))
        if self.often(0.3):
            who = self.list_or_one(
                2, lambda: self.word("cloudtrail.amazonaws.com", "123456789012", "*")
            )
            statement[self.pick("Principal", "NotPrincipal")] = (
                "*" if self.often(0.2) else {self.word("Service", "AWS", "Federated"): who}
            )
        if self.often(0.4):
            statement["Condition"] = {
                self.word(*OPERATORS): {
                    self.word(*KEYS): self.list_or_one(3, self.leaf)
                    for _ in range(self.pick(1, 1, 2))
                }
                for _ in range(self.pick(1, 1, 2))
            }
        if self.often(0.05):
            statement[self.token()] = self.leaf()
        return statement

    def leaf(self) -> Any:
        """Any single value."""
        return self.pick(
            None, True, False, 0, -1, 1e300, 10 ** self.pick(3, 400), 0.1, "", self.word(*RESOURCES),
            self.token(), self.word(*ACTIONS), "true", "123456789012", [], {},
        )  # fmt: skip


class JsonGenerator(Generator):
    """JSON: bare policies, templates, Terraform in JSON, plans, listings; policies in strings."""

    name = "a.json"

    def text(self) -> str:
        """A file."""
        value = self.pick(
            self.policy, self.policy, self.template, self.listing, self.terraform, self.plan
        )()
        text = json.dumps(
            value,
            indent=self.pick(None, None, 1, 4),
            ensure_ascii=self.often(0.8),
            separators=self.pick(None, (",", ":")),
        )
        return self.spoiled(text)

    def spoiled(self, text: str) -> str:
        """*text*, seldom with a duplicate key, a deep shape, a long token or a comment in it."""
        if self.often(0.1):
            before, after = self.pick(("[", "]"), ('{"a":', "}"), ('[{"Statement":', "}]"))
            times = self.depth()
            text = before * times + text + after * self.pick(times, times, 0, times - 1)
        if self.often(0.1):
            at = self.chance.randint(0, len(text))
            text = text[:at] + self.token() + text[at:]
        if self.often(0.1):
            text = text.replace('"Action"', self.pick('"Action": 1, "Action"', '"\\u0041ction"'), 1)
        if self.often(0.05):
            text = (
                self.pick("\ufeff", "// x\n", "/* policylint: allow CT101 -- x */", "\n" * 99)
                + text
            )
        return text

    def template(self) -> Any:
        """A CloudFormation template."""
        template: dict[str, Any] = {"Resources": dict(self.some(3, self.resource))}
        if self.often(0.3):
            template["Parameters"] = {
                self.word("P", "Q"): {
                    "Type": self.word("String", "CommaDelimitedList", "Number"),
                    self.word("Default", "AllowedPattern", "AllowedValues"): self.list_or_one(
                        3, self.leaf
                    ),
                }
            }
        if self.often(0.2):
            template["Mappings"] = {"M": {"a": {"b": self.leaf()}}}
        if self.often(0.2):
            template["Conditions"] = {self.word("C", "D"): self.function(3)}
        if self.often(0.1):
            template["Transform"] = self.word(
                "AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"
            )
        if self.often(0.2):
            template["Metadata"] = {
                "policylint": {"allow": {self.word("CT101", "CT203"): self.leaf()}}
            }
        return template

    def resource(self) -> tuple[str, Any]:
        """The name and the body of a resource."""
        kind = self.word(
            "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::S3::BucketPolicy", "AWS::KMS::Key",
            "AWS::CloudFormation::Stack", "AWS::CloudTrail::Trail", "AWS::SNS::TopicPolicy", "AWS::Serverless::Function",
        )  # fmt: skip
        properties: Any = {
            self.word("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"): self.resolved(
                self.policy()
            ),
        }
        if kind == "AWS::CloudFormation::Stack":
            properties = {"TemplateURL": self.path(), "Parameters": {"P": self.function(2)}}
        if self.often(0.2):
            properties["Policies"] = self.list_or_one(2, lambda: {"PolicyDocument": self.policy()})
        body = {"Type": kind, "Properties": properties if self.often(0.95) else self.function(3)}
        if self.often(0.1):
            body[self.word("Condition", "DependsOn", "Metadata")] = self.leaf()
        name = self.word("R", "S", "T")
        if self.often(0.03):
            return f"Fn::ForEach::{name}", ["X", self.list_or_one(3, self.leaf), {"R${X}": body}]
        return name, body

    def resolved(self, value: Any) -> Any:
        """*value* with functions in place of some of its parts."""
        if self.often(0.08):
            return self.function(min(self.depth(), DEEPEST) if self.often(0.3) else 2, value)
        if isinstance(value, dict):
            return {key: self.resolved(one) for key, one in value.items()}
        return [self.resolved(one) for one in value] if isinstance(value, list) else value

    def function(self, depth: int, core: Any = "x") -> Any:
        """Functions nested *depth* times around *core*."""
        for _ in range(depth):
            core = self.pick(
                {"Fn::Sub": self.word("${P}", "a${AWS::Region}b", "${!x}${R.Arn}")},
                {"Fn::Sub": ["${x}", {"x": core}]},
                {"Fn::Join": [self.word("", ":"), [core, "x"]]},
                {"Fn::If": [self.word("C", "D"), core, {"Ref": "AWS::NoValue"}]},
                {"Fn::Select": [self.leaf(), [core]]},
                {"Fn::Split": [self.word(",", ""), core]},
                {"Fn::FindInMap": ["M", core, "b"]},
                {"Fn::Equals": [core, "x"]},
                {"Fn::Not": [core]},
                {"Ref": self.word("P", "Q", "R", "AWS::AccountId")},
                {"Fn::GetAtt": self.pick("R.Arn", ["R", core], [])},
                {self.token(): core},
            )
        return core

    def listing(self) -> Any:
        """A reply of ``get-account-authorization-details``."""
        policy = {"PolicyName": self.word("p"), "PolicyDocument": self.policy()}
        version = {"Document": self.policy(), "IsDefaultVersion": self.leaf(), "VersionId": "v1"}
        return {
            "RoleDetailList": self.some(
                2, lambda: {"RoleName": self.word("r"), "RolePolicyList": [policy]}
            ),
            "UserDetailList": self.list_or_one(
                2, lambda: {"UserPolicyList": [policy], "GroupList": ["g"]}
            ),
            "Policies": self.some(2, lambda: {"PolicyName": "q", "PolicyVersionList": [version]}),
        }

    def terraform(self) -> Any:
        """A module in Terraform's JSON syntax."""
        policy = json.dumps(self.policy())
        return {
            "//": self.word("policylint: allow CT101 -- x", "x"),
            "locals": {"a": self.leaf(), "b": self.word("${local.a}", "${local.b}")},
            "resource": {
                "aws_iam_policy": {
                    self.word("p", "q"): {
                        "policy": self.pick(policy, "${" + policy + "}", self.leaf())
                    }
                }
            },
            "module": {"m": {"source": self.path(), "a": self.leaf()}},
        }

    def plan(self) -> Any:
        """A plan as ``terraform show -json`` prints it."""
        values = {"policy": json.dumps(self.policy()), "name": self.leaf()}
        resource = {
            "address": self.word("aws_iam_policy.p"),
            "type": "aws_iam_policy",
            "name": "p",
            "values": values,
        }
        module: dict[str, Any] = {"resources": self.list_or_one(2, lambda: resource)}
        for _ in range(min(self.depth(), DEEPEST)):
            module = {"child_modules": [module], "resources": []}
        return {"format_version": "1.2", "planned_values": {"root_module": module}}


class YamlGenerator(JsonGenerator):
    """YAML: the same in block and flow style, with tags, anchors, merges, block scalars and comments."""

    name = "a.yaml"

    def text(self) -> str:
        """A file of one document, seldom more."""
        documents = [self.document() for _ in range(self.chance.choices((1, 2, 30), (90, 9, 1))[0])]
        start: str = self.pick("", "", "---\n", "%YAML 1.1\n---\n")
        text = start + "\n---\n".join(documents)
        if self.often(0.08):
            before, after = self.pick(("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("!Not [", "]"), ("!a ", ""), ("&a ", ""))  # fmt: skip
            times = self.depth()
            text = f"x: {before * times}y{after * self.pick(times, times, 0)}\n{text}"
        if self.often(0.1):
            at = self.chance.randint(0, len(text))
            text = text[:at] + self.token() + text[at:]
        return text

    def document(self) -> str:
        value = self.pick(
            self.policy, self.template, self.template, self.listing, self.serverless
        )()
        return self.block(value, 0) + "\n"

    def serverless(self) -> Any:
        """A file of the Serverless Framework."""
        return {
            "service": self.word("s"),
            "provider": {"name": "aws", "iamRoleStatements": self.list_or_one(2, self.statement)},
            "custom": {"a": self.word("${self:custom.a}", "${file(a.yaml)}", "${env:X, 'y'}")},
        }

    def block(self, value: Any, indent: int) -> str:
        """*value* in block style, some of it in flow style."""
        margin = " " * indent
        if not value or not isinstance(value, dict | list) or self.often(0.15) or indent > 200:
            return margin + self.flow(value)
        lines = []
        anchor = self.pick("", "", "", "", "", "&a ", "&b ", "!Sub ", "!!map ", "!x ")
        for item in value.items() if isinstance(value, dict) else value:
            if self.often(0.1):
                lines.append(margin + self.comment())
            key, one = item if isinstance(value, dict) else ("-", item)
            start = f"{margin}{self.scalar(key)}:" if isinstance(value, dict) else f"{margin}-"
            if isinstance(one, dict | list) and one:
                lines.append(
                    f"{start} {anchor}".rstrip()
                    + "\n"
                    + self.block(one, indent + self.pick(1, 2, 2, 4))
                )
            elif isinstance(one, str) and self.often(0.1):
                lines.append(
                    f"{start} {self.pick('|', '>', '|-', '>+', '|9', '>2-')}\n{margin}  {one}"
                )
            else:
                lines.append(
                    f"{start} {self.flow(one)}" + self.pick("", "", "", f" {self.comment()}")
                )
        if isinstance(value, dict) and self.often(0.05):
            lines.append(f"{margin}<<: {self.pick('*a', '[*a, *b]', '{a: 1}', '*none')}")
        return "\n".join(lines)

    def flow(self, value: Any) -> str:
        """*value* in flow style, some of its functions as tags."""
        if isinstance(value, dict):
            if len(value) == 1 and self.often(0.5):
                ((key, one),) = value.items()
                if key.startswith("Fn::") or key == "Ref":
                    return f"!{key.removeprefix('Fn::')} {self.flow(one)}"
            return (
                "{"
                + ", ".join(f"{self.scalar(key)}: {self.flow(one)}" for key, one in value.items())
                + "}"
            )
        if isinstance(value, list):
            return f"[{', '.join(map(self.flow, value))}{self.pick('', ',')}]"
        return f"{self.pick('', '', '', '', '*a ', '!!str ', '&c ')}{self.scalar(value)}"

    def scalar(self, value: Any) -> str:
        """*value* as a scalar of any style."""
        if not isinstance(value, str):
            return json.dumps(value)
        return str(
            self.pick(
                json.dumps(value), value, "'" + value.replace("'", "''") + "'", json.dumps(value)
            )
        )

    def comment(self) -> str:
        return "# " + self.word(
            "policylint: allow CT101 -- x", "policylint: allow CT203, CT511", "policylint:", "x"
        )


class HclGenerator(Generator):
    """HCL: modules with expressions of every kind, heredocs, templates, loops, dynamic blocks."""

    name = "main.tf"

    def text(self) -> str:
        """A file."""
        items = [self.item() for _ in range(self.chance.randint(1, 6))]
        start: str = self.pick("", "# cloudtrail policy\n")
        text = start + "\n".join(items) + "\n"
        if self.often(0.06):
            at = self.chance.randint(0, len(text))
            text = text[:at] + self.token() + text[at:]
        return text

    def item(self) -> str:
        """A block, an attribute or a comment."""
        name = self.pick("p", "q", "r")
        return str(
            self.pick(
                lambda: self.resource(name),
                lambda: self.resource(name),
                lambda: self.document(name),
                lambda: (
                    "locals {\n"
                    + "\n".join(f"  {self.pick(*'abc')} = {self.expression(3)}" for _ in range(3))
                    + "\n}"
                ),
                lambda: f'variable "{name}" {{\n  default = {self.expression(1)}\n}}',
                lambda: (
                    f'module "m" {{\n  source = "{self.path()}"\n  {self.pick("count", "for_each", "a")} = {self.expression(2)}\n}}'
                ),
                lambda: f"{self.pick('#', '//')} {self.word('policylint: allow CT101 -- x', 'x')}",
                lambda: f"/* {self.token()} {self.pick('*/', '')}",
                lambda: f"{self.word('x', 'output')} = {self.expression(4)}",
                lambda: "block {\n" * (times := self.depth()) + "}\n" * self.pick(times, times, 0),
            )()
        )

    def resource(self, name: str) -> str:
        kind = self.word(
            "aws_iam_policy",
            "aws_iam_role_policy",
            "aws_s3_bucket_policy",
            "aws_kms_key",
            "aws_cloudtrail",
        )
        loop = self.pick(
            "", "", "", f"  for_each = {self.expression(2)}\n", f"  count = {self.expression(1)}\n"
        )
        return f'resource "{kind}" "{name}" {{\n{loop}  {self.word("policy", "name")} = {self.policy_text()}\n}}'

    def document(self, name: str) -> str:
        statement = (
            f"actions = {self.expression(2)}\n    resources = [{self.string(1)}]\n"
            + self.pick("", f"    condition {{\n      test = {self.string(0)}\n      variable = {self.string(0)}\n      values = {self.expression(1)}\n    }}\n")
        )  # fmt: skip
        plain = f"  statement {{\n    {statement}  }}\n"
        dynamic = f'  dynamic "statement" {{\n    for_each = {self.expression(2)}\n    content {{\n    {statement}    }}\n  }}\n'
        return f'data "aws_iam_policy_document" "{name}" {{\n{self.pick(plain, plain, dynamic)}}}'

    def policy_text(self) -> str:
        """An expression whose value is a policy, more or less."""
        policy = json.dumps(self.policy(), indent=self.pick(None, 2))
        return str(
            self.pick(
                lambda: f"jsonencode({self.object(json.loads(policy))})",
                lambda: f"<<{self.pick('', '-')}E\n{policy}\nE\n",
                lambda: json.dumps(policy),
                lambda: f"jsonencode({self.expression(4)})",
                lambda: f"data.aws_iam_policy_document.{self.pick('p', 'q')}.json",
                lambda: (
                    f'{self.pick("file", "templatefile", "jsondecode(file")}("{self.path()}"{self.pick("", ", {}", ", { a = 1 }")})'
                ),
                lambda: self.expression(5),
            )()
        )

    def object(self, value: Any) -> str:
        """The JSON *value* in HCL, with expressions in it."""
        if self.often(0.05):
            return self.expression(2)
        if isinstance(value, dict):
            pairs = (
                f"{key if key.isalnum() else json.dumps(key)} {self.pick('=', ':')} {self.object(one)}"
                for key, one in value.items()
            )
            return "{ " + ", ".join(pairs) + " }"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.object, value)) + "]"
        if isinstance(value, str):
            return json.dumps(value).replace("${", "$${") if self.often(0.8) else self.string(2)
        return json.dumps(value)

    def string(self, depth: int) -> str:
        """A quoted template."""
        parts = []
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            if depth > 0 and self.often(0.3):
                inner = self.expression(depth - 1)
                parts.append(
                    self.pick(
                        f"${{{inner}}}",
                        f"%{{ if {inner} }}x%{{ else }}y%{{ endif }}",
                        f"%{{ for i in {inner} }}${{i}}%{{ endfor ~}}",
                    )
                )
            else:
                parts.append(json.dumps(self.word(*ACTIONS, *RESOURCES))[1:-1])
        return '"' + "".join(parts) + '"'

    def expression(self, depth: int) -> str:
        """Any expression, at most *depth* deep, seldom very deep."""
        if depth <= 0:
            return str(self.pick(
                self.string(0), "1", "1e3", "-1", "0x1f", "1" * self.size(), "true", "null", "[]", "{}", "local.a", "local.b",
                "var.p", "each.key", "each.value", "count.index", "path.module", "module.m.a", "aws_iam_policy.p.arn",
                "data.aws_iam_policy_document.p.json", "self", "local" + ".a" * self.size(),
            ))  # fmt: skip
        if self.often(0.02):
            return self.deep()
        inner = self.expression(depth - 1)
        other = self.expression(self.pick(0, depth - 1))
        return str(
            self.pick(
                lambda: self.string(depth),
                lambda: f"[{inner}, {other}]",
                lambda: f"{{ a = {inner}, (local.b) = {other} }}",
                lambda: f"{{ for k, v in {inner} : k => {other} if {other} }}",
                lambda: f"[for v in {inner} : {other}]",
                lambda: f"{inner} ? {other} : {inner}",
                lambda: (
                    f"{inner} {self.pick('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||')} {other}"
                ),
                lambda: f"{self.pick('!', '-', '')}({inner})",
                lambda: f"{inner}[{other}]",
                lambda: (
                    f"{self.pick('local.a', 'var.p', inner)}{self.pick('[*]', '.*', '[0]', '.a', '[*].a')}"
                ),
                lambda: f"{self.function()}({inner})",
                lambda: f"{self.function()}({inner}, {other})",
                lambda: f"{self.function()}({self.string(0)}, {inner}, {other}...)",
                lambda: f"<<E\n{json.dumps(self.policy())}${{{inner}}}\nE\n",
            )()
        )

    def function(self) -> str:
        return self.word(
            "jsonencode", "jsondecode", "merge", "concat", "format", "formatlist", "join", "split", "replace", "regex", "lookup",
            "try", "can", "coalesce", "toset", "tolist", "flatten", "distinct", "range", "setproduct", "zipmap", "keys", "values",
            "file", "templatefile", "fileset", "fileexists", "element", "slice", "substr", "upper", "trimspace", "cidrsubnet",
            "pow", "length", "yamldecode", "yamlencode", "compact", "one", "sum", "strrev", "chunklist", "nope",
        )  # fmt: skip

    def deep(self) -> str:
        """One construct nested in itself many times."""
        before, after = self.pick(
            ("[", "]"), ("{ a = ", " }"), ("(", ")"), ("!", ""), ("-", ""), ("jsonencode(", ")"), ('"${', '}"'), ("true ? 1 : ", ""),
            ("true ? ", " : 1"), ("1 + ", ""), ("[for x in ", " : x]"), ("merge(", ", {})"), ("local.a[", "]"), ('"%{ if true }', '%{ endif }"'),
        )  # fmt: skip
        times = self.depth()
        return str(
            before * times
            + self.pick("1", '"cloudtrail"', "local.a")
            + after * self.pick(times, times, times - 1)
        )


GENERATORS: dict[str, type[JsonGenerator | HclGenerator]] = {
    "hcl": HclGenerator,
    "json": JsonGenerator,
    "yaml": YamlGenerator,
}


def generated(target: str, chance: random.Random) -> tuple[str, str]:
    """A file name and a text of the language *target*."""
    generator = GENERATORS[target](chance)
    name = generator.name
    if target == "json" and chance.random() < 0.2:
        name = "main.tf.json"
    return name, generator.text()
