locals {
  lake_actions = ["cloudtrail:CreateEventDataStore", "cloudtrail:GetEventDataStore"]
  lake         = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/EXAMPLE-f852-4e8f"
}

data "aws_iam_policy_document" "lake" {
  statement {
    actions   = local.lake_actions
    resources = [local.lake]
  }

  statement {
    effect    = "Deny"
    actions   = ["cloudtrail:ListTrails"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/env"
      values   = ["prod"]
    }
  }
}

resource "aws_iam_policy" "lake" {
  policy = data.aws_iam_policy_document.lake.json
}
