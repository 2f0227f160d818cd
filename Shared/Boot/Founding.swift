// The first departments and persons of a node, read by the gateway while its registry is empty.

import Yams

/// A founding file: who exists before anybody can be registered over the wire.
///
/// It names at least one authority; everybody else can then be registered by that authority's persons.
package struct Founding: Sendable, Equatable, Codable {
  package var departments: [Department]

  package struct Department: Sendable, Equatable, Codable {
    /// A slug, `data-bureau`.
    package var code: String
    package var title: String
    /// `province`, `city`, `county` or `functional-zone`.
    package var level: String
    /// GB/T 2260 code.
    package var region: String
    package var kinds: [String]
    /// Code of its authority; absent for an authority itself.
    package var authority: String?
    /// `administrative_organ` where nothing is said.
    package var body: String?
    package var instrument: Instrument?
    package var persons: [Person]
    package var systems: [System]

    package init(
      code: String, title: String, level: String, region: String, kinds: [String] = [],
      authority: String? = nil, persons: [Person] = [], systems: [System] = [],
      body: String? = nil, instrument: Instrument? = nil
    ) {
      self.body = body
      self.instrument = instrument
      self.code = code
      self.title = title
      self.level = level
      self.region = region
      self.kinds = kinds
      self.authority = authority
      self.persons = persons
      self.systems = systems
    }
  }

  /// The law behind a body, or the document that named an authority.
  package struct Instrument: Sendable, Equatable, Codable {
    /// `law`, `regulation`, `rule`, `national_provision`.
    package var kind: String
    package var title: String
    package var article: String

    package init(kind: String, title: String, article: String) {
      self.kind = kind
      self.title = title
      self.article = article
    }
  }

  package struct Person: Sendable, Equatable, Codable {
    package var id: String
    package var title: String
    package var roles: [String]
    package var certificate: Certificate?

    package init(id: String, title: String, roles: [String], certificate: Certificate? = nil) {
      self.id = id
      self.title = title
      self.roles = roles
      self.certificate = certificate
    }
  }

  package struct System: Sendable, Equatable, Codable {
    package var name: String
    package var title: String
    /// The id of a person of the same department.
    package var responsiblePerson: String
    package var certificate: Certificate?

    package init(
      name: String, title: String, responsiblePerson: String, certificate: Certificate? = nil
    ) {
      self.name = name
      self.title = title
      self.responsiblePerson = responsiblePerson
      self.certificate = certificate
    }
  }

  /// A certificate that `weir pki` issued before the registry existed.
  package struct Certificate: Sendable, Equatable, Codable {
    package var serial: String
    /// SHA-256 of the DER, hexadecimal.
    package var sha256: String
    /// Seconds since 1970.
    package var notBefore: Int64
    package var notAfter: Int64

    package init(serial: String, sha256: String, notBefore: Int64, notAfter: Int64) {
      self.serial = serial
      self.sha256 = sha256
      self.notBefore = notBefore
      self.notAfter = notAfter
    }
  }

  package init(departments: [Department]) {
    self.departments = departments
  }

  package static func load(path: String) throws(ConfigurationError) -> Founding {
    let text = try readText(path)
    do { return try YAMLDecoder().decode(Founding.self, from: text) } catch {
      throw .malformed(path: path, detail: describe(error))
    }
  }

  package func yaml() throws(ConfigurationError) -> String {
    do { return try YAMLEncoder().encode(self) } catch {
      throw .malformed(path: "founding", detail: describe(error))
    }
  }
}
