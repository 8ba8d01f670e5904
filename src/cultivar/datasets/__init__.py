"""What the next model learns from: pictures with a label and somebody's consent."""
