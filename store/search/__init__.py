"""Search: restrictions, orders, projections, the word index and queries in words."""
