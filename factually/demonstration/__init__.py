"""A newsroom at work, for whoever tries the software: fact checks, supporters who do not exist, and accounts."""
