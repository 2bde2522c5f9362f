"""How the documents' pictures are made."""
