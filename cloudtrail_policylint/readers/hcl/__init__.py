"""Terraform: HCL and its JSON syntax, as the same blocks, attributes and expressions."""
