"""Files: photos, media, tables, arrays, and the progress of long work; how they are read safely and written whole."""
