// The conformance service and its cases with gRPC C++.
//   peer server CERTIFICATES          prints "listening PORT" and ends with its standard input
//   peer client ADDRESS CERTIFICATES  prints "ok <case>" for each case

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "conformance.grpc.pb.h"

// Exported by libgrpc for tests, in no header: the flags of the last message received; one bit says that it came compressed.
uint32_t grpc_call_test_only_get_message_flags(grpc_call*);

using grpc::ClientContext;
using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;
using weir::conformance::Absent;
using weir::conformance::Answer;
using weir::conformance::Conformance;
using weir::conformance::Nothing;
using weir::conformance::Request;

namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const char kSpecial[] = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";

// MARK: Server

class Service final : public Conformance::Service {
  static void EchoMetadata(ServerContext* context) {
    auto echo = [&](const char* name, auto add) {
      auto found = context->client_metadata().find(name);
      if (found != context->client_metadata().end())
        add(std::string(found->second.data(), found->second.size()));
    };
    echo("x-weir-echo", [&](const std::string& value) { context->AddInitialMetadata("x-weir-echo", value); });
    echo("x-weir-echo-bin",
         [&](const std::string& value) { context->AddTrailingMetadata("x-weir-echo-bin", value); });
  }

  static Status End(const Request& request) {
    return Status(static_cast<StatusCode>(request.status_code()), request.status_message());
  }

  template <class Stream>
  static void SendParts(const Request& request, Stream* stream) {
    for (const auto& part : request.parts()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(part.delay_ms()));
      Answer answer;
      answer.set_body(std::string(part.size(), '\0'));
      grpc::WriteOptions options;
      if (!part.compressed()) options.set_no_compression();
      stream->Write(answer, options);
    }
  }

  Status Empty(ServerContext*, const Nothing*, Nothing*) override { return Status::OK; }

  Status Unary(ServerContext* context, const Request* request, Answer* answer) override {
    EchoMetadata(context);
    if (request->status_code() != 0) return End(*request);
    if (request->answer_compressed()) context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    answer->set_body(std::string(request->answer_size(), '\0'));
    return Status::OK;
  }

  Status Output(ServerContext* context, const Request* request, grpc::ServerWriter<Answer>* writer) override {
    context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    SendParts(*request, writer);
    return Status::OK;
  }

  Status Input(ServerContext*, grpc::ServerReader<Request>* reader, Answer* answer) override {
    Request request;
    int size = 0;
    while (reader->Read(&request)) size += request.body().size();
    answer->set_received_size(size);
    return Status::OK;
  }

  Status Duplex(ServerContext* context, grpc::ServerReaderWriter<Answer, Request>* stream) override {
    EchoMetadata(context);
    Request request;
    while (stream->Read(&request)) {
      if (request.status_code() != 0) return End(request);
      SendParts(request, stream);
    }
    return Status::OK;
  }
};

int Serve(const std::string& folder) {
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = Contents(folder + "/root.pem");
  options.pem_key_cert_pairs.push_back({Contents(folder + "/server.key"), Contents(folder + "/server.pem")});
  Service service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << "listening " << port << std::endl;
  while (std::cin.get() != EOF) {
  }
  // Without waiting for handlers that sleep.
  std::_Exit(0);
}

// MARK: Client

void Expect(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

void ExpectOK(const Status& status) {
  Expect(status.ok(), std::to_string(status.error_code()) + " " + status.error_message());
}

void ExpectCode(const Status& status, StatusCode code) {
  Expect(status.error_code() == code,
         "got status " + std::to_string(status.error_code()) + " " + status.error_message());
}

// Milliseconds that a call may take; WEIR_TEST_PATIENCE times as many where all is slow.
int Limit() {
  const char* patience = std::getenv("WEIR_TEST_PATIENCE");
  return 20000 * (patience ? std::atoi(patience) : 1);
}

struct Call : ClientContext {
  explicit Call(int milliseconds = Limit()) {
    set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds));
  }
  bool LastWasCompressed() { return grpc_call_test_only_get_message_flags(c_call()) & 0x40000000u; }
};

Request Zeros(int size) {
  Request request;
  request.set_body(std::string(size, '\0'));
  return request;
}

Request Parts(const std::vector<int>& sizes) {
  Request request;
  for (int size : sizes) request.add_parts()->set_size(size);
  return request;
}

class Client {
 public:
  explicit Client(std::shared_ptr<grpc::Channel> channel)
      : stub_(Conformance::NewStub(channel)), absent_(Absent::NewStub(channel)) {}

  void EmptyUnary() {
    Call call;
    Nothing answer;
    ExpectOK(stub_->Empty(&call, Nothing(), &answer));
  }

  Answer Unary(Call* call, const Request& request) {
    Answer answer;
    ExpectOK(stub_->Unary(call, request, &answer));
    Expect(answer.body() == std::string(request.answer_size(), '\0'), "another body");
    return answer;
  }

  void LargeUnary() {
    Call call;
    Request request = Zeros(271828);
    request.set_answer_size(314159);
    Unary(&call, request);
  }

