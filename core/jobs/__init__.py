"""How far each job is: claims, state changes, the order of the queue, recovery and time estimates."""
