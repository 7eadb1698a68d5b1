"""One noun each: who may, does the rule allow it, which statement answers it."""
