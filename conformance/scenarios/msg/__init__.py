"""MS-OXWSMSG: messages and their dispositions."""
