"""What if: the same facts under another policy, another chance or another rep, set side by side."""
