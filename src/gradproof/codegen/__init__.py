"""Formulas to code: lowered to whole arrays, differentiated, spelled for accuracy, printed for an array library."""
