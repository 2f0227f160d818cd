// The conformance service and its cases with grpc-java.
//   Peer server CERTIFICATES          prints "listening PORT" and ends with its standard input
//   Peer client ADDRESS CERTIFICATES  prints "ok <case>" for each case

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import weir.conformance.AbsentGrpc;
import weir.conformance.Answer;
import weir.conformance.ConformanceGrpc;
import weir.conformance.Nothing;
import weir.conformance.Part;
import weir.conformance.Request;

public final class Peer {
  static final String SPECIAL =
      "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08\t\n";
  static final Metadata.Key<String> TEXT =
      Metadata.Key.of("x-weir-echo", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> BINARY =
      Metadata.Key.of("x-weir-echo-bin", Metadata.BINARY_BYTE_MARSHALLER);

  static ByteString zeros(int size) {
    return ByteString.copyFrom(new byte[size]);
  }

  static File file(String folder, String name) {
    return new File(folder, name);
  }

  // Server

  /** Sends the header and the trailer that the caller wants back. */
  static final class EchoMetadata implements ServerInterceptor {
    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
        ServerCall<A, B> call, Metadata received, ServerCallHandler<A, B> next) {
      return next.startCall(
          new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<A, B>(call) {
            @Override
            public void sendHeaders(Metadata headers) {
              if (received.containsKey(TEXT)) headers.put(TEXT, received.get(TEXT));
              super.sendHeaders(headers);
            }

            @Override
            public void close(Status status, Metadata trailers) {
              if (received.containsKey(BINARY)) trailers.put(BINARY, received.get(BINARY));
              super.close(status, trailers);
            }
          },
          received);
    }
  }

  static final class Service extends ConformanceGrpc.ConformanceImplBase {
    static boolean ends(Request request, StreamObserver<Answer> answers) {
      if (request.getStatusCode() == 0) return false;
      Status status = Status.fromCodeValue(request.getStatusCode());
      answers.onError(status.withDescription(request.getStatusMessage()).asRuntimeException());
      return true;
    }

    static void sendParts(Request request, StreamObserver<Answer> answers) {
      for (Part part : request.getPartsList()) {
        try {
          Thread.sleep(part.getDelayMs());
        } catch (InterruptedException error) {
          return;
        }
        ((ServerCallStreamObserver<Answer>) answers).setMessageCompression(part.getCompressed());
        answers.onNext(Answer.newBuilder().setBody(zeros(part.getSize())).build());
      }
    }

    @Override
    public void empty(Nothing request, StreamObserver<Nothing> answers) {
      answers.onNext(Nothing.getDefaultInstance());
      answers.onCompleted();
    }

    @Override
    public void unary(Request request, StreamObserver<Answer> answers) {
      if (ends(request, answers)) return;
      if (request.getAnswerCompressed()) {
        ServerCallStreamObserver<Answer> observer = (ServerCallStreamObserver<Answer>) answers;
        observer.setCompression("gzip");
        observer.setMessageCompression(true);
      }
      answers.onNext(Answer.newBuilder().setBody(zeros(request.getAnswerSize())).build());
      answers.onCompleted();
    }

    @Override
    public void output(Request request, StreamObserver<Answer> answers) {
      ((ServerCallStreamObserver<Answer>) answers).setCompression("gzip");
      sendParts(request, answers);
      answers.onCompleted();
    }

    @Override
    public StreamObserver<Request> input(StreamObserver<Answer> answers) {
      return new Incoming() {
        int size = 0;

        @Override
        public void onNext(Request request) {
          size += request.getBody().size();
        }

        @Override
        public void onCompleted() {
          answers.onNext(Answer.newBuilder().setReceivedSize(size).build());
          answers.onCompleted();
        }
      };
    }

    @Override
    public StreamObserver<Request> duplex(StreamObserver<Answer> answers) {
      return new Incoming() {
        boolean hasEnded = false;

        @Override
        public void onNext(Request request) {
          if (hasEnded) return;
          hasEnded = ends(request, answers);
          if (!hasEnded) sendParts(request, answers);
        }

        @Override
        public void onCompleted() {
          if (!hasEnded) answers.onCompleted();
        }
      };
    }
  }

