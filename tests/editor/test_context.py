"""What somebody is typing, in each format and in texts that are not finished."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.editor.context import place_at

JSON = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},\n "NotAction": ["a", "b"],\n '
HCL = 'data "aws_iam_policy_document" "p" {\n  statement {\n    effect = "Allow"\n    '
ENCODED = 'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Statement = [{\n      '
HEREDOC = 'resource "aws_iam_policy" "p" {\n  policy = <<EOT\n{"Statement": [{'
YAML = "Resources:\n  P:\n    Properties:\n      Statement:\n      # all\n      - Effect: Allow\n        "


@pytest.mark.parametrize(
    ("text", "element", "word"),
    [
        (JSON + '"Action": "cloud|trail:Get*"}]}', "action", "cloudtrail:Get*"),
        (JSON + '"Action": ["s3:Get", "|', "action", ""),
        (JSON + '"Action":\n   "s3|"', "action", "s3"),
        (JSON + '"Action": "s3:x", "Resource": ["arn:aws:|"', "resource", "arn:aws:"),
        (JSON + '"Action": "s3:x", "|', "", ""),
        (JSON + '"Principal": {"|"', "principal type", ""),
        (JSON + '"Principal": {"Service": ["|', "principal", ""),
        (JSON + '"Condition": {"StringEq|": {}}', "operator", "StringEq"),
        (JSON + '"Condition": {"Bool": {"a": "b"}, "StringEquals": {"aws:|', "key", "aws:"),
        (JSON + '"Condition": {"StringEquals": {"aws:SourceArn": "|', "", ""),
        (JSON + '"Condition": {"StringEquals": {"aws:SourceArn": ["x", "|', "", ""),
        (HCL + 'actions = ["cloudtrail:|"]\n  }\n}', "action", "cloudtrail:"),
        (HCL + 'not_actions = [\n      "a:b", # and\n      "|"', "action", ""),
        (HCL + 'actions = ["a"]\n    resources = ["|', "resource", ""),
        (HCL + 'actions = ["a"]\n    |', "", ""),
        (HCL + 'condition {\n      test = "|', "operator", ""),
        (HCL + 'condition {\n      test = "Bool"\n      variable = "aws:|"', "key", "aws:"),
        (HCL + 'condition {\n      values = ["|', "", ""),
        (HCL + 'principals {\n      type = "|', "principal type", ""),
        (HCL + 'principals {\n      type = "AWS"\n      identifiers = ["|', "principal", ""),
        (ENCODED + 'Action = "cloudtrail:|"', "action", "cloudtrail:"),
        (ENCODED + 'Condition = { StringEquals = { "aws:|"', "key", "aws:"),
        (HEREDOC + '"Action": "|', "action", ""),
        (YAML + "Action: cloudtrail:|", "action", "cloudtrail:"),
        (YAML + 'Action: "cloudtrail:|"', "action", "cloudtrail:"),
        (YAML + "Action:\n        - s3:Get\n        - |\n", "action", ""),
        (YAML + "Action:\n          - s3:|", "action", "s3:"),
        (YAML + "Action: [s3:Get, 's3:|'", "action", "s3:"),
        (YAML + "Action: s3:Get\n        Resource: !Sub '|'", "resource", ""),
        (YAML + "Action: s3:Get\n        |", "", ""),
        (YAML + "Condition:\n          String|Equals:\n", "operator", "StringEquals"),
        (YAML + "Condition:\n          StringEquals:\n            aws:Source|Arn: x", "key", "aws:SourceArn"),
        (YAML + "Condition:\n          StringEquals:\n            aws:SourceArn: |", "", ""),
        (YAML + "Condition: {StringEquals: {|", "key", ""),
        (YAML + "Principal:\n          Service: |", "principal", ""),
        ('Policy: |-\n  {"Statement": [{\n    "Action": [\n      "s3:|"', "action", "s3:"),
    ],
)  # fmt: skip
def test_what_is_at_the_bar(text: str, element: str, word: str) -> None:
    yaml = text.startswith(("Resources", "Policy"))
    head, _, tail = text.replace("|-\n", "\0-\n").partition("|")
    head = head.replace("\0", "|")
    place = place_at(head + tail, len(head), yaml=yaml)
    assert (place.element, place.word) == (element, word)
    assert (head + tail)[place.start : place.end] == word
