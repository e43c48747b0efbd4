"""The dialects; their generated builders are untyped."""
