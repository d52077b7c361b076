"""Data: files and arrays to blocks of rows, and blocks to numbers with a target."""
