// protoc-gen-weir: makes Weir's Swift from .proto files.
//
//   protoc --plugin=protoc-gen-weir --weir_out=Shared …    the plugin proper
//   protoc-gen-weir prepare < set > changed-set            what protoc-c reads in place of the .proto files

import Foundation

exit(run(CommandLine.arguments))
