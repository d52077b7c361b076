"""One file per family of differential rules."""
