"""From a Usage to what people see; pure functions of the usage and the time."""
