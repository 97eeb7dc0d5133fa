"""The text of a rule file."""

RULE = """\
id: ACME1
name: wide-lookup
summary: LookupEvents
severity: warning
confidence: high
status: stable
since: 0.1.0
subject: statement
match:
  action:
    some: {covers: ["cloudtrail:LookupEvents"]}
report: action
message: "{action} is not for everyone"
why: Because.
fix: Leave it out.
references:
  - {url: "https://example.com", says: so, seen: 2026-11-21}
examples:
  bad:
    - {name: one, language: json, text: '{"Statement": []}'}
  good:
    - {name: two, language: json, text: '{"Statement": []}'}
"""
"""A valid rule file."""
