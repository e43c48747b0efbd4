"""The version of the runtime."""

VERSION: str
