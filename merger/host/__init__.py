"""What the processes of one host share through its disk."""
