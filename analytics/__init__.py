"""Genres, trends, the catalogue and actors over many movies."""
