// protobuf's own descriptors and Weir's access option as protoc-c makes them: what protoc-gen-weir reads.

#include "google/protobuf/compiler/plugin.pb-c.h"
#include "google/protobuf/descriptor.pb-c.h"
#include "weir/access/v1/access.pb-c.h"
