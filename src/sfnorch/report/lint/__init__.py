"""Findings, in the formats of `sfnorch lint`: `findings` as text and as JSON, `sarif`, `junit`, and `github`."""
