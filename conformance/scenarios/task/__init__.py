"""MS-OXWSTASK: tasks."""
