"""Defines a view: its plan, its inputs, its coverage and its freshness.

Concrete views must not enter: they live in the apps.
"""
