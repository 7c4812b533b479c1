"""`report.html`: one self-contained page for people, without scripts. Nothing on it can run or be fetched."""
