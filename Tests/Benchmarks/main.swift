// weir-bench: figures against their peers in one run, as ratios.
print("weir-bench")
