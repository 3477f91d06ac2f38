"""Figures as Markdown tables and verdicts. Pure."""
