"""The version of the compiler."""

VERSION: str
