"""One file per family of rewrite rules."""
