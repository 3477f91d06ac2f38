"""People: the names of cast and directors, and their movies."""
