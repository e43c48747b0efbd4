"""The vocabulary: the hpc dialect and the one door to MLIR."""
