"""Our part in the files of the user's: put in, shown, and taken out to the last byte."""
