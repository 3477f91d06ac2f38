"""Tables, charts and drawings that pages show. Pure: every number comes from an answer."""
