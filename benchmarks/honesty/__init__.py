"""How far verdicts can be trusted: symgd's and its peers', before a judge that samples f only."""
