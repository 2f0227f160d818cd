// weir: the command line of operators and officials.
