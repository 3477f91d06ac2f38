"""Scenarios: what is measured, on which servers, with which data."""
