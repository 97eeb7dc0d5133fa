"""A run: files to findings, one file or one Terraform module at a time."""
