// The secrets of connections for a debugger such as Wireshark. Nothing of this file is in a release build.

#if DEBUG
  import COpenSSL
  import Glibc

  /// A file of secrets in the form that SSLKEYLOGFILE has elsewhere ("NSS Key Log Format"): who has it reads everything.
  final class KeyLog: Sendable {
    private let file: Int32

    /// `nil` where the file cannot be opened.
    init?(path: String) {
      file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      if file < 0 { return nil }
    }

    deinit { close(file) }

    /// One write for each line, so that lines of several threads do not mix.
    func append(_ line: UnsafePointer<CChar>) {
      let bytes = Array(String(cString: line).utf8) + [UInt8(ascii: "\n")]
      // Sound: the array is alive for the call.
      _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }
  }

  extension TLSContext {
    static func setKeyLog(on context: OpaquePointer) {
      SSL_CTX_set_keylog_callback(context) { ssl, line in
        // Sound: OpenSSL lends a text that ends with a zero.
        if let line { TLSLink.of(ssl)?.context.keyLog?.append(line) }
      }
    }
  }
#endif
