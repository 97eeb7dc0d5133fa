"""Settings: from ``pyproject.toml`` or ``.cloudtrail-policylint.yaml``.

``model`` says what they are, ``nearest`` which file counts for which path,
``table`` reads a settings file and ``values`` validates what it says.
"""
