"""What a run does about machines: workers that die, nodes that are lost, records that kill, places for stages."""
