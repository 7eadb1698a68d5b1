"""`python -m campaignkit` is the same as `campaignkit`."""

from campaignkit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
