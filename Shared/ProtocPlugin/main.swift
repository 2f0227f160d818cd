// protoc-gen-weir: generates messages, stubs, access rules and JSON mapping from a descriptor set.
print("protoc-gen-weir")
