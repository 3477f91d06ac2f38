"""What operators see of a service: health, metrics, reports, the doctor, objectives, logs."""
