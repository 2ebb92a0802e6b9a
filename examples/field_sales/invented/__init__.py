"""How the facts of this example are invented: people, accounts, deals, leads and activities."""
