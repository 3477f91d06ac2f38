"""All movies and genres of the batch layer, held in the process as columns. Pure: documents come in as arguments."""
