"""Arrays and tables in, a picture with words out."""
