"""Rules of stable spelling, one file for each family."""
