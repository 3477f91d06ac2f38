"""What members of staff see and do in the admin: the stored documents, and the service's operation (O4)."""
