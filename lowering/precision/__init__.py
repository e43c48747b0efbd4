"""How operations are computed in narrower formats: what may be, and the rewriting."""
