"""MS-OXWSCORE: items of every kind."""
