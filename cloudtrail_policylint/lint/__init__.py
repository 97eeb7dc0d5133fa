"""A run: from files to findings, one file or one Terraform module at a time."""
