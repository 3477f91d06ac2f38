"""What is measured, against whom, and on which data."""
