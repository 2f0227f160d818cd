// The descriptors of all .proto files, as gRPC reflection gives them away.

#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // The name under which other files import it.
  const char *_Nonnull name;
  // A serialized google.protobuf.FileDescriptorProto.
  const uint8_t *_Nonnull bytes;
  size_t size;
  // The full names of what it declares, each followed by a line feed.
  const char *_Nonnull symbols;
} weir_descriptor;

size_t weir_descriptor_count(void);
const weir_descriptor *_Nonnull weir_descriptor_at(size_t index);
