import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;
import weir.common.v1.BilingualText;
import weir.ingest.v1.Record;
import weir.ingest.v1.Subject;
import weir.ingest.v1.Value;
import weir.share.v1.LookupRequest;
import weir.share.v1.LookupResponse;
import weir.share.v1.ShareGrpc;

/**
 * Looks one person up under a grant, with stock grpc-java on Java 8 or later, and keeps the receipt.
 *
 * <pre>java Lookup GATEWAY ROOT IDENTITY GRANT PURPOSE CASE RECEIPT &lt; PERSON</pre>
 *
 * GATEWAY is host:port; ROOT the service root (ca.pem); IDENTITY a folder with cert.pem (with its chain) and key.pem (PKCS#8).
 * PERSON has two lines: the identity number, the name. They are read from a file because arguments of programs are seen by
 * everybody on the machine.
 */
public class Lookup {
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("weir-reason", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ARTICLE =
      Metadata.Key.of("weir-article", Metadata.ASCII_STRING_MARSHALLER);

  /** 16 bytes for an identity number (GB 11643): 1, then its first 17 digits as a big-endian integer. */
  static ByteString block(String number) {
    byte[] digits = new BigInteger(number.substring(0, 17)).toByteArray();
    byte[] block = new byte[16];
    block[0] = 1;
    System.arraycopy(digits, 0, block, 16 - digits.length, digits.length);
    return ByteString.copyFrom(block);
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader person =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Subject subject =
        Subject.newBuilder().setBlock(block(person.readLine())).setPersonName(person.readLine()).build();
    ManagedChannel channel = NettyChannelBuilder.forTarget(arguments[0])
        .sslContext(GrpcSslContexts.forClient()
            .protocols("TLSv1.3")
            .trustManager(new File(arguments[1]))
            .keyManager(new File(arguments[2], "cert.pem"), new File(arguments[2], "key.pem"))
            .build())
        .build();
    try {
      LookupResponse answer = ShareGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .lookup(LookupRequest.newBuilder()
              .setGrant(arguments[3]).setSubject(subject)
              .setPurpose(arguments[4]).setCaseNumber(arguments[5])
              .build());
      for (Record record : answer.getRecordsList()) {
        for (Value value : record.getValuesList()) {
          System.out.println(value.getItem() + "=" + value.getValue());
        }
      }
      for (BilingualText notice : answer.getNoticesList()) {
        System.out.println("! " + notice.getChinese());
      }
      Files.write(Paths.get(arguments[6]), answer.getReceipt().getJson().toByteArray());
    } catch (StatusRuntimeException refusal) {
      Metadata trailers = refusal.getTrailers();
      System.err.println(refusal.getStatus().getCode() + ": " + refusal.getStatus().getDescription());
      if (trailers != null) {
        System.err.println(trailers.get(REASON) + " " + trailers.get(ARTICLE));
      }
      System.exit(1);
    } finally {
      channel.shutdownNow();
    }
  }
}
