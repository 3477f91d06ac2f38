"""Pages for browsers. They ask the same selectors as the API and add no number of their own."""
