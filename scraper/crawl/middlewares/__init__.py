"""Between the spider and the site: what the site wishes, and what we promise."""
