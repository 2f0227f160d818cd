// The peer of the message benchmark: protobuf C++ decodes and encodes one batch again and again.
// Usage: messages FILE ROUNDS; prints nanoseconds a decode and nanoseconds an encode.

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "echo.pb.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  const std::string bytes = text.str();
  const long rounds = std::stol(argv[2]);
  bench::Batch batch;
  auto start = std::chrono::steady_clock::now();
  for (long round = 0; round < rounds; round++) {
    bench::Batch fresh;
    if (!fresh.ParseFromString(bytes)) return 1;
    batch.Swap(&fresh);
  }
  auto decoded = std::chrono::steady_clock::now();
  size_t total = 0;
  for (long round = 0; round < rounds; round++) {
    std::string out;
    batch.SerializeToString(&out);
    total += out.size();
  }
  auto encoded = std::chrono::steady_clock::now();
  if (total == 0) return 1;
  std::cout << std::chrono::duration<double, std::nano>(decoded - start).count() / rounds << " "
            << std::chrono::duration<double, std::nano>(encoded - decoded).count() / rounds << std::endl;
}
