"""Findings about a deployment, each with its remedy."""
