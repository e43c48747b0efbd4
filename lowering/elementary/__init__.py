"""Elementary functions as branch-free arithmetic: formulas, the numbers they are written over, their coefficients."""
