"""Pictures for shared links, and icons."""
