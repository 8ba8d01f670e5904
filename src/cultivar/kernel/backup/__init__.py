"""Everything that an installation keeps, in one file that has been read back: rows, and the objects that they name."""
