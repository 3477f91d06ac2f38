"""The peer: a FastAPI service over the same stores, with which lambdaserve is compared."""
