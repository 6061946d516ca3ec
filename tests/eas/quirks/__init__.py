"""What real devices do, by the number that each habit has in the survey of devices: a test each."""
