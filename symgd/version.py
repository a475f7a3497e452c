"""The version, apart from the package's root, so that no module imports that."""

__version__ = "0.2.0"
