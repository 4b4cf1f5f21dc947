"""The servers Tandem is compared with, each as small as its own tutorial."""
