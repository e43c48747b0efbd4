"""The passes, the pipelines they form and the contract of each stage."""
