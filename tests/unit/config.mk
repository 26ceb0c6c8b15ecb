# Tests and fuzz targets of the module config.
