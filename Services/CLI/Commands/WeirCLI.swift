// The commands of the program weir.
