"""Lineage: OpenLineage events that say which documents were loaded, published and rolled back."""
