"""What a view is: its plan, its inputs, its coverage and its freshness. Concrete views live in the apps."""
