"""YAML: the events of libyaml as a tree with places, and YAML inside other strings."""
