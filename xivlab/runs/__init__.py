"""What a training leaves on disk and lives on: run folders, devices, progress."""
