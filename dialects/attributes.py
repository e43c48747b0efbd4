"""The names of hpc's attributes on functions and their arguments."""

SIMULATION = "hpc.simulation"
"""On an entry: captured from a function written with NumPy; machines with kernels write its loops themselves."""

KERNEL = "hpc.kernel"
"""On a function: its body becomes a kernel of our own."""

OUTPUT = "hpc.output"
"""On an argument: the index of the result that its memory holds afterwards."""

IN_PLACE = "hpc.in_place"
"""On an argument with `hpc.output`: it is an input or a state, too, and no mere destination."""

WORKSPACE = "hpc.workspace"
"""On an argument: memory to compute in, whose contents mean nothing between calls."""

ADDRESSES = "hpc.addresses"
"""On an argument of bytes: the caller writes into it how far each of the arguments listed lies from it."""
