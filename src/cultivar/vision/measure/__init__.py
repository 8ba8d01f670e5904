"""What can be measured on a picture: pure functions of its pixels, with constants that a pack gives."""
