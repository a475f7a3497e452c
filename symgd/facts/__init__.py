"""What the formula itself shows, whatever a run does: symmetry, growth, poles, flat regions."""
