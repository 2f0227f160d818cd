// The gRPC core on nghttp2 and OpenSSL.
