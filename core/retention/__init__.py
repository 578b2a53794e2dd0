"""Everything that removes files and rows: deletion, pruning of caches, repair of what does not match."""
