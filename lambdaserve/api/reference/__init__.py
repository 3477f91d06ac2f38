"""What the API says about itself: the frame of its description, the pages that show it, and links to all addresses."""
