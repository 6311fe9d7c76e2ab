"""The words of the field as frozen, validated types. No input or output; no engine."""
