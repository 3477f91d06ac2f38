"""The movies app: details, sentiment, hourly statistics, and search by title and genre."""