  /** Requests of a caller who may leave. */
  abstract static class Incoming implements StreamObserver<Request> {
    @Override
    public void onError(Throwable error) {}
  }

  static void serve(String folder) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .sslContext(
                GrpcSslContexts.forServer(file(folder, "server.pem"), file(folder, "server.key"))
                    .trustManager(file(folder, "root.pem"))
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3")
                    .build())
            .addService(new Service())
            .intercept(new EchoMetadata())
            .build()
            .start();
    System.out.println("listening " + server.getPort());
    while (System.in.read() >= 0) {}
    // Without waiting for handlers that sleep.
    Runtime.getRuntime().halt(0);
  }

  // Client

  interface Case {
    void run() throws Exception;
  }

  static void expect(boolean condition, String what) {
    if (!condition) throw new IllegalStateException(what);
  }

  static Request body(int size) {
    return Request.newBuilder().setBody(zeros(size)).build();
  }

  static Request parts(int... sizes) {
    Request.Builder request = Request.newBuilder();
    for (int size : sizes) request.addParts(Part.newBuilder().setSize(size));
    return request.build();
  }

  static void expectStatus(Status.Code code, String message, Case call) throws Exception {
    try {
      call.run();
    } catch (StatusRuntimeException error) {
      expect(error.getStatus().getCode() == code, "got " + error.getStatus());
      if (message != null)
        expect(message.equals(error.getStatus().getDescription()), "got " + error.getStatus());
      return;
    }
    throw new IllegalStateException("a call that must fail came through");
  }

  /** The answers of a stream, for a thread that waits for them one after the other. */
  static final class Answers implements StreamObserver<Answer> {
    private static final Object END = new Object();
    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

    @Override
    public void onNext(Answer answer) {
      queue.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      queue.add(error);
    }

    @Override
    public void onCompleted() {
      queue.add(END);
    }

    /** The next answer; null after the last. */
    Answer next() throws Exception {
      Object next = queue.poll(20, TimeUnit.SECONDS);
      expect(next != null, "waited in vain for an answer");
      if (next instanceof Throwable) throw Status.fromThrowable((Throwable) next).asRuntimeException();
      return next == END ? null : (Answer) next;
    }

    void expectSizes(int... sizes) throws Exception {
      for (int size : sizes) expect(next().getBody().size() == size, "another size");
    }

    void expectEnd() throws Exception {
      expect(next() == null, "too many answers");
    }
  }

  static final class Client {
    /** Seconds that a call may take; WEIR_TEST_PATIENCE times as many where all is slow. */
    static final int LIMIT = 20 * Integer.parseInt(System.getenv().getOrDefault("WEIR_TEST_PATIENCE", "1"));

    final ManagedChannel channel;

    Client(ManagedChannel channel) {
      this.channel = channel;
    }

    ConformanceGrpc.ConformanceBlockingStub blocking() {
      return ConformanceGrpc.newBlockingStub(channel).withDeadlineAfter(LIMIT, TimeUnit.SECONDS);
    }

    ConformanceGrpc.ConformanceStub streaming() {
      return ConformanceGrpc.newStub(channel).withDeadlineAfter(LIMIT, TimeUnit.SECONDS);
    }

    void emptyUnary() {
      blocking().empty(Nothing.getDefaultInstance());
    }

    void largeUnary() {
      Request request = body(271828).toBuilder().setAnswerSize(314159).build();
      expect(blocking().unary(request).getBody().equals(zeros(314159)), "another body");
    }

    void clientStreaming() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().input(answers);
      for (int size : new int[] {27182, 8, 1828, 45904}) requests.onNext(body(size));
      requests.onCompleted();
      expect(answers.next().getReceivedSize() == 74922, "another sum");
      answers.expectEnd();
    }

    void serverStreaming() {
      int[] sizes = {31415, 9, 2653, 58979};
      Iterator<Answer> answers = blocking().output(parts(sizes));
      for (int size : sizes) expect(answers.next().getBody().size() == size, "another size");
      expect(!answers.hasNext(), "too many answers");
    }

    void pingPong() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().duplex(answers);
      int[][] sizes = {{27182, 31415}, {8, 9}, {1828, 2653}, {45904, 58979}};
      for (int[] pair : sizes) {
        requests.onNext(parts(pair[1]).toBuilder().setBody(zeros(pair[0])).build());
        answers.expectSizes(pair[1]);
      }
      requests.onCompleted();
      answers.expectEnd();
    }

    void emptyStream() throws Exception {
      Answers answers = new Answers();
      streaming().duplex(answers).onCompleted();
      answers.expectEnd();
    }

    void timeoutOnSleepingServer() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests =
          ConformanceGrpc.newStub(channel)
              .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
              .duplex(answers);
      Request request =
          body(27182).toBuilder().addParts(Part.newBuilder().setDelayMs(60000)).build();
      requests.onNext(request);
      expectStatus(Status.Code.DEADLINE_EXCEEDED, null, answers::next);
    }

    void cancelAfterBegin() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().input(answers);
      ((ClientCallStreamObserver<Request>) requests).cancel("on purpose", null);
      expectStatus(Status.Code.CANCELLED, null, answers::next);
    }

    void cancelAfterFirstResponse() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().duplex(answers);
      requests.onNext(parts(31415));
      answers.expectSizes(31415);
      ((ClientCallStreamObserver<Request>) requests).cancel("on purpose", null);
      expectStatus(Status.Code.CANCELLED, null, answers::next);
    }

    void endsWith(Status.Code code, String message) throws Exception {
      Request request =
          Request.newBuilder().setStatusCode(code.value()).setStatusMessage(message).build();
      expectStatus(code, message, () -> blocking().unary(request));
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().duplex(answers);
      requests.onNext(request);
      requests.onCompleted();
      expectStatus(code, message, answers::next);
    }

    void statusCodeAndMessage() throws Exception {
      endsWith(Status.Code.UNKNOWN, "test status message");
    }

    void specialStatusMessage() throws Exception {
      endsWith(Status.Code.UNKNOWN, SPECIAL);
    }

    void unimplementedMethod() throws Exception {
      expectStatus(
          Status.Code.UNIMPLEMENTED, null,
          () -> blocking().unimplemented(Nothing.getDefaultInstance()));
    }

    void unimplementedService() throws Exception {
      expectStatus(
          Status.Code.UNIMPLEMENTED, null,
          () -> AbsentGrpc.newBlockingStub(channel).unimplemented(Nothing.getDefaultInstance()));
    }

    void customMetadata() throws Exception {
      byte[] bytes = {(byte) 0xab, (byte) 0xab, (byte) 0xab};
      Metadata sent = new Metadata();
      sent.put(TEXT, "test_initial_metadata_value");
      sent.put(BINARY, bytes);
      AtomicReference<Metadata> headers = new AtomicReference<>();
      AtomicReference<Metadata> trailers = new AtomicReference<>();
      ManagedChannel plain = channel;
      io.grpc.Channel wrapped =
          ClientInterceptors.intercept(
              plain,
              MetadataUtils.newAttachHeadersInterceptor(sent),
              MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
      for (boolean isUnary : new boolean[] {true, false}) {
        if (isUnary) {
          ConformanceGrpc.newBlockingStub(wrapped).unary(Request.getDefaultInstance());
        } else {
          Answers answers = new Answers();
          StreamObserver<Request> requests = ConformanceGrpc.newStub(wrapped).duplex(answers);
          requests.onNext(parts(3));
          requests.onCompleted();
          answers.expectSizes(3);
          answers.expectEnd();
        }
        expect("test_initial_metadata_value".equals(headers.get().get(TEXT)), "another header");
        expect(Arrays.equals(bytes, trailers.get().get(BINARY)), "another trailer");
      }
    }

    void concurrentLargeStreams() throws Exception {
      Request request = parts(100000).toBuilder().setBody(zeros(100000)).build();
      List<Answers> all = new ArrayList<>();
      for (int stream = 0; stream < 8; stream++) {
        Answers answers = new Answers();
        StreamObserver<Request> requests = streaming().duplex(answers);
        for (int round = 0; round < 20; round++) requests.onNext(request);
        requests.onCompleted();
        all.add(answers);
      }
      for (Answers answers : all) {
        for (int round = 0; round < 20; round++) answers.expectSizes(100000);
        answers.expectEnd();
      }
    }

    void longLivedChannel() {
      for (int size = 0; size < 500; size++) {
        Request request = body(size).toBuilder().setAnswerSize(size).build();
        expect(blocking().unary(request).getBody().size() == size, "another size");
      }
    }

    void clientCompressedUnary() throws Exception {
      // First a claim that is not true: a server that can tell must say so.
      Request claim =
          body(271828).toBuilder().setBodyCompressed(true).setAnswerSize(314159).build();
      expectStatus(Status.Code.INVALID_ARGUMENT, null, () -> blocking().unary(claim));
      Answer answer = blocking().withCompression("gzip").unary(claim);
      expect(answer.getBody().size() == 314159, "another size");
      Request plain = claim.toBuilder().setBodyCompressed(false).build();
      expect(blocking().unary(plain).getBody().size() == 314159, "another size");
    }

    void serverCompressedUnary() {
      for (boolean compressed : new boolean[] {true, false}) {
        Request request =
            Request.newBuilder().setAnswerCompressed(compressed).setAnswerSize(314159).build();
        expect(blocking().unary(request).getBody().equals(zeros(314159)), "another body");
      }
    }

    void clientCompressedStreaming() throws Exception {
      Answers answers = new Answers();
      StreamObserver<Request> requests = streaming().withCompression("gzip").input(answers);
      requests.onNext(body(27182).toBuilder().setBodyCompressed(true).build());
      ((ClientCallStreamObserver<Request>) requests).setMessageCompression(false);
      requests.onNext(body(45904));
      requests.onCompleted();
      expect(answers.next().getReceivedSize() == 73086, "another sum");
    }

    void serverCompressedStreaming() {
      Request request =
          Request.newBuilder()
              .addParts(Part.newBuilder().setSize(31415).setCompressed(true))
              .addParts(Part.newBuilder().setSize(92653))
              .build();
      Iterator<Answer> answers = blocking().output(request);
      expect(answers.next().getBody().size() == 31415, "another size");
      expect(answers.next().getBody().size() == 92653, "another size");
      expect(!answers.hasNext(), "too many answers");
    }

    void run(String name, Case call) {
      try {
        call.run();
        System.out.println("ok " + name);
      } catch (Throwable error) {
        System.out.println("failed " + name + " " + error);
      }
    }

    void runAll() {
      run("empty_unary", this::emptyUnary);
      run("large_unary", this::largeUnary);
      run("client_streaming", this::clientStreaming);
      run("server_streaming", this::serverStreaming);
      run("ping_pong", this::pingPong);
      run("empty_stream", this::emptyStream);
      run("timeout_on_sleeping_server", this::timeoutOnSleepingServer);
      run("cancel_after_begin", this::cancelAfterBegin);
      run("cancel_after_first_response", this::cancelAfterFirstResponse);
      run("status_code_and_message", this::statusCodeAndMessage);
      run("special_status_message", this::specialStatusMessage);
      run("unimplemented_method", this::unimplementedMethod);
      run("unimplemented_service", this::unimplementedService);
      run("custom_metadata", this::customMetadata);
      run("concurrent_large_streams", this::concurrentLargeStreams);
      run("long_lived_channel", this::longLivedChannel);
      run("client_compressed_unary", this::clientCompressedUnary);
      run("server_compressed_unary", this::serverCompressedUnary);
      run("client_compressed_streaming", this::clientCompressedStreaming);
      run("server_compressed_streaming", this::serverCompressedStreaming);
    }
  }

  static void runCases(String address, String folder) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(address)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(file(folder, "root.pem"))
                    .keyManager(file(folder, "client.pem"), file(folder, "client.key"))
                    .protocols("TLSv1.3")
                    .build())
            .build();
    new Client(channel).runAll();
    channel.shutdownNow();
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 2 && arguments[0].equals("server")) {
      serve(arguments[1]);
    } else if (arguments.length == 3 && arguments[0].equals("client")) {
      runCases(arguments[1], arguments[2]);
    } else {
      System.exit(2);
    }
  }
}
