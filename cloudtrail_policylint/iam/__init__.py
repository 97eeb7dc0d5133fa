"""What IAM means: patterns, ARNs, the AWS catalogue, kinds and grammar of policies.

It knows no file format and no rule.
"""
