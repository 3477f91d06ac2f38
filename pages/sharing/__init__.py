"""What other sites and search engines read: descriptions of pages, the list of pages, and what may be read."""
