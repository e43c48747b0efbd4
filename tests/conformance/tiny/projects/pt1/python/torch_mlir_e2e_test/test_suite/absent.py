"""A file that needs a package nobody has."""

import package_that_is_absent  # noqa: F401
