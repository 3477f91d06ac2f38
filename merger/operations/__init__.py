"""What operators ask of the running service: probes, sizes, facts about the servers, one stored document."""