  void ClientStreaming() {
    Call call;
    Answer answer;
    auto writer = stub_->Input(&call, &answer);
    for (int size : {27182, 8, 1828, 45904}) Expect(writer->Write(Zeros(size)), "write");
    writer->WritesDone();
    ExpectOK(writer->Finish());
    Expect(answer.received_size() == 74922, "another sum");
  }

  template <class Reader>
  void ExpectAnswers(Reader* reader, const std::vector<int>& sizes) {
    Answer answer;
    for (int size : sizes) {
      Expect(reader->Read(&answer), "no answer");
      Expect(answer.body().size() == static_cast<size_t>(size), "another size");
    }
  }

  void ServerStreaming() {
    Call call;
    std::vector<int> sizes = {31415, 9, 2653, 58979};
    auto reader = stub_->Output(&call, Parts(sizes));
    ExpectAnswers(reader.get(), sizes);
    Answer answer;
    Expect(!reader->Read(&answer), "too many answers");
    ExpectOK(reader->Finish());
  }

  void PingPong() {
    Call call;
    auto stream = stub_->Duplex(&call);
    std::vector<std::pair<int, int>> sizes = {{27182, 31415}, {8, 9}, {1828, 2653}, {45904, 58979}};
    for (auto [asked, answered] : sizes) {
      Request request = Parts({answered});
      request.set_body(std::string(asked, '\0'));
      Expect(stream->Write(request), "write");
      ExpectAnswers(stream.get(), {answered});
    }
    stream->WritesDone();
    ExpectOK(stream->Finish());
  }

  void EmptyStream() {
    Call call;
    auto stream = stub_->Duplex(&call);
    stream->WritesDone();
    Answer answer;
    Expect(!stream->Read(&answer), "an answer");
    ExpectOK(stream->Finish());
  }

  void TimeoutOnSleepingServer() {
    Call call(50);
    auto stream = stub_->Duplex(&call);
    Request request = Zeros(27182);
    request.add_parts()->set_delay_ms(60000);
    stream->Write(request);
    Answer answer;
    while (stream->Read(&answer)) {
    }
    ExpectCode(stream->Finish(), StatusCode::DEADLINE_EXCEEDED);
  }

  void CancelAfterBegin() {
    Call call;
    Answer answer;
    auto writer = stub_->Input(&call, &answer);
    call.TryCancel();
    ExpectCode(writer->Finish(), StatusCode::CANCELLED);
  }

  void CancelAfterFirstResponse() {
    Call call;
    auto stream = stub_->Duplex(&call);
    stream->Write(Parts({31415}));
    ExpectAnswers(stream.get(), {31415});
    call.TryCancel();
    ExpectCode(stream->Finish(), StatusCode::CANCELLED);
  }

  void EndsWith(StatusCode code, const std::string& message) {
    Request request;
    request.set_status_code(code);
    request.set_status_message(message);
    Call unary;
    Answer answer;
    Status end = stub_->Unary(&unary, request, &answer);
    Expect(end.error_code() == code && end.error_message() == message, "unary: another status");
    Call duplex;
    auto stream = stub_->Duplex(&duplex);
    stream->Write(request);
    stream->WritesDone();
    Expect(!stream->Read(&answer), "an answer");
    end = stream->Finish();
    Expect(end.error_code() == code && end.error_message() == message, "duplex: another status");
  }

  void StatusCodeAndMessage() { EndsWith(StatusCode::UNKNOWN, "test status message"); }
  void SpecialStatusMessage() { EndsWith(StatusCode::UNKNOWN, kSpecial); }

  void UnimplementedMethod() {
    Call call;
    Nothing answer;
    ExpectCode(stub_->Unimplemented(&call, Nothing(), &answer), StatusCode::UNIMPLEMENTED);
  }

  void UnimplementedService() {
    Call call;
    Nothing answer;
    ExpectCode(absent_->Unimplemented(&call, Nothing(), &answer), StatusCode::UNIMPLEMENTED);
  }

  static void SendMetadata(Call* call) {
    call->AddMetadata("x-weir-echo", "test_initial_metadata_value");
    call->AddMetadata("x-weir-echo-bin", "\xab\xab\xab");
  }

  static void ExpectMetadata(Call* call) {
    auto header = call->GetServerInitialMetadata().find("x-weir-echo");
    Expect(header != call->GetServerInitialMetadata().end() && header->second == "test_initial_metadata_value",
           "another header");
    auto trailer = call->GetServerTrailingMetadata().find("x-weir-echo-bin");
    Expect(trailer != call->GetServerTrailingMetadata().end() && trailer->second == "\xab\xab\xab",
           "another trailer");
  }

  void CustomMetadata() {
    Call unary;
    SendMetadata(&unary);
    Unary(&unary, Request());
    ExpectMetadata(&unary);
    Call duplex;
    SendMetadata(&duplex);
    auto stream = stub_->Duplex(&duplex);
    stream->Write(Parts({3}));
    stream->WritesDone();
    ExpectAnswers(stream.get(), {3});
    ExpectOK(stream->Finish());
    ExpectMetadata(&duplex);
  }

