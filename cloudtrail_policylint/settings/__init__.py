"""Settings: from ``pyproject.toml`` or ``.cloudtrail-policylint.yaml``.

``model`` defines the settings, ``lookup`` finds the file that applies to a path,
``table`` reads a settings file, ``parse`` validates it, and ``describe`` prints
the settings for ``--show-settings``.
"""
