"""Questions about access: who may do what, why something was denied, and what must stay so.

``reading`` reads the policies of files into a ``View``, ``ask`` decides on one request in it, and
``who`` finds the principals that a text names. The other modules are one question each.
"""
