"""One module a step, each as it was when it was made."""
