"""The editors' desk: the form of a whole check, what is made of it, and the steps towards the public."""
