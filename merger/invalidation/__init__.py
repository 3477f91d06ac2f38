"""Notices that stored data changed, and bumps the generations of the answers it concerns."""
