"""From a text and its scene to what was meant. A language is a file of data beside this code."""
