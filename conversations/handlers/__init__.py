"""What happens, by subject. Each handler is one row's answer in the table of transitions."""
