"""What to see next: movies that are like others, of a genre, or for a list of likes, each with its reasons."""
