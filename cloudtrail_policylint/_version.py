"""The version of the package and the address of its documentation, each written only here."""

__version__ = "0.1.0"
DOCS_URL = "https://OWNER.github.io/cloudtrail-policylint/"
"""Where the site of ``mkdocs.yml`` is published; the pages of the rules are below it."""
