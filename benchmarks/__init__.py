"""What a message costs, here and elsewhere: a load generator and the peers Tandem is compared with."""
