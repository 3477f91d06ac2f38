"""What all pages share: access, error notices, parts and fragments that refresh."""
