"""One file per mistake; they do not know each other."""
