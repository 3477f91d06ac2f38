"""Measures the search of movies alone, at any size, beside another release's."""
