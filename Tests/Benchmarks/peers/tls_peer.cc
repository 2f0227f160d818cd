// The peers of the stream and connection benchmarks: OpenSSL alone, no HTTP/2.
// tls_peer send CERTIFICATE KEY BYTES   serves: each connection is sent so many bytes, then closed
// tls_peer keep CERTIFICATE KEY         serves: keeps every connection it has shaken hands with
// tls_peer fetch PORT                   reads one connection to its end; prints bytes, seconds, and seconds of processor time
// tls_peer hold PORT COUNT              opens so many connections with an empty HTTP/2 session each, prints "held", waits

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

constexpr size_t kPiece = 16 << 10;

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int Listen() {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0) Fail("bind");
  if (listen(listener, 1024) != 0) Fail("listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

SSL_CTX* Context(bool server) {
  SSL_CTX* context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  // What our servers and clients agree on, so that both sides encrypt alike.
  SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

SSL* Connect(SSL_CTX* context, int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(port);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("connect");
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, descriptor);
  if (SSL_connect(ssl) != 1) Fail("handshake");
  return ssl;
}

void Serve(const char* certificate, const char* key, bool keeps, size_t bytes) {
  SSL_CTX* context = Context(true);
  SSL_CTX_set_num_tickets(context, 0);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
    Fail("certificate");
  }
  int listener = Listen();
  std::vector<SSL*> kept;
  std::vector<char> piece(kPiece, 'x');
  while (true) {
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, accept(listener, nullptr, nullptr));
    if (SSL_accept(ssl) != 1) {
      SSL_free(ssl);
      continue;
    }
    if (keeps) {
      kept.push_back(ssl);
      continue;
    }
    for (size_t left = bytes; left > 0;) {
      int written = SSL_write(ssl, piece.data(), static_cast<int>(std::min(left, kPiece)));
      if (written <= 0) break;
      left -= static_cast<size_t>(written);
    }
    SSL_shutdown(ssl);
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
  }
}

void Fetch(int port) {
  SSL* ssl = Connect(Context(false), port);
  std::vector<char> buffer(64 << 10);
  auto began = std::chrono::steady_clock::now();
  const clock_t used = clock();
  size_t bytes = 0;
  int count;
  while ((count = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    bytes += static_cast<size_t>(count);
  }
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  printf("%zu %f %f\n", bytes, seconds.count(), static_cast<double>(clock() - used) / CLOCKS_PER_SEC);
}

void Hold(int port, int count) {
  SSL_CTX* context = Context(false);
  const unsigned char h2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, h2, sizeof h2);
  // The preface of RFC 9113 section 3.4, empty SETTINGS, and the acknowledgement of the server's.
  const std::string hello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\0\4\1\0\0\0\0", 24 + 18);
  std::vector<SSL*> held;
  for (int index = 0; index < count; ++index) {
    SSL* ssl = Connect(context, port);
    if (SSL_write(ssl, hello.data(), static_cast<int>(hello.size())) <= 0) Fail("write");
    held.push_back(ssl);
  }
  printf("held %d\n", count);
  fflush(stdout);
  pause();
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "send" && argc == 5) Serve(argv[2], argv[3], false, strtoull(argv[4], nullptr, 10));
  if (mode == "keep" && argc == 4) Serve(argv[2], argv[3], true, 0);
  if (mode == "fetch" && argc == 3) return Fetch(atoi(argv[2])), 0;
  if (mode == "hold" && argc == 4) return Hold(atoi(argv[2]), atoi(argv[3])), 0;
  return 2;
}
