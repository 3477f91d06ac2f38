"""Words of titles, names and questions: folded, split, joined, and numbers among them. Pure."""
