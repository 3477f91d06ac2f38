"""All movies' speed hours, held in the process as tables. Pure: documents come in as arguments."""
