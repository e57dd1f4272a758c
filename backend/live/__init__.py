"""The live engine: Collection, View, Subscription. See README.md in this folder."""
