"""The store protocol, and what protects callers from a store that fails. Drivers live one room further in."""
