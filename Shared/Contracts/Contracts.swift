// Swift messages, stubs and the access table of every proto package.