  void ConcurrentLargeStreams() {
    std::vector<std::thread> threads;
    std::vector<std::string> problems(8);
    for (int index = 0; index < 8; index++)
      threads.emplace_back([this, index, &problems] {
        try {
          Call call;
          auto stream = stub_->Duplex(&call);
          Request request = Parts({100000});
          request.set_body(std::string(100000, '\0'));
          for (int round = 0; round < 20; round++) {
            stream->Write(request);
            ExpectAnswers(stream.get(), {100000});
          }
          stream->WritesDone();
          ExpectOK(stream->Finish());
        } catch (const std::exception& error) {
          problems[index] = error.what();
        }
      });
    for (auto& thread : threads) thread.join();
    for (const auto& problem : problems) Expect(problem.empty(), problem);
  }

  void LongLivedChannel() {
    for (int size = 0; size < 500; size++) {
      Call call;
      Request request = Zeros(size);
      request.set_answer_size(size);
      Unary(&call, request);
    }
  }

  void ClientCompressedUnary() {
    // First a claim that is not true: a server that can tell must say so.
    Request request = Zeros(271828);
    request.set_body_compressed(true);
    request.set_answer_size(314159);
    Call probe;
    probe.set_compression_algorithm(GRPC_COMPRESS_NONE);
    Answer answer;
    ExpectCode(stub_->Unary(&probe, request, &answer), StatusCode::INVALID_ARGUMENT);
    Call compressed;
    compressed.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    Unary(&compressed, request);
    request.set_body_compressed(false);
    Call plain;
    plain.set_compression_algorithm(GRPC_COMPRESS_NONE);
    Unary(&plain, request);
  }

  void ServerCompressedUnary() {
    for (bool compressed : {true, false}) {
      Request request = Zeros(271828);
      request.set_answer_size(314159);
      request.set_answer_compressed(compressed);
      Call call;
      Unary(&call, request);
      Expect(call.LastWasCompressed() == compressed, "the answer's flag is another");
    }
  }

  void ClientCompressedStreaming() {
    Call call;
    call.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    Answer answer;
    auto writer = stub_->Input(&call, &answer);
    Request first = Zeros(27182);
    first.set_body_compressed(true);
    Expect(writer->Write(first), "write");
    Expect(writer->Write(Zeros(45904), grpc::WriteOptions().set_no_compression()), "write");
    writer->WritesDone();
    ExpectOK(writer->Finish());
    Expect(answer.received_size() == 73086, "another sum");
  }

  void ServerCompressedStreaming() {
    Request request = Parts({31415, 92653});
    request.mutable_parts(0)->set_compressed(true);
    Call call;
    auto reader = stub_->Output(&call, request);
    ExpectAnswers(reader.get(), {31415});
    Expect(call.LastWasCompressed(), "the first part is not compressed");
    ExpectAnswers(reader.get(), {92653});
    Expect(!call.LastWasCompressed(), "the second part is compressed");
    ExpectOK(reader->Finish());
  }

 private:
  std::unique_ptr<Conformance::Stub> stub_;
  std::unique_ptr<Absent::Stub> absent_;
};

int RunCases(const std::string& address, const std::string& folder) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = Contents(folder + "/root.pem");
  options.pem_private_key = Contents(folder + "/client.key");
  options.pem_cert_chain = Contents(folder + "/client.pem");
  Client client(grpc::CreateChannel(address, grpc::SslCredentials(options)));
  const std::vector<std::pair<const char*, void (Client::*)()>> cases = {
      {"empty_unary", &Client::EmptyUnary},
      {"large_unary", &Client::LargeUnary},
      {"client_streaming", &Client::ClientStreaming},
      {"server_streaming", &Client::ServerStreaming},
      {"ping_pong", &Client::PingPong},
      {"empty_stream", &Client::EmptyStream},
      {"timeout_on_sleeping_server", &Client::TimeoutOnSleepingServer},
      {"cancel_after_begin", &Client::CancelAfterBegin},
      {"cancel_after_first_response", &Client::CancelAfterFirstResponse},
      {"status_code_and_message", &Client::StatusCodeAndMessage},
      {"special_status_message", &Client::SpecialStatusMessage},
      {"unimplemented_method", &Client::UnimplementedMethod},
      {"unimplemented_service", &Client::UnimplementedService},
      {"custom_metadata", &Client::CustomMetadata},
      {"concurrent_large_streams", &Client::ConcurrentLargeStreams},
      {"long_lived_channel", &Client::LongLivedChannel},
      {"client_compressed_unary", &Client::ClientCompressedUnary},
      {"server_compressed_unary", &Client::ServerCompressedUnary},
      {"client_compressed_streaming", &Client::ClientCompressedStreaming},
      {"server_compressed_streaming", &Client::ServerCompressedStreaming},
  };
  for (const auto& [name, run] : cases) {
    try {
      (client.*run)();
      std::cout << "ok " << name << std::endl;
    } catch (const std::exception& error) {
      std::cout << "failed " << name << " " << error.what() << std::endl;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "server") return Serve(arguments[1]);
  if (arguments.size() == 3 && arguments[0] == "client") return RunCases(arguments[1], arguments[2]);
  return 2;
}
