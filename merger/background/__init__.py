"""The thread beside the requests and its regular tasks."""
