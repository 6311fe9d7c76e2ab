"""From predictions and measurements to levels with an uncertainty: figures of cells, a field, a joint best server."""
