"""How hazy are photos, where is their haze, and what do they look like without it?

    mmhaze haze photos            how hazy each photo is
    mmhaze ucm photos             where its haze is
    mmhaze dehaze photos --out D  the photos without haze
    mmhaze demo                   trains and tests two small networks on drawn streets, in minutes

`mmhaze COMMAND --help` explains a command. Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage
or nothing to read, 130 stopped by Ctrl-C.
"""
