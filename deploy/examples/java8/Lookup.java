import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
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
 * <pre>java Lookup GATEWAY ROOT IDENTITY SYSTEM CLERK GRANT PURPOSE CASE RECEIPT &lt; PERSON</pre>
 *
 * GATEWAY is host:port; ROOT the service root (ca.pem); IDENTITY a folder with cert.pem (with its chain) and key.pem (PKCS#8) of
 * SYSTEM (departments/d/systems/s); CLERK who works at it (departments/d/persons/p). PERSON has two lines: the identity number, the
 * name. They are read from a file because arguments of programs are seen by everybody on the machine.
 */
public class Lookup {
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("weir-reason", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ARTICLE =
      Metadata.Key.of("weir-article", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<byte[]> PERSON_TOKEN =
      Metadata.Key.of("weir-person-token-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** Who acts at the system, for ten minutes, signed with its key (deploy/PERSON-TOKENS.md). */
  static byte[] personToken(File key, String system, String actor) throws Exception {
    String pem = new String(Files.readAllBytes(key.toPath()), StandardCharsets.US_ASCII);
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey signing = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    long end = System.currentTimeMillis() / 1000 + 600;
    byte[] stated = ("weir-person-token-v1\n" + system + "\n" + actor + "\n" + end + "\n")
        .getBytes(StandardCharsets.UTF_8);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(signing);
    signature.update(stated);
    ByteArrayOutputStream token = new ByteArrayOutputStream();
    token.write(stated);
    token.write(signature.sign());
    return token.toByteArray();
  }

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
      Metadata metadata = new Metadata();
      metadata.put(PERSON_TOKEN,
          personToken(new File(arguments[2], "key.pem"), arguments[3], arguments[4]));
      LookupResponse answer = ShareGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .lookup(LookupRequest.newBuilder()
              .setGrant(arguments[5]).setSubject(subject)
              .setPurpose(arguments[6]).setCaseNumber(arguments[7])
              .build());
      for (Record record : answer.getRecordsList()) {
        for (Value value : record.getValuesList()) {
          System.out.println(value.getItem() + "=" + value.getValue());
        }
      }
      for (BilingualText notice : answer.getNoticesList()) {
        System.out.println("! " + notice.getChinese());
      }
      Files.write(Paths.get(arguments[8]), answer.getReceipt().getJson().toByteArray());
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
