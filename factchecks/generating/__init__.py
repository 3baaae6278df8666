"""Made-up checks in any number, to see how the desk and the site behave at size. Plainly marked; nothing in them is true."""
