"""The forms in which producers write documents: names, windows smaller than an hour, batches without coverage. Pure."""
