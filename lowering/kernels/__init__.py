"""Our own loop nests for CPUs: a simulation's buffers, grouped into tiles, vectorised and shared out to threads."""
