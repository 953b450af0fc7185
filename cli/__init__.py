"""The `steward` command: one folder per noun, each with `commands.py` (names and options) and what they do.

What several nouns share is here: `app` (the command itself), `aws` and `deployed_stack` (what it talks to),
`errors` and `exit_codes`, `output` and `text`.
"""
