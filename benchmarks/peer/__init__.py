"""The FastAPI service that ours is compared with, over the same stores."""
