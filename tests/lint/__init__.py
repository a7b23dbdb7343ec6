"""Definitions that AWS accepts or refuses, each with its evidence, and what the check of definitions says of them."""
