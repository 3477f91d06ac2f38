"""Movies: details, sentiment, hourly statistics and search."""
