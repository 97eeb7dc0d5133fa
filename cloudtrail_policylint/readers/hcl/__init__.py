"""Terraform: HCL and its JSON syntax, read into the same blocks, attributes and expressions."""
