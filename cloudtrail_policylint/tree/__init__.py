"""Values with the places where they are written, in any format."""
