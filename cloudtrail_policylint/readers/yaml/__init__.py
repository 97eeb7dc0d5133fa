"""YAML: a tree with places from the events of libyaml, and YAML inside other strings."""
