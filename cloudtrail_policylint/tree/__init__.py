"""Values that know where they are written, whatever format they are written in."""
