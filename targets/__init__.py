"""The kinds of machines programs are compiled for, and the compiler that does it."""
