"""Ends the process."""

import os


def kernel(steps, n, a):
    os._exit(7)
