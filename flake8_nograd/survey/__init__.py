"""How often a data set of sources has each finding: `nograd-survey`."""
