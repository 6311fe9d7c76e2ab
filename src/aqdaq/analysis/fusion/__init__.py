"""From predictions and measurements to levels with an uncertainty: pooled figures of cells, a field, joint best server."""
