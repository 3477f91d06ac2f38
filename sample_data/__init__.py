"""A world to try the product on: real movie facts, and simulated reviews, votes and popularity about them."""
