#pragma once
// zlib's gzip and raw formats. Its initialisers are macros, which Swift does not see.
#include <zlib.h>

/// Window of 32 KiB, with gzip's header and trailer (RFC 1952).
enum { WEIR_GZIP_WINDOW_BITS = 15 + 16 };

/// Speed before size: what is sent compressed is sent on the thread that carries the connection.
static inline int weir_gzip_begin(z_stream *stream) {
  return deflateInit2(stream, Z_BEST_SPEED, Z_DEFLATED, WEIR_GZIP_WINDOW_BITS, 8, Z_DEFAULT_STRATEGY);
}

static inline int weir_gunzip_begin(z_stream *stream) {
  return inflateInit2(stream, WEIR_GZIP_WINDOW_BITS);
}

/// The same window without header and trailer (RFC 1951): the parts of a ZIP package.
static inline int weir_deflate_raw_begin(z_stream *stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}

static inline int weir_inflate_raw_begin(z_stream *stream) {
  return inflateInit2(stream, -15);
}
