"""Starts servers, sends load and times it."""
