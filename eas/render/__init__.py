"""From items to the elements that devices read."""
