"""The graph of a captured program in the user's words: lines, layers, loops."""
