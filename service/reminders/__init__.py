"""When a visit is told of again."""
