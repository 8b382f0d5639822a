"""vsmdaq: instrument control and data acquisition for vibrating-sample magnetometers and Gouy balances."""

__all__ = ["__version__"]

__version__ = "0.1.0"
