"""What IAM means: patterns, ARNs, the catalogue of AWS, kinds and grammar of policies. No file format, no rule."""
