"""The synthetic world: light, materials and cameras make pixels."""
