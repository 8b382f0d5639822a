"""Every driver against every fault: worlds, exercises, and what came of it."""
