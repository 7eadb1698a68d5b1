"""How fast campaignkit is: `make bench`."""
