"""Words: values and checked expressions as people read them, in English and Chinese."""
