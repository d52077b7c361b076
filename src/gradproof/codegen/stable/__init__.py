"""Stable spelling: any spelling of a pointwise function becomes one that keeps its digits."""
