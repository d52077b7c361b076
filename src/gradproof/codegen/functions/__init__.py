"""Functions of numbers, one file for each family."""
