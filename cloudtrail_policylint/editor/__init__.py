"""The language server: the same engine for texts in an editor. Needs the extra ``lsp``."""
